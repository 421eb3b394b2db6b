import type { Cell } from './matrix.ts';

type Row = { cell: Cell; result: string; elapsed: number };

/** The size of a sweep and what came of it: a line for each operation, and one in all. */
export const printed = (title: string, rows: readonly Row[]): string => {
  const operations = [...new Set(rows.map(({ cell }) => cell.operation))];
  const width = Math.max(...operations.map((operation) => operation.length), 0);
  const line = (name: string, some: readonly Row[]): string => {
    const counts = [...new Set(rows.map(({ result }) => result))]
      .sort()
      .map((result) => `${some.filter((row) => row.result === result).length} ${result}`);
    const longest = Math.max(...some.map(({ elapsed }) => elapsed), 0) / 1_000;
    return `${name.padEnd(width)}  ${String(some.length).padStart(4)}: ${counts.join(', ')}; at most ${Math.round(longest)} s`;
  };
  return `\n${title}\n${[
    ...operations.map((operation) =>
      line(
        operation,
        rows.filter(({ cell }) => cell.operation === operation),
      ),
    ),
    line('all', rows),
  ].join('\n')}\n`;
};
