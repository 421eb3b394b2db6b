import { isDeepStrictEqual } from 'node:util';
import { type Failure, ROOT_USER_NAME } from '../../lambda/domain/model.ts';
import type { AuditReport, Finding } from '../../lambda/domain/report.ts';
import { type FakeWorld, type FaultKind, HUB_CREDENTIALS } from '../fake-aws/index.ts';
import { dependsOn, type Key, subjectOf } from './dependence.ts';
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

/** And so it is with a user of whom something could not be read, in an account that was. */
export const brokenInUsersHistory = (
  { failures }: AuditReport,
  history: Readonly<Record<string, string>>,
  yesterday: Readonly<Record<string, string>>,
): string[] =>
  failures
    .filter(({ scope }) => scope === 'user')
    .flatMap(({ id }) => {
      const [accountId = '', userName = ''] = id.split('/');
      const seen = (texts: Readonly<Record<string, string>>): string[] => {
        const [, text] = Object.entries(texts).find(([name]) => name.includes(accountId)) ?? [];
        const { findings } = JSON.parse(text ?? '{"findings":[]}') as { findings: RememberedFinding[] };
        return findings
          .filter((finding) => finding.userName === userName)
          .map(({ accessKeyId, firstSeenAt }) => `${id}/${accessKeyId} since ${firstSeenAt}`);
      };
      const now = seen(history);
      return seen(yesterday).filter((finding) => !now.includes(finding));
    })
    .map((finding) => `it forgot ${finding}`);

type RememberedFinding = { userName: string; accessKeyId: string | null; firstSeenAt: string };

/** Each channel that works was told once, and of everything that failed before its turn. */
export const brokenInChannels = ({ cell, outcome: { report, told, slack, emails }, clean }: Judged): string[] => {
  if (!report) return [];
  const isSlackFailureTold = !isOfSlack(cell) || emails.some((text) => /^Not delivered: slack: /m.test(text));
  const digests = slack.filter((text) => !text.startsWith('↳'));
  const notes = newNotes(report, clean.report);
  const working = [
    ...(isOfSlack(cell)
      ? []
      : [{ channel: 'Slack', texts: digests, failures: [...report.failures.filter(isOfReading), ...notes] }]),
    ...(isOfSns(cell) ? [] : [{ channel: 'SNS', texts: emails, failures: [...(told ?? report).failures, ...notes] }]),
  ];
  return [
    ...(isSlackFailureTold ? [] : ['SNS is not told that Slack failed']),
    ...working.flatMap(({ channel, texts, failures }) => [
      ...(texts.length === 1 ? [] : [`${channel} was told ${texts.length} times`]),
      ...untoldIn(texts[0] ?? '', failures, report).map((what) => `${channel}: ${what}`),
    ]),
  ];
};

/** What is said of accounts that were scanned all the same, and is not said without the fault. */
export const newNotes = ({ accounts }: AuditReport, clean: AuditReport | undefined): Failure[] =>
  accounts
    .filter(({ id, status, reason }) => status === 'scanned' && reason && reason !== noteOf(id, clean))
    .map(({ id, reason = '' }) => ({ scope: 'account', id, reason }));

const noteOf = (id: string, report: AuditReport | undefined): string | undefined =>
  report?.accounts.find((account) => account.id === id)?.reason;

/** Words of AWS, of Slack, of the SDK and ours for each fault. */
const words: Partial<Record<FaultKind, RegExp>> = {
  throttle: /Throttling|Rate exceeded|TooManyRequests|SlowDown|busy/,
  ratelimited: /ratelimited|busy/,
  error500: /Failure|Internal|ServiceException|HTTP 500/,
  timeout: /Timeout|timed? ?out|did not take|aborted/i,
  reset: /aborted|socket|hang up|terminated|closed/i,
  malformed: /parse|JSON|XML|Unexpected|has no|Somebody else|could not be understood|not 200/i,
  empty: /has no|gave no|without|Somebody else|could not be understood/,
  deny: /Denied|Authorization|permission|missing_scope|lacks/i,
  'expired-token': /Expired|token_expired|token/i,
  'not-found': /NoSuch|NotFound|not ready|no such|There is no|channel_not_found|not authorized/i,
};

