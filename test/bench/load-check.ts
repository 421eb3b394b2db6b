/** What a run under load came to, and what is not as it has to be: pure. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import type { AuditReport } from '../../lambda/domain/report.ts';
import type { DeployedFunction } from './deployed-function.ts';
import type { Seen } from './fake-aws.ts';
import type { Invoked } from './lambda-run.ts';
import { accountIds, type BenchWorld, usersNeedingAttention } from './worlds.ts';

export type LoadScan = {
  ms: number;
  cpuMs: number;
  peakMb: number;
  /** By service, Slack included, and with those that were repeated. */
  calls: Record<string, number>;
  awsCalls: number;
  throttledCalls: number;
  findings: number;
  accountsNotRead: number;
  /** Messages in the channel, and in the digest's thread. */
  digests: number;
  threadMessages: number;
  /** Of findings. */
  csvRows: number;
  published: number;
};

export const loadScan = ({ ms, cpuMs, peakMb }: Invoked, seen: Seen, report: AuditReport): LoadScan => {
  const calls = byService(seen.calls);
  return {
    ms,
    cpuMs,
    peakMb,
    calls,
    awsCalls: sum(calls) - (calls['slack'] ?? 0),
    throttledCalls: sum(seen.throttled),
    findings: report.findings.length,
    accountsNotRead: report.summary.accountsFailed,
    digests: seen.digests,
    threadMessages: seen.threadMessages,
    csvRows: findingRows(seen).length,
    published: seen.published,
  };
};

export const loadProblems = (
  world: BenchWorld,
  { memoryMb, timeoutMs, vcpus }: DeployedFunction,
  { answer, ms, cpuMs, peakMb }: Invoked,
  seen: Seen,
  report: AuditReport,
): string[] => {
  const expected = accountIds(world).flatMap((id) => usersNeedingAttention(world).map((user) => `${id}/${user}`));
  const found = report.findings.map(({ account, userName }) => `${account.id}/${userName}`);
  const inCsv = findingRows(seen).map(({ account_id: id, user }) => `${id}/${user}`);
  // That CloudTrail is asked about so many keys only is said on purpose.
  const failures = report.failures.filter(({ scope }) => scope !== 'locator');
  const problems = [
    ...failures.slice(0, 5).map(({ id, reason }) => `${id}: ${reason}`),
    failures.length > 5 && `… and ${failures.length - 5} more failures`,
    report.accounts.length !== accountIds(world).length && `${report.accounts.length} accounts were found`,
    !isDeepStrictEqual(found.sort(), expected) && 'not exactly the users who need attention were found',
    !isDeepStrictEqual(inCsv.sort(), expected) && 'the CSV has not exactly one row for each finding',
    !isDeepStrictEqual(answer.delivered, ['slack', 'sns']) && `told only: ${answer.delivered.join(', ') || 'nobody'}`,
    seen.digests !== 1 && `${seen.digests} digests in Slack`,
    seen.published !== 1 && `${seen.published} messages published to SNS`,
    peakMb > memoryMb && `${Math.round(peakMb)} MB of memory, the Lambda has ${memoryMb} MB`,
    ms > timeoutMs && `${inSeconds(ms)}, the Lambda has ${inSeconds(timeoutMs)}`,
    cpuMs > timeoutMs * vcpus &&
      `${inSeconds(cpuMs)} of a processor, the Lambda has ${inSeconds(timeoutMs * vcpus)} of a virtual one`,
  ];
  return problems.filter((problem) => problem !== false);
};

const inSeconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

type CsvRow = { record: string; account_id: string; user: string };

const findingRows = ({ files }: Seen): CsvRow[] =>
  files.flatMap((file) => parse(file, { columns: true }) as CsvRow[]).filter(({ record }) => record === 'finding');

const byService = (calls: Record<string, number>): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const [operation, count] of Object.entries(calls)) {
    const service = operation.slice(0, operation.indexOf(':'));
    sums[service] = (sums[service] ?? 0) + count;
  }
  return sums;
};

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
