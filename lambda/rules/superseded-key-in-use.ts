import { movementNote } from '../domain/memory.ts';
import { isSettled, succession, usedAfterGrace } from '../domain/rotation.ts';
import { formatInstant } from '../domain/time.ts';
import type { Rule } from './rule.ts';

export const supersededKeyInUse: Rule = {
  id: 'superseded-key-in-use',
  severity: 'high',
  statement: 'A key is no longer used once its replacement is in use.',
  remediation: 'A use of the old key was missed: find it, put the new key there and deploy.',
  evaluate: (user, clock) => {
    const order = succession(user);
    if (order?.newest.lastUsed.state !== 'used') return [];
    return order.superseded.flatMap((key) =>
      key.lastUsed.state === 'used' &&
      usedAfterGrace(key, order.newest, clock.policy) &&
      isSettled(key, order.newest, clock) === false
        ? [
            {
              key,
              message:
                `used on ${formatInstant(key.lastUsed.date)}, ` +
                `though its replacement exists since ${formatInstant(order.newest.createDate)}${movementNote(key)}`,
            },
          ]
        : [],
    );
  },
};
