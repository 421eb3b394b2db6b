import { succession } from '../domain/rotation.ts';
import { formatInstant, HOUR, olderThan } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const replacementNotUsed: Rule = {
  id: 'replacement-not-used',
  severity: 'medium',
  statement: 'A replacement key is put to use soon after it is created.',
  remediation: 'Put the new key wherever the old one is used, and deploy.',
  evaluate: (user, { policy, now }) => {
    const { newest } = succession(user) ?? {};
    return newest?.lastUsed.state === 'never' && olderThan(newest.createDate, policy.lingerGraceHours * HOUR, now)
      ? [{ key: newest, message: `created on ${formatInstant(newest.createDate)} to replace another, and never used` }]
      : [];
  },
};
