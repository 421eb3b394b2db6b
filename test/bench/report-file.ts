/** Time and memory of judging a large credential report, in fresh processes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialReport } from '../fake-aws/credential-report.ts';
import { bundle, median, runFresh } from './bundle.ts';
import { benchAccount } from './worlds.ts';

const ROWS = 5_000;
const RUNS = 5;

export type ReportMeasured = {
  what: string;
  rows: number;
  bytes: number;
  ms: number;
  /** The most memory that the process had, and what it had before it read the report. */
  peakMb: number;
  baselineMb: number;
  /** Users that need a look, or findings. */
  result: number;
};

export const measureReports = async (directory: string): Promise<ReportMeasured[]> => {
  // The first row is root's.
  const csv = credentialReport(benchAccount({ users: ROWS - 1, age: 'old', polls: 0 }));
  const file = join(directory, 'report.csv');
  writeFileSync(file, csv);
  const { file: child } = await bundle('report-file-child.ts', directory);
  const measured: ReportMeasured[] = [];
  for (const [way, what] of [
    ['screen', 'parsed and screened, as a live scan does'],
    ['file', 'parsed, judged and reported, as --credential-report does'],
  ] as const) {
    const runs = await runFresh<{ ms: number; baselineMb: number; peakMb: number; result: number }>(RUNS, child, [
      way,
      file,
    ]);
    measured.push({
      what,
      rows: ROWS,
      bytes: csv.length,
      ms: median(runs.map(({ ms }) => ms)),
      peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)),
      baselineMb: median(runs.map(({ baselineMb }) => baselineMb)),
      result: runs[0]?.result ?? Number.NaN,
    });
  }
  return measured;
};
