import { daysLeft } from '../domain/exemptions.ts';
import type { KeyLocation } from '../domain/location.ts';
import { type Account, isRoot, ROOT_USER_NAME, type Severity } from '../domain/model.ts';
import { type Standing, standingOf, stuckDays } from '../domain/news.ts';
import type { AuditReport, ExemptFinding, Finding, ReportedLastUsed } from '../domain/report.ts';
import type { NextAction, RotationStage } from '../domain/rotation.ts';
import { DAY, formatInstant, HOUR, plural } from '../domain/time.ts';
import { label, oneLine } from './safe-text.ts';

/** The words for one finding, the same in every output. */

/** IAM user names have 64 characters at most: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME_LIMIT = 64;

export const severityWords: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

/** Each rotation stage in a few words, for headings and tables. */
export const stageWords: Record<RotationStage, string> = {
  'root-key': 'Root user has a key',
  unknown: 'Last use could not be read',
  unused: 'Not used',
  unordered: 'Two active keys of the same age',
  'replacement-created': 'Replacement created, not used yet',
  lingering: 'Old key still used after its replacement',
  'cutting-over': 'Replacement in use, old key only just quiet',
  'ready-to-deactivate': 'Old key quiet, ready to deactivate',
  overdue: 'Overdue for rotation',
  'due-soon': 'Due soon for rotation',
  deactivated: 'Deactivated, not deleted',
  current: 'Up to date',
  'no-keys': 'No keys',
};

/** `CloudTrail: s3 ListBuckets …`: what one locator says of a key, and who it saw, where that may be shown. */
export const locationLine = ({ source, state, text, usage }: KeyLocation): string => {
  const said = [text, usage].flatMap((part) => (part ? [oneLine(part)] : [])).join(', ');
  return `${state === 'to-check' ? 'To check by hand' : locatorName(source)}: ${said}`;
};

/** A locator's name in messages: its id in words. */
export const locatorName = (id: string): string => {
  const words = oneLine(id)
    .replaceAll('-', ' ')
    .replace(/^cloudtrail$/, 'CloudTrail');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

/** The next step in a few words, where its whole text has no room: never bolder than the text. */
export const nextWords = ({ nextStep, stage, accessKeyId }: Finding): string => {
  const { action, notBefore } = nextStep;
  const other = nextStep.accessKeyId !== null && accessKeyId !== null && nextStep.accessKeyId !== accessKeyId;
  const words: Record<NextAction, string> = {
    'remove-root-key': 'Remove the root key',
    'look-again': 'Allow reading it, scan again',
    deactivate: stage === 'unused' ? 'Ask the owner, then deactivate' : 'Ask about monthly jobs, then deactivate',
    'confirm-unused': 'Ask the owner whether it is needed',
    'find-usage':
      stage === 'unordered' ? 'Find where each key is used' : 'Find where it is used, create its replacement',
    'deploy-replacement': 'Deploy the replacement',
    'find-remaining-usage': 'Find the use that was missed',
    wait: notBefore ? `Wait until ${notBefore.slice(0, 10)}` : 'Wait',
    'free-a-slot': `Delete the inactive key first${notBefore ? `, not before ${notBefore.slice(0, 10)}` : ''}`,
    delete: 'Confirm that nobody wants it back, then delete',
    'confirm-live': 'Scan the account live to confirm',
    none: 'Nothing to do',
  };
  return `${words[action]}${other && action !== 'free-a-slot' ? ` (${label(nextStep.accessKeyId ?? '', NAME_LIMIT)})` : ''}`;
};

/** `production (111122223333)`. */
export const accountLabel = ({ id, name }: Pick<Account, 'id' | 'name'>): string => {
  const shown = label(name, NAME_LIMIT, id);
  return shown === id ? label(id, NAME_LIMIT) : `${shown} (${label(id, NAME_LIMIT)})`;
};

/** `production`: where there is no room for the id. */
export const accountName = ({ id, name }: Pick<Account, 'id' | 'name'>): string => label(name, NAME_LIMIT, id);

/** `alice`; `root user` for root, whose name in a report is `<root_account>`. */
export const userLabel = (finding: Pick<Finding, 'userName' | 'userArn'>): string =>
  isRoot({ arn: finding.userArn }) ? 'root user' : label(finding.userName, NAME_LIMIT);

/** The same by the name alone: IAM lets no user be called like a credential report's root. */
export const userNameLabel = (userName: string): string =>
  userName === ROOT_USER_NAME ? 'root user' : label(userName, NAME_LIMIT);

/** The access key id; a credential report has none, nor can a root key's be read. */
export const keyLabel = (finding: Pick<Finding, 'accessKeyId' | 'userArn'>): string => {
  if (finding.accessKeyId !== null) return label(finding.accessKeyId, NAME_LIMIT);
  return isRoot({ arn: finding.userArn }) ? 'root key' : 'key id not in report';
};

/** `412 days old`; where it rests on a credential report, which may know a later date only, `at least …`. */
export const ageWords = ({ ageDays, accessKeyId }: Pick<Finding, 'ageDays' | 'accessKeyId'>): string => {
  if (ageDays === null) return 'age unknown';
  return `${accessKeyId === null ? 'at least ' : ''}${plural(ageDays, 'day')} old`;
};

/** `2 days ago (s3, eu-west-1)`, `never` or `unknown`, as seen at `now`. */
export const lastUse = (lastUsed: ReportedLastUsed, now: Date): string => {
  if (lastUsed.state === 'never') return 'never';
  if (lastUsed.state === 'unknown' || lastUsed.date === undefined) return 'unknown';
  const where = [lastUsed.serviceName, lastUsed.region].flatMap((part) => (part ? [label(part, NAME_LIMIT)] : []));
  return `${ago(new Date(lastUsed.date), now)}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
};

/** The same within a sentence: `last used 2 days ago (s3, eu-west-1)`, `never used`, `last use unknown`. */
export const lastUsedWords = (lastUsed: ReportedLastUsed, now: Date): string => {
  const use = lastUse(lastUsed, now);
  if (use === 'never') return 'never used';
  return use === 'unknown' ? 'last use unknown' : `last used ${use}`;
};

/** `2 days ago`, `3 hours ago`; within the hour, or later than `now`: `less than an hour ago`. */
const ago = (instant: Date, now: Date): string => {
  const elapsed = now.getTime() - instant.getTime();
  return elapsed < HOUR ? 'less than an hour ago' : `${roughly(elapsed)} ago`;
};

/** A duration in whole days, or to the nearest hour where it is shorter than two days. Milliseconds in. */
export const roughly = (duration: number): string =>
  duration < 2 * DAY ? plural(Math.round(duration / HOUR), 'hour') : plural(Math.floor(duration / DAY), 'day');

/** `Key overdue: 412 days old, the limit is 90`: what each rule said. */
export const ruleLines = ({ rules }: Pick<Finding, 'rules'>): string[] =>
  rules.map(({ id, message }) => {
    const words = oneLine(id).replaceAll('-', ' ');
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${oneLine(message)}`;
  });

