import type { KeyLocation } from '../domain/location.ts';
import { type Account, isRoot, type Severity } from '../domain/model.ts';
import type { Finding, ReportedLastUsed } from '../domain/report.ts';
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
    'free-a-slot': 'Delete the inactive key first',
    delete: 'Confirm that nobody wants it back, then delete',
    'confirm-live': 'Scan the account live to confirm',
    none: 'Nothing to do',
  };
  return `${words[action]}${other && action !== 'free-a-slot' ? ` (${nextStep.accessKeyId})` : ''}`;
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

/** One finding in one line, for screen readers, notifications and lists. */
export const findingLine = (finding: Finding, now: Date): string =>
  `${severityWords[finding.severity]}: ${userLabel(finding)} in ${accountName(finding.account)}, ` +
  `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}. ` +
  `${stageWords[finding.stage]}. Next: ${nextWords(finding)}.`;

/** ` (inactive)` for a key that cannot sign requests. */
export const inactiveNote = ({ status }: Pick<Finding, 'status'>): string =>
  status === 'Active' ? '' : ` (${status.toLowerCase()})`;

/** `new` since the last scan, where there is a memory of it. */
export const changeNote = ({ change }: Pick<Finding, 'change'>): string => (change === 'new' ? ' (new)' : '');

/**
 * The earlier finding of the same user with the very same next step, per finding: outputs print a step once and refer to
 * it afterwards. Positions count from 0; `undefined` where the step is to be printed.
 */
export const earlierSameStep = (findings: readonly Finding[]): (number | undefined)[] => {
  const first = new Map<string, number>();
  return findings.map((finding, position) => {
    const { account, userName, nextStep } = finding;
    const step = JSON.stringify([account.id, userName, nextStep]);
    const earlier = first.get(step);
    if (earlier === undefined) first.set(step, position);
    return earlier;
  });
};
