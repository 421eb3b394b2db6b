import { type Severity, severities } from '../domain/model.ts';
import type { AuditReport } from '../domain/report.ts';
import { formatInstant, HOUR, plural } from '../domain/time.ts';
import { accountNotes, failureLines, type LineLimits } from './failure-lines.ts';
import { sentenceList } from './safe-text.ts';
import { accountLabel, roughly } from './wording.ts';

/** The words for a whole report, the same in every output. Counts come from its `summary`. */

/** The instant that `ago` and `old` are counted back from. */
export const reportedAt = (report: Pick<AuditReport, 'startedAt'>): Date => new Date(report.startedAt);

/** Whether every account was read and nothing failed, neither reading, nor judging, nor telling. */
export const isComplete = ({ accounts, failures, summary }: AuditReport): boolean =>
  summary.accountsFailed === 0 && failures.length === 0 && accounts.every(({ status }) => status === 'scanned');

/** Whether there is nothing to do and nothing that hides it: no finding, no failure, and something was read. */
export const isAllClear = (report: AuditReport): boolean =>
  report.summary.findings === 0 && isComplete(report) && report.summary.accountsScanned > 0;

/** The report in one short line: `7 access keys need attention, 1 account not read`. */
export const headline = (report: AuditReport): string => {
  const { findings, accountsScanned, accountsFailed } = report.summary;
  if (accountsScanned === 0) return 'No account could be read';
  const unread = accountsFailed > 0 ? `, ${plural(accountsFailed, 'account')} not read` : '';
  if (findings > 0) {
    return `${plural(findings, 'access key')} ${findings === 1 ? 'needs' : 'need'} attention${unread}`;
  }
  return isAllClear(report)
    ? 'All clear: no access key needs attention'
    : `Nothing found in what could be read${unread}`;
};

/** `Read 2 of 3 accounts: 148 users, 203 access keys.` */
export const coverageSentence = ({ accounts, summary }: AuditReport): string => {
  const { accountsScanned, accountsFailed, users, accessKeys } = summary;
  const total = accountsScanned + accountsFailed;
  if (total === 0) return 'There was no account to read.';
  if (accountsScanned === 0) return total === 1 ? 'The account was not read.' : `None of ${total} accounts was read.`;
  const [only] = accounts;
  const all = total === 1 && only ? accountLabel(only) : plural(total, 'account');
  const read = accountsFailed === 0 ? all : `${accountsScanned} of ${all}`;
  return `Read ${read}: ${plural(users, 'user')}, ${plural(accessKeys, 'access key')}.`;
};

/** How old the oldest credential report is that the findings rest on. Nothing where no report was read. */
export const dataAgeSentence = (report: AuditReport): string | undefined => {
  const instants = report.accounts.flatMap(({ credentialReportGeneratedAt: at }) => (at === null ? [] : [at]));
  const [oldest] = instants.sort((a, b) => Date.parse(a) - Date.parse(b));
  if (oldest === undefined) return undefined;
  const age = reportedAt(report).getTime() - Date.parse(oldest);
  const old = age < HOUR ? 'less than an hour old' : `${roughly(age)} old`;
  return `${instants.length === 1 ? 'Credential' : 'Oldest credential'} report: ${formatInstant(oldest)}, ${old}.`;
};

/** `1 critical, 3 high and 2 low`, the worst first; `none` where there is nothing. */
export const severityCounts = ({ summary }: Pick<AuditReport, 'summary'>): string => {
  const worstFirst = [...severities].reverse();
  const counts = worstFirst.filter((severity) => summary.bySeverity[severity] > 0);
  return sentenceList(counts.map((severity) => `${summary.bySeverity[severity]} ${severity}`)) || 'none';
};

/** The worst severity found. */
export const highestSeverity = ({ summary }: Pick<AuditReport, 'summary'>): Severity | 'none' =>
  [...severities].reverse().find((severity) => summary.bySeverity[severity] > 0) ?? 'none';

/** `1 critical, 3 high and 2 low. 2 are new. 1 exempt. 4 resolved since the last scan.` */
export const countsSentence = (report: AuditReport): string => {
  const fresh = report.findings.filter(({ change }) => change === 'new').length;
  return [
    ...(report.summary.findings > 0 ? [`${severityCounts(report)}.`] : []),
    ...(fresh > 0 ? [`${fresh} ${fresh === 1 ? 'is' : 'are'} new.`] : []),
    ...(report.exempt.length > 0 ? [`${report.exempt.length} exempt.`] : []),
    ...(report.resolved.length > 0 ? [`${report.resolved.length} resolved since the last scan.`] : []),
  ].join(' ');
};

/** What was read, how old that is, and what was not read and why: what a reader must know before the findings. */
export const coverageLines = (report: AuditReport, limits: LineLimits): string[] => {
  const age = dataAgeSentence(report);
  return [
    coverageSentence(report),
    ...(age === undefined ? [] : [age]),
    ...failureLines(report, limits),
    ...accountNotes(report, limits),
  ];
};
