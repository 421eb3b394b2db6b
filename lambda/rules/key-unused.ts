import { activeKeys } from '../domain/model.ts';
import { isUnused } from '../domain/rotation.ts';
import { ageInDays } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const keyUnused: Rule = {
  id: 'key-unused',
  severity: 'medium',
  statement: 'Every active access key is in use.',
  remediation: 'Ask the owner whether the key is still needed; if not, make it inactive.',
  evaluate: (user, clock) =>
    activeKeys(user).flatMap((key) => {
      if (!isUnused(key, clock)) return [];
      const { lastUsed } = key;
      const message =
        lastUsed.state === 'used' ? `not used for ${ageInDays(lastUsed.date, clock.now)} days` : 'never used';
      return [{ key, message }];
    }),
};
