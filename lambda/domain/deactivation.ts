import type { AccessKey, IamUser } from './model.ts';

/** The tag that `keyaudit` writes when it makes a key inactive; its value is an ISO 8601 instant in UTC. */
export const deactivationTag = (accessKeyId: string): string => `keyaudit:deactivated-at:${accessKeyId}`;

/**
 * The user with each inactive key's `deactivatedAt` as its tag says. A tag proves nothing, and the key's deactivation
 * stays unknown, where its value is no instant, lies in the future or before the key's creation, or before its last use:
 * then the key was active again since.
 */
export const withDeactivationTags = (user: IamUser, now: Date): IamUser => ({
  ...user,
  accessKeys: user.accessKeys.map((key) => {
    const deactivatedAt = recordedAt(user, key);
    return deactivatedAt && deactivatedAt <= now && isAfterAllElse(deactivatedAt, key)
      ? { ...key, deactivatedAt }
      : key;
  }),
});

const recordedAt = ({ tags }: IamUser, { accessKeyId, status }: AccessKey): Date | undefined => {
  const recorded = accessKeyId && status !== 'Active' ? tags[deactivationTag(accessKeyId)] : undefined;
  return recorded && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(recorded) && !Number.isNaN(Date.parse(recorded))
    ? new Date(recorded)
    : undefined;
};

const isAfterAllElse = (instant: Date, { createDate, lastUsed }: AccessKey): boolean =>
  (createDate === null || createDate <= instant) && (lastUsed.state !== 'used' || lastUsed.date <= instant);

/**
 * The earliest instant since which a key that is not active can have been so: its recorded deactivation, or its last use,
 * for which it was still active. `undefined` where nothing tells.
 */
export const inactiveSinceAtLeast = ({ deactivatedAt, lastUsed }: AccessKey): Date | undefined =>
  deactivatedAt ?? (lastUsed.state === 'used' ? lastUsed.date : undefined);
