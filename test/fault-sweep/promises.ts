import { isDeepStrictEqual } from 'node:util';
import { type Failure, ROOT_USER_NAME } from '../../lambda/domain/model.ts';
import type { AuditReport, Finding } from '../../lambda/domain/report.ts';
import { type FakeWorld, HUB_CREDENTIALS } from '../fake-aws/index.ts';
import { dependsOn, type Key } from './dependence.ts';
import type { Cell } from './matrix.ts';
import type { Outcome } from './outcome.ts';

/** What keyaudit promises whatever fails, judged against the run of the same day without a fault. Each says what is broken, in words. */

export type Judged = { cell: Cell; outcome: Outcome; clean: Outcome; world: FakeWorld };

/** Who the program is, is asked first: without an answer, nothing can be read. */
export const isLockedOut = ({ operation }: Cell): boolean => operation === 'sts:GetCallerIdentity';
export const isOfSlack = ({ operation }: Cell): boolean => /^(slack|secretsmanager):/.test(operation);
export const isOfSns = ({ operation }: Cell): boolean => operation.startsWith('sns:');
export const isOfS3 = ({ operation }: Cell): boolean => operation.startsWith('s3:');

/** A message may have arrived though no answer came: then it is sent again rather than not at all. */
export const mayBeSentAgain = ({ kind, operation }: Cell): boolean =>
  ['timeout', 'reset', 'malformed', 'empty', 'error500'].includes(kind) && /^(slack|sns):/.test(operation);

/** What nobody but AWS and Slack may see. */
export const brokenSecrets = (everything: string, slackToken: string): string[] =>
  [slackToken, HUB_CREDENTIALS.secretAccessKey, 'EXAMPLE-SESSION-TOKEN']
    .filter((secret) => everything.includes(secret))
    .map((secret) => `it gave away ${secret}`);

/** A fault that a repetition mends is seen by nobody. */
export const brokenWhereMended = (
  { error, report, slack, csv, emails }: Outcome,
  clean: Outcome,
  isTwice = false,
): string[] => {
  const seen = (messages: readonly string[]): string =>
    JSON.stringify((isTwice ? [...new Set(messages)] : messages).map(withoutTime));
  return [
    ...(error ? [`it failed: ${error.message}`] : []),
    ...(report?.failures ?? []).map(({ id, reason }) => `${id}: ${reason}`),
    ...(seen(slack) === seen(clean.slack) ? [] : ['Slack was told something else']),
    ...(seen(csv) === seen(clean.csv) ? [] : ['the CSV is another']),
    ...(seen(emails) === seen(clean.emails) ? [] : ['SNS was told something else']),
  ];
};

