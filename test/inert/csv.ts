import { parse } from 'csv-parse/sync';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { everyFailure } from '../../lambda/render/failure-lines.ts';
import { aliveInText } from './text.ts';

/**
 * What spreadsheets take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
 * What is invisible before it does not count, nor does a negative number. A quote before it makes it text.
 */
const FORMULA = /^[\s\p{Z}\p{Cf}]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;
const NUMBER = /^-?\d+$/;

/** A table of so many rows (its header apart), all as wide, in which no cell is a formula or has more than text. */
export const aliveInCsv = (csv: string, rowsExpected: number): string[] => {
  const rows: string[][] = parse(csv);
  const width = rows[0]?.length ?? 0;
  const cells = rows.flat();
  return [
    ...(rows.length === rowsExpected + 1 ? [] : [`${rows.length - 1} rows instead of ${rowsExpected}`]),
    ...rows.filter((row) => row.length !== width).map((row) => `a row of ${row.length} cells instead of ${width}`),
    ...cells
      .filter((cell) => FORMULA.test(cell) && !NUMBER.test(cell))
      .map((cell) => `formula ${JSON.stringify(cell)}`),
    ...aliveInText(csv),
  ];
};

/** A row for each finding, exempt key, failure, and note on an account. */
export const rowsExpected = (report: AuditReport): number => {
  const { findings, exempt, accounts } = report;
  const notes = accounts.filter(({ status, reason }) => status === 'scanned' && reason !== undefined);
  return findings.length + exempt.length + everyFailure(report).length + notes.length;
};
