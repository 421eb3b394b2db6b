import { type Severity, severities } from '../domain/model.ts';
import type { AuditReport } from '../domain/report.ts';
import { formatInstant, HOUR, plural } from '../domain/time.ts';
import { accountNotes, failureLines, isReadAtAll, type LineLimits } from './failure-lines.ts';
import { sentenceList } from './safe-text.ts';
import { accountLabel, roughly } from './wording.ts';

/** The words for a whole report, the same in every output. Counts come from its `summary`. */

/** The instant that `ago` and `old` are counted back from. */
export const reportedAt = (report: Pick<AuditReport, 'startedAt'>): Date => new Date(report.startedAt);

/** Whether there was something to read, all of it was read, and every rule could judge it. */
const isReadInFull = ({ accounts, failures }: AuditReport): boolean =>
  accounts.length > 0 &&
  accounts.every(({ status }) => status === 'scanned') &&
  failures.every(({ scope }) => scope === 'notifier');

/** Whether nothing at all failed, neither reading, nor judging, nor telling. */
export const isComplete = (report: AuditReport): boolean => isReadInFull(report) && report.failures.length === 0;

/** Whether there is nothing to do, and nothing unread that hides it. */
export const isAllClear = (report: AuditReport): boolean => report.summary.findings === 0 && isReadInFull(report);

/** The report in one short line: `7 access keys need attention, 1 account not read`. */
export const headline = (report: AuditReport): string => {
  const { findings } = report.summary;
  const missing = missingAccounts(report);
  if (findings > 0) return `${plural(findings, 'access key')} ${findings === 1 ? 'needs' : 'need'} attention${missing}`;
  if (!report.accounts.some(isReadAtAll)) return 'No account could be read';
  if (!isAllClear(report)) return `Nothing found in what could be read${missing}`;
  const inFull = report.accounts.every(({ reason }) => reason === undefined);
  return inFull ? 'All clear: no access key needs attention' : 'No access key of those read needs attention';
};

/** `, 1 account not read, 2 read in part`. */
const missingAccounts = ({ accounts }: AuditReport): string => {
  const failed = accounts.filter(({ status }) => status === 'failed');
  const inPart = failed.filter(isReadAtAll).length;
  const unread = failed.length - inPart;
  return [
    ...(unread > 0 ? [`, ${plural(unread, 'account')} not read`] : []),
    ...(inPart > 0 ? [`, ${unread > 0 ? inPart : plural(inPart, 'account')} read in part`] : []),
  ].join('');
};

/** `Read 2 of 3 accounts: 148 users, 203 access keys.` */
export const coverageSentence = ({ accounts, summary }: AuditReport): string => {
  const read = accounts.filter(isReadAtAll).length;
  const total = accounts.length;
  if (total === 0) return 'There was no account to read.';
  if (read === 0) return total === 1 ? 'The account was not read.' : `None of ${total} accounts was read.`;
  const [only] = accounts;
  const all = total === 1 && only ? accountLabel(only) : plural(total, 'account');
  return `Read ${read === total ? all : `${read} of ${all}`}: ${plural(summary.users, 'user')}, ${plural(summary.accessKeys, 'access key')}.`;
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