/** `Not before 2026-11-30 09:00 UTC.`, or nothing. */
export const notBeforeSentence = ({ nextStep }: Pick<Finding, 'nextStep'>): string =>
  nextStep.notBefore ? `Not before ${formatInstant(nextStep.notBefore)}.` : '';

/** How long a key is exempt, as seen at `now`: its last day, and `69 days left` or `last day`. */
export const exemptUntil = (
  { exemption }: Pick<ExemptFinding, 'exemption'>,
  now: Date,
): { until: string; left?: string } => {
  const until = label(exemption.until, 32, 'no date');
  const days = daysLeft(exemption.until, now);
  return { until, ...(days !== undefined && { left: days === 0 ? 'last day' : `${plural(days, 'day')} left` }) };
};

/** `2027-01-31 (69 days left)` */
export const exemptUntilWords = (finding: Pick<ExemptFinding, 'exemption'>, now: Date): string => {
  const { until, left } = exemptUntil(finding, now);
  return left === undefined ? until : `${until} (${left})`;
};

export const NO_OWNER = 'No owner.';

/**
 * Tells of each finding whether it surely has no owner. Tags are not known of the root user and in credential reports, which
 * have no key ids, nor of a user whom a failure names.
 */
export const ownerlessIn = ({ failures }: Pick<AuditReport, 'failures'>): ((finding: Finding) => boolean) => {
  const unsure = new Set(failures.filter(({ scope }) => scope === 'user').map(({ id }) => id));
  return ({ owner, accessKeyId, account, userName }) =>
    !owner?.trim() && accessKeyId !== null && !unsure.has(`${account.id}/${userName}`);
};

/** One finding in one line, for screen readers, notifications and lists. */
export const findingLine = (finding: Finding, now: Date): string =>
  `${subjectLine(finding, now)}. ${stageWords[finding.stage]}. Next: ${nextWords(finding)}.`;

/** The same as short as it can be, for those who were told of it before. */
export const ongoingLine = (finding: Finding, now: Date): string =>
  `${subjectLine(finding, now)}: ${nextWords(finding)}.`;

const subjectLine = (finding: Finding, now: Date): string =>
  `${severityWords[finding.severity]}: ${userLabel(finding)} in ${accountName(finding.account)}, ` +
  `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}`;

/** ` (inactive)` for a key that cannot sign requests. */
export const inactiveNote = ({ status }: Pick<Finding, 'status'>): string =>
  status === 'Active' ? '' : ` (${status.toLowerCase()})`;

/** What is new of a finding since the last scan, in a word or two; nothing of what is as it was, or has to wait. */
export const standingWords: Record<Standing, string> = {
  untold: '',
  new: 'new',
  worse: 'worse',
  ready: 'ready now',
  moved: 'new step',
  waiting: '',
  ongoing: '',
};

/** ` (new)`, ` (ready now)`, or nothing. */
export const newsNote = (finding: Finding, now: Date): string => {
  const words = standingWords[standingOf(finding, now)];
  return words && ` (${words})`;
};

/** `No progress for 9 days.`, from a week on; or nothing. */
export const stuckSentence = (finding: Finding, now: Date): string => {
  const days = stuckDays(finding, now);
  return days === undefined ? '' : `No progress for ${plural(days, 'day')}.`;
};

/**
 * The earlier finding of the same user with the very same next step, per finding: outputs print a step once and refer to
 * it afterwards. Positions count from 0; `undefined` where the step is to be printed.
 */
export const earlierSameStep = (findings: readonly Finding[]): (number | undefined)[] =>
  earlierSame(findings.map(({ account, userName, nextStep }) => JSON.stringify([account.id, userName, nextStep])));

/** The position of the first of the same words, for each but the first. */
export const earlierSame = (words: readonly string[]): (number | undefined)[] => {
  const first = new Map<string, number>();
  return words.map((word, position) => {
    const earlier = first.get(word);
    if (earlier === undefined) first.set(word, position);
    return earlier;
  });
};
