import { activeKeys } from '../domain/model.ts';
import { isDueSoon } from '../domain/rotation.ts';
import { DAY, formatInstant } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const keyDueSoon: Rule = {
  id: 'key-due-soon',
  severity: 'low',
  statement: 'No active access key is about to reach the rotation limit.',
  remediation: 'Plan the rotation: find where the key is used before it is overdue.',
  evaluate: (user, clock) =>
    activeKeys(user).flatMap((key) =>
      key.createDate && isDueSoon(key, clock)
        ? [
            {
              key,
              message: `due for rotation by ${formatInstant(
                new Date(key.createDate.getTime() + clock.policy.rotateAfterDays * DAY),
              )}`,
            },
          ]
        : [],
    ),
};
