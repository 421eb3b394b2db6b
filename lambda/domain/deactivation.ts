import type { AccessKey, IamUser } from './model.ts';
import { DAY, isCalendarDay } from './time.ts';
import type { StatusChange } from './trail.ts';

const DEACTIVATION_TAG = 'keyaudit:deactivated-at:';

/** The tag that `keyaudit` writes when it makes a key inactive; its value is an ISO 8601 instant in UTC. */
export const deactivationTag = (accessKeyId: string): string => `${DEACTIVATION_TAG}${accessKeyId}`;

/**
 * The user with each inactive key's `deactivatedAt` as its tag says, unless CloudTrail saw a later one. A tag proves nothing
 * where its value is no instant, lies in the future or before the key's creation, before its last use or its last activation:
 * then the key was active again since.
 */
export const withDeactivationTags = (user: IamUser, now: Date): IamUser => ({
  ...user,
  accessKeys: user.accessKeys.map((key) => {
    const { deactivatedThenOrEarlier, ...plain } = key;
    const tagged = recordedAt(user, key);
    if (!tagged || tagged > now || !isAfterAllElse(tagged, key)) return key;
    const seenLater = !deactivatedThenOrEarlier && key.deactivatedAt && key.deactivatedAt > tagged;
    return seenLater ? key : { ...plain, deactivatedAt: tagged };
  }),
});

/** How long CloudTrail remembers: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const TRAIL_DAYS = 90;

/** What CloudTrail knows of changes of status: the last of each key by its id, and whether that is all within its memory. */
export type TrailStatus = { last: ReadonlyMap<string, StatusChange>; complete: boolean };

/** Inactive keys whose user has no tag that says since when. */
export const withoutDeactivationTag = ({ accessKeys, tags }: Pick<IamUser, 'accessKeys' | 'tags'>): AccessKey[] =>
  inactiveKeys({ accessKeys }).filter(({ accessKeyId }) => !(deactivationTag(accessKeyId ?? '') in tags));

/** Keys that somebody made inactive. */
export const inactiveKeys = ({ accessKeys }: Pick<IamUser, 'accessKeys'>): AccessKey[] =>
  accessKeys.filter(({ status, accessKeyId }) => status === 'Inactive' && accessKeyId !== null);

/**
 * The user with what CloudTrail says of inactive keys. One without a tag of which it saw no change has been so for longer than
 * its memory, if that was seen whole. One that it saw made active last was made inactive since then, in the minutes that it is
 * late. As with tags, nothing that the key's last use contradicts is taken.
 */
export const withTrailStatus = (user: IamUser, { last, complete }: TrailStatus, now: Date): IamUser => {
  const inactive = inactiveKeys(user);
  const untagged = withoutDeactivationTag(user);
  const longAgo = new Date(now.getTime() - TRAIL_DAYS * DAY);
  return {
    ...user,
    accessKeys: user.accessKeys.map((key) => {
      const change = inactive.includes(key) ? last.get(key.accessKeyId ?? '') : undefined;
      if (change && change.status !== 'Inactive') return { ...key, activatedAt: change.at };
      const seenAt = change?.at;
      const deactivatedAt = seenAt ?? (complete && untagged.includes(key) ? longAgo : undefined);
      if (!deactivatedAt || !isAfterAllElse(deactivatedAt, key)) return key;
      return { ...key, deactivatedAt, ...(!seenAt && { deactivatedThenOrEarlier: true as const }) };
    }),
  };
};

/**
 * Names of tags that no longer hold: the note of a key that is active again or gone, and the description of one that is gone
 * with its note, as an interrupted deletion leaves them.
 */
export const staleNotes = ({ accessKeys, tags }: Pick<IamUser, 'accessKeys' | 'tags'>): string[] =>
  Object.keys(tags).flatMap((name) => {
    const accessKeyId = name.startsWith(DEACTIVATION_TAG) ? name.slice(DEACTIVATION_TAG.length) : undefined;
    if (accessKeyId === undefined) return [];
    const key = accessKeys.find((each) => each.accessKeyId === accessKeyId);
    if (!key) return accessKeyId in tags ? [name, accessKeyId] : [name];
    return key.status === 'Active' ? [name] : [];
  });

const recordedAt = ({ tags }: IamUser, { accessKeyId, status }: AccessKey): Date | undefined => {
  const recorded = accessKeyId && status !== 'Active' ? tags[deactivationTag(accessKeyId)] : undefined;
  const isInstant = recorded && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(recorded) && isCalendarDay(recorded);
  return isInstant && !Number.isNaN(Date.parse(recorded)) ? new Date(recorded) : undefined;
};

/** Whether the key can have been made inactive then: it was not made, used or made active any later. */
export const isAfterAllElse = (instant: Date, { createDate, lastUsed, activatedAt }: AccessKey): boolean =>
  (createDate === null || createDate <= instant) &&
  (lastUsed.state !== 'used' || lastUsed.date <= instant) &&
  (activatedAt === undefined || activatedAt < instant);

/**
 * The earliest instant since which a key that is not active can have been so: its recorded deactivation, or its last use,
 * for which it was still active. `undefined` where nothing tells.
 */
export const inactiveSinceAtLeast = ({ deactivatedAt, lastUsed }: AccessKey): Date | undefined =>
  deactivatedAt ?? (lastUsed.state === 'used' ? lastUsed.date : undefined);
