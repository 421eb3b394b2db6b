import type { AuditReport, Finding } from './domain/report.ts';

/**
 * What a run measures. A run that finds nothing measures zeros, so that a run that did not happen can be told from it.
 * The alarms and the dashboard watch these names.
 */
export type RunMetrics = {
  CompletedRuns: number;
  /** Active keys older than `rotateAfterDays`, exempt ones not counted. */
  KeysOverdue: number;
  /** Old keys still used after their replacement. */
  KeysLingering: number;
  /** Of the keys with findings; 0 where there are none. */
  OldestKeyAgeDays: number;
  AccountsScanned: number;
  /** Units that could not be listed, and accounts that nobody has, included. */
  AccountsFailed: number;
  DeliveriesFailed: number;
  ApiCalls: number;
  DurationMs: number;
};

/** The run's numbers, from its report and from what only the run itself knows. */
export const runMetrics = (
  { accounts, failures, findings, summary }: AuditReport,
  run: Pick<RunMetrics, 'DeliveriesFailed' | 'ApiCalls' | 'DurationMs'>,
): RunMetrics => ({
  CompletedRuns: 1,
  KeysOverdue: countOf(findings, 'key-overdue'),
  KeysLingering: countOf(findings, 'superseded-key-in-use'),
  OldestKeyAgeDays: Math.max(0, ...findings.map(({ ageDays }) => ageDays ?? 0)),
  AccountsScanned: summary.accountsScanned,
  AccountsFailed: summary.accountsFailed + notEvenListed(accounts, failures),
  ...run,
});

const notEvenListed = (accounts: AuditReport['accounts'], failures: AuditReport['failures']): number =>
  failures.filter(({ scope, id }) => scope === 'account' && !accounts.some((account) => account.id === id)).length;

const countOf = (findings: readonly Finding[], ruleId: string): number =>
  findings.filter(({ rules }) => rules.some(({ id }) => id === ruleId)).length;
