import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import { type AccessKey, activeKeys, type IamUser, type Violation } from '../../lambda/domain/model.ts';
import { type Clock, quietSince, succession, usedAfterGrace } from '../../lambda/domain/rotation.ts';
import { formatInstant, plural } from '../../lambda/domain/time.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { roughly, ruleLines } from '../../lambda/render/wording.ts';
import { keyaudit } from '../own-command.ts';
import { keyFacts } from '../rotation/words.ts';

/** What a user's stage rests on, a sentence each: how every key stands, what the rules say, since when old keys are quiet. */
export const evidenceOf = (user: IamUser, violations: readonly Violation[], clock: Clock): string[] =>
  user.accessKeys.flatMap((key) => [
    `${idOf(key)}: ${keyFacts(key, clock.now)}`,
    ...descriptionOf(key, user),
    ...ruleLines({
      rules: violations
        .filter((violation) => violation.key === key)
        .map(({ ruleId, message }) => ({ id: ruleId, message })),
    }).map((line) => `${idOf(key)}: ${line}`),
    ...quietness(key, user, clock),
    ...deactivation(key, user),
  ]);

const idOf = ({ accessKeyId }: AccessKey): string => accessKeyId ?? 'a key without an id';

const descriptionOf = (key: AccessKey, { tags }: IamUser): string[] => {
  const description = tags[key.accessKeyId ?? ''];
  return description ? [`${idOf(key)}: used, by its description, by ${oneLine(description)}`] : [];
};

/** Since when a superseded key is quiet, and how long that has to last. */
const quietness = (key: AccessKey, user: IamUser, { policy, now }: Clock): string[] => {
  const order = succession(user);
  const since = order?.superseded.includes(key) ? quietSince(key, order.newest) : undefined;
  if (!order || !since) return [];
  const elapsed = roughly(Math.max(0, now.getTime() - since.getTime()));
  const late = usedAfterGrace(key, order.newest, policy)
    ? `. It was used later than ${plural(policy.lingerGraceHours, 'hour')} after its replacement was created`
    : '';
  return [
    `${idOf(key)}: quiet since ${formatInstant(since)}, for ${elapsed}: it has to be so for ${plural(policy.settleDays, 'day')}${late}`,
  ];
};

/** Where the date comes from: it is a fact of the key already. */
const deactivation = (key: AccessKey, { tags }: IamUser): string[] => {
  if (key.status === 'Active' || !key.deactivatedAt) return [];
  const isTagged = Date.parse(tags[deactivationTag(idOf(key))] ?? '') === key.deactivatedAt.getTime();
  const source = isTagged ? 'by the tag that keyaudit wrote' : 'by CloudTrail';
  return [
    key.deactivatedThenOrEarlier
      ? `${idOf(key)}: CloudTrail, which goes back 90 days, does not know of its deactivation, so it was before ${formatInstant(key.deactivatedAt)}`
      : `${idOf(key)}: ${key.status.toLowerCase()} since ${formatInstant(key.deactivatedAt)} ${source}`,
  ];
};

/** What nobody knows yet: neither what failed, which is told apart, nor what the step itself says. */
export const unknownsOf = (user: IamUser, hasStep: boolean, config: readonly string[]): string[] => {
  const inUse = activeKeys(user).filter(({ lastUsed }) => lastUsed.state !== 'never');
  return [
    ...user.accessKeys
      .filter(({ status, deactivatedAt }) => status !== 'Active' && !deactivatedAt)
      .map((key) => `since when ${idOf(key)} is ${key.status.toLowerCase()}: neither a tag nor CloudTrail says it`),
    ...inUse
      .filter(({ accessKeyId }) => hasStep && !user.tags[accessKeyId ?? ''])
      .map(
        (key) => `where ${idOf(key)} is used, as it has no description: ${keyaudit('locate', idOf(key), ...config)}`,
      ),
    ...(hasStep && inUse.length > 0 ? [EVENTS_ARE_NOT_ALL] : []),
  ];
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html: management events only. */
const EVENTS_ARE_NOT_ALL =
  'who reads and writes S3 objects or sends SES mail with a key: CloudTrail’s event history lacks that';
