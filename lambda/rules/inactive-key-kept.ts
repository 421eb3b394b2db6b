import type { AccessKey } from '../domain/model.ts';
import { ageInDays, DAY, olderThan } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const inactiveKeyKept: Rule = {
  id: 'inactive-key-kept',
  severity: 'low',
  statement: 'Keys that were made inactive are deleted after a while.',
  remediation: 'Delete the key: that cannot be undone, and frees a slot for the next rotation.',
  evaluate: (user, { policy, now }) =>
    user.accessKeys.flatMap((key) => {
      const since = key.status === 'Active' ? undefined : latestSign(key);
      return since && olderThan(since, policy.deleteInactiveAfterDays * DAY, now)
        ? [
            {
              key,
              message: `${key.status === 'Expired' ? 'expired' : 'inactive'}, no sign of it for ${ageInDays(since, now)} days`,
            },
          ]
        : [];
    }),
};

/** The latest thing known to have happened to the key; `undefined` when its last use is unknown. */
const latestSign = ({ createDate, lastUsed, deactivatedAt }: AccessKey): Date | undefined => {
  if (lastUsed.state === 'unknown') return undefined;
  const signs = [createDate, lastUsed.state === 'used' ? lastUsed.date : null, deactivatedAt];
  const times = signs.flatMap((sign) => (sign ? [sign.getTime()] : []));
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
};