/** A run that had to wait is later; on the command line each has another id. */
const withoutTime = (text: string): string =>
  text.replaceAll(/2026-11-23T09:[\d:.]+Z|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…');

/** What the scan before saw of an account that could not be read is still known: its findings are not forgotten. */
export const brokenInHistory = (
  { accounts }: AuditReport,
  history: Readonly<Record<string, string>>,
  yesterday: Readonly<Record<string, string>>,
): string[] =>
  accounts
    .filter(({ status }) => status === 'failed')
    .filter(({ id }) => Object.keys(yesterday).some((name) => name.includes(id) && history[name] !== yesterday[name]))
    .map(({ id }) => `it remembers another ${id} than it could read`);

/** Each channel that works was told once, and of everything that failed before its turn. */
export const brokenInChannels = ({ cell, outcome: { report, told, slack, emails } }: Judged): string[] => {
  if (!report) return [];
  const isSlackFailureTold = !isOfSlack(cell) || emails.some((text) => /^Not delivered: slack: /m.test(text));
  const digests = slack.filter((text) => !text.startsWith('↳'));
  const working = [
    ...(isOfSlack(cell) ? [] : [{ channel: 'Slack', texts: digests, failures: report.failures.filter(isOfReading) }]),
    ...(isOfSns(cell) ? [] : [{ channel: 'SNS', texts: emails, failures: (told ?? report).failures }]),
  ];
  return [
    ...(isSlackFailureTold ? [] : ['SNS is not told that Slack failed']),
    ...working.flatMap(({ channel, texts, failures }) => [
      ...(texts.length === 1 ? [] : [`${channel} was told ${texts.length} times`]),
      ...untoldIn(texts[0] ?? '', failures, report).map((what) => `${channel}: ${what}`),
    ]),
  ];
};

const isOfReading = ({ scope }: Failure): boolean => scope !== 'notifier';

/**
 * Every finding that does not depend on the call is there, and the same; whatever is missing or less is said; and nothing is
 * called resolved that was not read.
 */
export const brokenInReport = (faulty: AuditReport, clean: AuditReport, cell: Cell, world: FakeWorld): string[] => {
  const isConcerned = dependsOn(cell, world);
  const isGone = goneBy(cell);
  const foundFaulty = (key: Key): Finding | undefined => inReport(faulty).find((each) => isSame(each, key));
  const isToldOf = (key: Key): boolean =>
    faulty.failures.some((failure) => isAbout(failure, key, world)) ||
    // A finding that says less, as without a credential report.
    (foundFaulty(key) !== undefined && faulty.accounts.some(({ id, reason }) => id === key.account.id && reason));
  const others = inReport(clean).filter(
    (key) => !isDeepStrictEqual(essence(foundFaulty(key), cell), essence(key, cell)),
  );
  return [
    ...others
      .filter((key) => !isConcerned(key))
      .map((key) => `${named(key)} does not depend on the call: ${difference(foundFaulty(key), key)}`),
    ...others
      .filter((key) => !isGone(key) && !isToldOf(key))
      .map((key) => `no failure says why of ${named(key)}: ${difference(foundFaulty(key), key)}`),
    ...faulty.resolved
      .filter((key) => !clean.resolved.some((other) => isSame(key, other)) && !isGone(key))
      .map((key) => `${named(key)} is called resolved`),
    ...faulty.accounts
      .filter(({ status }) => status === 'failed')
      .filter(({ id }) => !faulty.failures.some((failure) => failure.scope === 'account' && failure.id === id))
      .map(({ id }) => `no failure says that ${id} failed`),
  ];
};

const inReport = ({ findings, exempt }: AuditReport): Finding[] => [...findings, ...exempt];

/** AWS says of a user that it is not there (any more): that is an answer. */
const goneBy = ({ kind, calls }: Cell): ((key: Pick<Key, 'userName'>) => boolean) => {
  const names = kind === 'not-found' ? calls.map(({ params }) => params['UserName']) : [];
  return ({ userName }) => names.includes(userName);
};

const isSame = (a: Key, b: Key): boolean =>
  a.account.id === b.account.id && a.userName === b.userName && a.accessKeyId === b.accessKeyId;

/** Without what CloudTrail and history only add to a finding, where just they failed. */
const essence = (finding: Finding | undefined, cell: Cell): object | undefined => {
  if (!finding) return undefined;
  const { change, firstSeenAt, stageSince, worse, rules, locations, nextStep, ...rest } = finding;
  const isOfTrail = cell.operation.startsWith('cloudtrail:');
  return {
    ...rest,
    ...(isOfS3(cell) ? { rules: rules.map(({ id }) => id) } : { rules, change, firstSeenAt, stageSince, worse }),
    ...(!isOfTrail && { nextStep }),
    // SNS, whose report it is where S3 has none, is not told who used a key.
    ...(!isOfTrail && !isOfS3(cell) && { locations }),
  };
};

const isAbout = ({ scope, id }: Failure, { account, userName }: Key, { organization }: FakeWorld): boolean => {
  if (scope === 'user') return id === `${account.id}/${userName}`;
  const units = organization ? [organization.rootId, ...organization.units.map((unit) => unit.id)] : [];
  return scope === 'account' && [account.id, 'organization', 'accounts', ...units].includes(id);
};

const named = ({ account, userName, accessKeyId }: Key): string => `${account.id}/${userName}/${accessKeyId}`;

const difference = (faulty: Finding | undefined, clean: Finding): string => {
  if (!faulty) return 'it is missing';
  const names = (Object.keys(clean) as (keyof Finding)[]).filter(
    (name) => !isDeepStrictEqual(faulty[name], clean[name]),
  );
  return `other ${names.join(', ')}`;
};

/** What of these failures a text does not tell: who is concerned, or with how many others, and why. */
export const untoldIn = (text: string, failures: readonly Failure[], { accounts }: AuditReport): string[] => {
  const lines = text.split('\n');
  const nameOf = (id: string): string =>
    accounts.find((account) => account.id === id)?.name ??
    (id.endsWith(ROOT_USER_NAME) ? 'root user' : (id.split('/').at(-1) ?? id));
  return failures
    .filter(({ scope, id }) => {
      const alike = failures.filter((failure) => failure.scope === scope);
      const told = lines.filter((line) => alike.some(({ reason }) => line.includes(beginningOf(reason))));
      return !told.some((line) => line.includes(nameOf(id)) || / and \d+ more/.test(line));
    })
    .map(({ scope, id, reason }) => `${scope} ${id} is not told: ${reason}`);
};

/** Of many equal reasons one is told, shortened. */
const beginningOf = (reason: string): string => reason.replaceAll(/\s+/g, ' ').slice(0, 25);
