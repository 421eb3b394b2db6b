/** Measurements as tables: for the terminal, and for the README. */
import Table from 'cli-table3';

export type Column<Row> = {
  head: string;
  cell: (row: Row) => string;
  /** Left out of the README. */
  detail?: true;
};

/** What was measured how, and one table of it; the first column says of what. */
export type Section = { about: readonly string[]; heads: { head: string; detail?: true }[]; rows: string[][] };

export const section = <Row>(
  about: readonly string[],
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Section => ({
  about,
  heads: columns.map(({ head, detail }) => ({ head, ...(detail && { detail }) })),
  rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
});

export const inColumns = ({ about, heads, rows }: Section): string => {
  const printed = new Table({
    colAligns: heads.map((_, at) => (at === 0 ? 'left' : 'right')),
    chars: Object.fromEntries(
      ['top', 'left', 'right', 'bottom', 'mid', 'middle'].flatMap((side) =>
        ['', '-mid', '-left', '-right'].map((part) => [side + part, '']),
      ),
    ),
    style: { 'padding-left': 0, 'padding-right': 2 },
  });
  printed.push(
    heads.map(({ head }) => head.toUpperCase()),
    ...rows,
  );
  return [...about, printed.toString().replaceAll(/ +$/gm, '')].join('\n');
};

/** Compact: without the details, without padding. */
export const inMarkdown = ({ about, heads, rows }: Section): string => {
  const isMain = (_: unknown, at: number): boolean => !heads[at]?.detail;
  const line = (cells: readonly string[]): string => `| ${cells.filter(isMain).join(' | ')} |`;
  const rule = heads.map((_, at) => (at === 0 ? '---' : '---:'));
  return [about.join(' '), '', line(heads.map(({ head }) => head)), line(rule), ...rows.map(line)].join('\n');
};

export const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');

/** `2.6 × fewer`; `worse` where ours is more. */
export const ratio = (theirs: number, ours: number, better: string, worse: string): string =>
  `${(Math.max(theirs, ours) / Math.min(theirs, ours)).toFixed(1)} × ${theirs >= ours ? better : worse}`;

export const percent = (part: number, all: number): string => `${Math.round((100 * part) / all)} %`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
export const megabytes = (mb: number): string => `${whole(mb)} MB`;
export const kilobytes = (bytes: number): string => `${whole(bytes / 1024)} KB`;
