import { endsSoon } from '../domain/exemptions.ts';
import { type Severity, severities } from '../domain/model.ts';
import { standingOf, stuckDays } from '../domain/news.ts';
import type { AuditReport, Finding } from '../domain/report.ts';
import { formatInstant, HOUR, plural } from '../domain/time.ts';
import { accountNotes, failureLines, isReadAtAll, type LineLimits } from './failure-lines.ts';
import { listed, sentenceList } from './safe-text.ts';
import {
  accountLabel,
  accountName,
  exemptUntil,
  ownerlessIn,
  roughly,
  standingWords,
  userLabel,
  userNameLabel,
} from './wording.ts';

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

/** Whether there is news although there is nothing to do: what is resolved, and exemptions that end soon. */
export const hasNews = (report: AuditReport): boolean =>
  report.resolved.length > 0 || report.exempt.some(({ exemption }) => endsSoon(exemption, reportedAt(report)));

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

/** `1 critical, 3 high and 2 low. 2 are new and 1 is worse. 1 without progress for a week. 1 exempt. 4 resolved since the last scan.` */
export const countsSentence = (report: AuditReport): string => {
  const now = reportedAt(report);
  const stuck = report.findings.filter((finding) => stuckDays(finding, now) !== undefined).length;
  return [
    ...(report.summary.findings > 0 ? [`${severityCounts(report)}.`] : []),
    ...newsCounts(report.findings, now),
    ...(stuck > 0 ? [`${stuck} without progress for a week or longer.`] : []),
    ...(report.exempt.length > 0 ? [`${report.exempt.length} exempt.`] : []),
    ...(report.resolved.length > 0 ? [`${report.resolved.length} resolved since the last scan.`] : []),
  ].join(' ');
};

/** `2 are new and 1 has a new step.`, or `Nothing new.`; nothing where there was no scan to compare with. */
const newsCounts = (findings: readonly Finding[], now: Date): string[] => {
  const standings = findings.map((finding) => standingOf(finding, now));
  const parts = (['new', 'worse', 'ready', 'moved'] as const).flatMap((standing) => {
    const count = standings.filter((each) => each === standing).length;
    const verb = standing === 'moved' ? (count === 1 ? 'has a' : 'have a') : count === 1 ? 'is' : 'are';
    return count > 0 ? [`${count} ${verb} ${standingWords[standing]}`] : [];
  });
  if (parts.length > 0) return [`${sentenceList(parts)}.`];
  return findings.some(({ change }) => change !== undefined) ? ['Nothing new.'] : [];
};

/** What is worth knowing of the keys beside their counts, a sentence each: it names at most so many. */
export const noteSentences = (report: AuditReport, names: number): string[] => [
  ...waitingSentence(report),
  ...[endingExemptionsSentence(report, names) ?? ''].filter(Boolean),
  ...deadExemptionsSentence(report, names),
  ...ownerlessSentence(report),
];

/** `2 wait until it is safe to act, the first until 2026-11-25 09:00 UTC.` */
const waitingSentence = (report: AuditReport): string[] => {
  const now = reportedAt(report);
  const waiting = report.findings.filter((finding) => standingOf(finding, now) === 'waiting');
  const [first] = waiting
    .flatMap(({ nextStep: { notBefore } }) => notBefore ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  if (first === undefined) return [];
  const which = waiting.length === 1 ? '' : 'the first ';
  return [
    `${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'} until it is safe to act, ${which}until ${formatInstant(first)}.`,
  ];
};

/** Those that somebody may count on, though they exempt nobody. */
const deadExemptionsSentence = ({ findings }: AuditReport, names: number): string[] => {
  const users = findings
    .filter(({ exemptionNotes }) => exemptionNotes?.length)
    .map((key) => `${userLabel(key)} in ${accountName(key.account)}`);
  const those = [...new Set(users)];
  return those.length === 0
    ? []
    : [`Exemptions past or malformed, so not in force: ${listed(those, names)}: see the next step there.`];
};

/** `Resolved: alice in production, bob in staging.` Nothing where nobody is. */
export const resolvedSentence = ({ resolved }: Pick<AuditReport, 'resolved'>, names: number): string => {
  const users = resolved.map(({ userName, account }) => {
    return `${userNameLabel(userName)} in ${accountName(account)}`;
  });
  return users.length === 0 ? '' : `Resolved: ${listed([...new Set(users)], names)}.`;
};

/** The tag `owner` counts under any settings. */
const ownerlessSentence = (report: AuditReport): string[] => {
  const count = report.findings.filter(ownerlessIn(report)).length;
  return count === 0
    ? []
    : [`${count} without an owner: give ${count === 1 ? 'its user' : 'their users'} a tag owner.`];
};

/**
 * `Exemptions that end within two weeks: legacy-mailer in production (2026-12-01, 8 days left).` The first to end first, each user
 * once, and at most so many. Nothing where none ends so soon.
 */
export const endingExemptionsSentence = (report: AuditReport, names: number): string | undefined => {
  const now = reportedAt(report);
  const ending = report.exempt
    .filter(({ exemption }) => endsSoon(exemption, now))
    .sort((a, b) => Date.parse(a.exemption.until) - Date.parse(b.exemption.until))
    .map((key) => {
      const { until, left } = exemptUntil(key, now);
      return `${userLabel(key)} in ${accountName(key.account)} (${until}, ${left})`;
    });
  const users = [...new Set(ending)];
  return users.length === 0 ? undefined : `Exemptions that end within two weeks: ${listed(users, names)}.`;
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
