import type { AccessKey, IamUser } from './model.ts';

/** The tag that `keyaudit` writes when it makes a key inactive; its value is an ISO 8601 instant. */
export const deactivationTag = (accessKeyId: string): string => `keyaudit:deactivated-at:${accessKeyId}`;

/** The user with each inactive key's `deactivatedAt` as its tag says. An unreadable instant stays unknown. */
export const withDeactivationTags = (user: IamUser): IamUser => ({
  ...user,
  accessKeys: user.accessKeys.map((key) => {
    const deactivatedAt = recordedAt(user, key);
    return deactivatedAt ? { ...key, deactivatedAt } : key;
  }),
});

const recordedAt = ({ tags }: IamUser, { accessKeyId, status }: AccessKey): Date | undefined => {
  const recorded = accessKeyId && status !== 'Active' ? tags[deactivationTag(accessKeyId)] : undefined;
  const instant = new Date(recorded ?? Number.NaN);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
};