/** What is said is what happened: not only that something did. */
export const brokenReasons = ({ cell, outcome: { report, error }, clean }: Judged): string[] => {
  if (!report) return [];
  const reasons = [...report.failures, ...newNotes(report, clean.report)].map(({ reason }) => reason);
  const said = [...reasons, ...(error ? [error.message] : [])];
  // What became of an upload is said by the call after it.
  const word = cell.operation === 'slack:upload' ? /file_not_found|Slack/ : words[cell.kind];
  return said.length === 0 || said.some((reason) => word?.test(reason))
    ? []
    : [`nobody says ${cell.kind}: ${said.join('; ')}`];
};

/** Whoever a call of IAM tells of is named where it fails, be there a finding or not. */
export const brokenNames = (report: AuditReport, clean: AuditReport, cell: Cell, world: FakeWorld): string[] => {
  const isGone = goneBy(cell);
  const named = [...report.failures, ...newNotes(report, clean)].map(({ id }) => id);
  return cell.calls
    .filter(({ operation }) => operation.startsWith('iam:'))
    .flatMap(({ account, params }) => {
      const user = subjectOf(params, account, world);
      if (user !== undefined && isGone({ userName: user })) return [];
      const isNamed = named.some((id) => id === account || id.startsWith(`${account}/${user ?? ''}`));
      return isNamed
        ? []
        : [`${account}${user === undefined ? '' : `/${user}`} could not be read, and nothing names it`];
    });
};

const isOfReading = ({ scope }: Failure): boolean => scope !== 'notifier';

/** Every finding that does not depend on the call is there, and the same; and what `brokenBySilence` and `brokenNames` promise. */
export const brokenInReport = (faulty: AuditReport, clean: AuditReport, cell: Cell, world: FakeWorld): string[] => {
  const isConcerned = dependsOn(cell, world);
  return [
    ...inReport(clean)
      .filter((key) => !isConcerned(key) && isOther(key, faulty, cell))
      .map((key) => `${named(key)} does not depend on the call: ${difference(foundIn(faulty, key), key)}`),
    ...brokenBySilence(faulty, clean, cell, world),
    ...brokenNames(faulty, clean, cell, world),
  ];
};

const foundIn = (report: AuditReport, key: Key): Finding | undefined =>
  inReport(report).find((each) => isSame(each, key));

const isOther = (key: Finding, faulty: AuditReport, cell: Cell): boolean =>
  !isDeepStrictEqual(essence(foundIn(faulty, key), cell), essence(key, cell));

/** Whatever is missing or less is said, and nothing is called resolved that was not read: also where time ran out. */
export const brokenBySilence = (faulty: AuditReport, clean: AuditReport, cell: Cell, world: FakeWorld): string[] => {
  const isGone = goneBy(cell);
  const isToldOf = (key: Key): boolean =>
    faulty.failures.some((failure) => isAbout(failure, key, world)) ||
    // A finding that says less, as without a credential report.
    (foundIn(faulty, key) !== undefined && newNotes(faulty, clean).some(({ id }) => id === key.account.id));
  return [
    ...inReport(clean)
      .filter((key) => isOther(key, faulty, cell) && !isGone(key) && !isToldOf(key))
      .map((key) => `no failure says why of ${named(key)}: ${difference(foundIn(faulty, key), key)}`),
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

const isAbout = (
  { scope, id }: Failure,
  { account, userName, accessKeyId }: Key,
  { organization }: FakeWorld,
): boolean => {
  if (scope === 'locator') return accessKeyId !== null && id.includes(accessKeyId);
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
