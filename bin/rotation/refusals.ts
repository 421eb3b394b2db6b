import { type AccessKey, activeKeys, type IamUser } from '../../lambda/domain/model.ts';
import { quietSince, type Succession, usedAfterReplacement } from '../../lambda/domain/rotation.ts';
import { DAY, formatInstant, plural } from '../../lambda/domain/time.ts';
import type { ChangeFacts, KeyChange, LiveKey } from './change.ts';

/**
 * What speaks against a change now. `final` ones cannot be overridden; those that are `forPeople` only by somebody at the
 * keyboard, as what they stand before cannot be undone.
 */
export type Refusal = { reason: string; notBefore?: Date; final?: true; forPeople?: true };

/** Every Active key is unused. One that was used once may be a yearly job's, which only its owner knows. */
export const againstUnused = (key: LiveKey, { confirmedUnused }: ChangeFacts): Refusal[] =>
  key.lastUsed.state === 'never' || confirmedUnused
    ? []
    : [
        {
          reason: `${key.accessKeyId} was last used ${lastUse(key)}: monthly and yearly jobs exist. Ask its owner; --confirmed-unused says that nobody needs it`,
        },
      ];

/** The old key has to be quiet, and its replacement to be used. */
export const againstSuperseded = (
  old: LiveKey,
  newest: Succession['newest'],
  { policy, now }: ChangeFacts,
): Refusal[] => {
  const replacement = newest.accessKeyId ?? 'its replacement';
  if (newest.lastUsed.state === 'unknown') return [unreadable(replacement)];
  if (old.lastUsed.state === 'unknown') return [unreadable(old.accessKeyId)];
  const unused: Refusal[] =
    newest.lastUsed.state === 'never'
      ? [{ reason: `${replacement} has never been used: put it wherever ${old.accessKeyId} is used, and deploy` }]
      : [];
  const since = quietSince(old, newest);
  const quietFrom = since && new Date(since.getTime() + policy.settleDays * DAY);
  const busy: Refusal[] =
    since && quietFrom && now <= quietFrom
      ? [
          {
            reason:
              `${old.accessKeyId} is quiet only since ${formatInstant(since)}, when ` +
              `${since > newest.createDate ? `it was used${service(old)}` : `${replacement} was created`}: ` +
              `it has to be so for ${plural(policy.settleDays, 'day')}`,
            notBefore: quietFrom,
          },
        ]
      : [];
  const inverted: Refusal[] =
    busy.length === 0 && usedAfterReplacement(old, newest)
      ? [
          {
            reason: `${old.accessKeyId} was last used ${lastUse(old)}, later than ${replacement}: it looks like the one that is needed`,
          },
        ]
      : [];
  return [...unused, ...busy, ...inverted];
};

/** `old` is the one of two keys of the same instant that was not used, or not for longer. */
export const againstTwin = (old: LiveKey, other: LiveKey, { policy, now }: ChangeFacts): Refusal[] => {
  const unread = [old, other].find(({ lastUsed }) => lastUsed.state === 'unknown');
  if (unread) return [unreadable(unread.accessKeyId)];
  if (other.lastUsed.state !== 'used') {
    return [
      {
        reason: `neither ${old.accessKeyId} nor ${other.accessKeyId} was ever used, and both were created at the same instant`,
      },
    ];
  }
  const used = old.lastUsed.state === 'used' ? old.lastUsed.date.getTime() : 0;
  const quietFrom = new Date(Math.max(used, old.createDate?.getTime() ?? 0) + policy.settleDays * DAY);
  return now > quietFrom
    ? []
    : [
        {
          reason: `${old.accessKeyId} and ${other.accessKeyId} were created at the same instant and both were used lately: move every use onto ${other.accessKeyId}`,
          notBefore: quietFrom,
        },
      ];
};

/**
 * IAM tells of a use some minutes after it was made: so long, a key that looks unused may not be.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
 */
const LAST_USED_LAG_MINUTES = 30;

