/** Judges a credential report in a process of its own and prints how that went. Bundled and run by `report-file.ts`. */
import { readFileSync } from 'node:fs';
import { reportOn } from '../../lambda/audit.ts';
import { parseCredentialReport } from '../../lambda/domain/credential-report.ts';
import { screenRow } from '../../lambda/domain/screening.ts';
import { readReportFile } from '../../lambda/read-report-file.ts';
import { evaluate } from '../../lambda/rules/evaluate.ts';
import { account, findingContext, NOW } from '../builders.ts';
import { peakMemoryMb } from './peak-memory.ts';

const [, , way, file = ''] = process.argv;
const context = findingContext();

/** What a live scan does before it asks IAM about anybody. Returns how many users need a look. */
const screen = (content: Uint8Array): number =>
  parseCredentialReport(content).users.filter(
    (row) => screenRow(row, account(), (user) => evaluate(user, context).violations.length > 0) === 'look',
  ).length;

/** What `keyaudit scan --credential-report` does. Returns how many findings there are. */
const scanFile = (content: Uint8Array): number => {
  const reading = readReportFile(content, (id) => account({ id }));
  return reportOn([reading], { scanId: 'bench', context }, [], NOW).findings.length;
};

const content = readFileSync(file);
const baselineMb = peakMemoryMb();
const start = performance.now();
const result = way === 'screen' ? screen(content) : scanFile(content);
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, baselineMb, peakMb: peakMemoryMb(), result }));
