import { activeKeys } from '../domain/model.ts';
import { isOverdue } from '../domain/rotation.ts';
import { ageInDays } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const keyOverdue: Rule = {
  id: 'key-overdue',
  severity: 'high',
  statement: 'Every active access key is younger than the rotation limit.',
  remediation: 'Find where the key is used, create its replacement, deploy it, then deactivate the old key.',
  evaluate: (user, clock) =>
    activeKeys(user).flatMap((key) =>
      key.createDate && isOverdue(key, clock)
        ? [
            {
              key,
              message: `${ageInDays(key.createDate, clock.now)} days old, the limit is ${clock.policy.rotateAfterDays}`,
            },
          ]
        : [],
    ),
};
