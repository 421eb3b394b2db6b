import { isSettled, quietSince, succession } from '../domain/rotation.ts';
import { formatInstant } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const supersededKeyIdle: Rule = {
  id: 'superseded-key-idle',
  severity: 'medium',
  statement: 'A replaced key that nobody uses any more does not stay active.',
  remediation: 'Ask about weekly and monthly jobs, then make the old key inactive.',
  evaluate: (user, clock) => {
    const order = succession(user);
    if (order?.newest.lastUsed.state !== 'used') return [];
    return order.superseded.flatMap((key) => {
      const since = quietSince(key, order.newest);
      return since && isSettled(key, order.newest, clock)
        ? [{ key, message: `replaced, and quiet since ${formatInstant(since)}: ready to deactivate` }]
        : [];
    });
  },
};