/** Only a key that was never used: whatever uses it has its secret. */
export const againstDiscarding = ({ accessKeyId, createDate, lastUsed }: LiveKey, { now }: ChangeFacts): Refusal[] => {
  if (lastUsed.state !== 'never') {
    const reason = `${accessKeyId} has been used, or that could not be read: somebody has its secret`;
    return [{ reason, final: true }];
  }
  if (!createDate) return [{ reason: `when ${accessKeyId} was created is not known` }];
  const from = new Date(createDate.getTime() + LAST_USED_LAG_MINUTES * 60_000);
  return now > from
    ? []
    : [
        {
          reason: `${accessKeyId} is so new that it may have been used already: IAM tells within ${LAST_USED_LAG_MINUTES} minutes`,
          notBefore: from,
        },
      ];
};

/** A key must have been inactive for so long that somebody would have missed it. `since` is `undefined` where nobody knows. */
export const againstDeletion = (
  user: IamUser,
  key: LiveKey,
  since: Date | undefined,
  { policy, now, unverified }: ChangeFacts,
): Refusal[] => {
  const from = since && new Date(since.getTime() + policy.settleDays * DAY);
  const tooYoung: Refusal[] =
    since && from && now <= from
      ? [
          {
            reason: `${key.accessKeyId} is inactive only since ${formatInstant(since)}: give people ${plural(policy.settleDays, 'day')} to miss it`,
            notBefore: from,
            forPeople: true,
          },
        ]
      : [];
  const unknown: Refusal[] = since
    ? []
    : [
        {
          reason: `since when ${key.accessKeyId} is inactive is not known, which counts as too short`,
          forPeople: true,
        },
      ];
  const unproven = activeKeys(user).filter(
    ({ lastUsed, createDate }) =>
      lastUsed.state !== 'used' && (createDate?.getTime() ?? 0) > (key.createDate?.getTime() ?? 0),
  );
  const wantedBack: Refusal[] = unproven.map((other) => ({
    reason: `${other.accessKeyId}, which replaces it, has ${other.lastUsed.state === 'never' ? 'never been used' : 'a last use that could not be read'}: ${key.accessKeyId} may be wanted back`,
  }));
  return [
    ...unknown,
    ...tooYoung,
    ...unverified.map((reason): Refusal => ({ reason, forPeople: true })),
    ...wantedBack,
  ];
};

/** What speaks against any change of the user's keys by hand. */
export const standingRefusals = (
  change: KeyChange,
  { ownAccessKeyId, managedBy, exempt, unread }: ChangeFacts,
): Refusal[] => {
  if (change.act === 'none') return [];
  const notRead = unread.map((reason) => ({ reason }));
  if (change.act === 'record') return notRead;
  const own: Refusal[] =
    ownAccessKeyId !== undefined && takenAway(change)?.accessKeyId === ownAccessKeyId
      ? [{ reason: `${ownAccessKeyId} is the key you are signed in with: sign in with another one`, final: true }]
      : [];
  const inCode: Refusal[] = managedBy
    ? [
        {
          reason: `its keys are managed by ${managedBy}: change them in code, as the next apply undoes what is done by hand`,
        },
      ]
    : [];
  const excused: Refusal[] = exempt ? [{ reason: `it is exempt until ${exempt.until}: ${exempt.reason}` }] : [];
  return [...own, ...inCode, ...excused, ...notRead];
};

/** The key that nobody can use after a change, and could before, or could have again. */
export const takenAway = (change: KeyChange): LiveKey | undefined => {
  if (change.act === 'deactivate' || change.act === 'delete') return change.key;
  return change.act === 'recreate' ? change.discarded : undefined;
};

const unreadable = (accessKeyId: string): Refusal => ({
  reason: `when ${accessKeyId} was last used could not be read, and unknown is not unused`,
});

const lastUse = ({ lastUsed }: AccessKey): string =>
  lastUsed.state === 'used' ? `on ${formatInstant(lastUsed.date)}` : lastUsed.state;

const service = ({ lastUsed }: AccessKey): string =>
  lastUsed.state === 'used' && lastUsed.serviceName ? ` (${lastUsed.serviceName})` : '';
