import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccessKey, type IamUser, isRoot } from '../lambda/domain/model.ts';
import { nextStepOf } from '../lambda/domain/next-step.ts';
import { rotationPosition, rotationStages } from '../lambda/domain/rotation.ts';
import { DAY } from '../lambda/domain/time.ts';
import { anyUser } from './arbitraries.ts';
import {
  accessKey,
  ago,
  clock,
  daysAgo,
  hoursAgo,
  iamUser,
  NOW,
  never,
  rootUser,
  SECOND_KEY,
  unknown,
  used,
} from './builders.ts';

const first = (overrides: Partial<AccessKey> = {}): AccessKey => accessKey(overrides);
const second = (overrides: Partial<AccessKey> = {}): AccessKey => accessKey({ accessKeyId: SECOND_KEY, ...overrides });
const userWith = (...accessKeys: AccessKey[]): IamUser => iamUser({ accessKeys });

/** `stage: action key` of a user. */
const where = (user: IamUser): string => {
  const { stage, action, key } = rotationPosition(user, clock);
  return `${stage}: ${action}${key ? ` ${key === user.accessKeys[0] ? 'first' : 'second'}` : ''}`;
};

/** Long enough to be deleted. */
const inactive: Partial<AccessKey> = { status: 'Inactive', lastUsed: used(daysAgo(20)) };
const oldKey = { createDate: daysAgo(60), lastUsed: used(daysAgo(30)) };

/** A user for every line of the stage table, in its order. */
const examples: [line: string, user: IamUser, expected: string][] = [
  ['root with a key', rootUser(), 'root-key: remove-root-key first'],
  [
    'an old key of unknown use',
    userWith(first({ ...oldKey, lastUsed: unknown }), second()),
    'unknown: look-again first',
  ],
  [
    'two active keys, one made nobody knows when',
    userWith(first({ createDate: null }), second()),
    'unknown: look-again first',
  ],
  ['a new key of unknown use', userWith(first(oldKey), second({ lastUsed: unknown })), 'unknown: look-again second'],
  ['never used at all', userWith(first({ createDate: daysAgo(15), lastUsed: never })), 'unused: deactivate first'],
  [
    'not used for long',
    userWith(first({ createDate: daysAgo(60), lastUsed: used(daysAgo(46)) })),
    'unused: confirm-unused first',
  ],
  [
    'one not used for long, one never',
    userWith(
      first({ createDate: daysAgo(15), lastUsed: never }),
      second({ createDate: daysAgo(60), lastUsed: used(daysAgo(46)) }),
    ),
    'unused: confirm-unused second',
  ],
  ['two keys of one instant', userWith(first(), second()), 'unordered: find-usage first'],
  [
    'a new key never used',
    userWith(first({ createDate: daysAgo(60) }), second({ createDate: hoursAgo(1), lastUsed: never })),
    'replacement-created: deploy-replacement second',
  ],
  [
    'an old key used after the grace',
    userWith(first({ ...oldKey, lastUsed: used(hoursAgo(2)) }), second()),
    'lingering: find-remaining-usage first',
  ],
  [
    'an old key quiet, but not for long enough',
    userWith(first({ ...oldKey, lastUsed: used(daysAgo(5)) }), second({ createDate: daysAgo(5) })),
    'cutting-over: wait first',
  ],
  ['an old key quiet for longer', userWith(first(oldKey), second()), 'ready-to-deactivate: deactivate first'],
  ['one key, overdue', userWith(first({ createDate: daysAgo(91) })), 'overdue: find-usage first'],
  ['one key, due soon', userWith(first({ createDate: daysAgo(76) })), 'due-soon: find-usage first'],
  [
    'one key overdue, and no free slot',
    userWith(first({ createDate: daysAgo(91) }), second(inactive)),
    'overdue: free-a-slot second',
  ],
  ['a young key and an inactive one', userWith(first(), second(inactive)), 'deactivated: delete second'],
  [
    'an inactive key, for a known short time',
    userWith(first({ ...inactive, deactivatedAt: daysAgo(6) })),
    'deactivated: wait first',
  ],
  [
    'an inactive key that was used a short time ago, and so was active then',
    userWith(first({ status: 'Inactive', lastUsed: used(daysAgo(6)) })),
    'deactivated: wait first',
  ],
  ['an expired key', userWith(first({ ...inactive, status: 'Expired' })), 'deactivated: delete first'],
  ['no keys', userWith(), 'no-keys: none'],
  ['one young key in use', userWith(first()), 'current: none'],
  ['one young key of unknown use', userWith(first({ lastUsed: unknown })), 'current: none'],
];

describe('the rotation stage', () => {
  it.each(examples)('of a user with %s', (_line, user, expected) => {
    expect(where(user)).toBe(expected);
  });

  it.each(examples)(
    'of a user with %s does not depend on the order in which AWS lists keys',
    (_line, user, expected) => {
      const turned = { ...user, accessKeys: user.accessKeys.toReversed() };
      expect(rotationPosition(turned, clock).stage).toBe(expected.split(':')[0]);
    },
  );

  it('has an example for every stage', () => {
    expect(new Set(examples.map(([, user]) => rotationPosition(user, clock).stage))).toEqual(new Set(rotationStages));
  });
});

describe('the first line that matches wins:', () => {
  it.each([
    [
      'root before anything',
      rootUser({ accessKeys: [first({ createDate: daysAgo(400), lastUsed: never })] }),
      'root-key',
    ],
    [
      'unknown before replacement-created',
      userWith(
        first({ createDate: daysAgo(200), lastUsed: unknown }),
        second({ createDate: daysAgo(100), lastUsed: never }),
      ),
      'unknown',
    ],
    [
      'unknown before unused, where nobody knows which of two keys is the old one',
      userWith(
        first({ createDate: null, lastUsed: used(daysAgo(60)) }),
        second({ createDate: daysAgo(100), lastUsed: used(daysAgo(50)) }),
      ),
      'unknown',
    ],
    [
      'unused before unordered',
      userWith(
        first({ createDate: daysAgo(50), lastUsed: never }),
        second({ createDate: daysAgo(50), lastUsed: never }),
      ),
      'unused',
    ],
    [
      'unused before replacement-created',
      userWith(
        first({ createDate: daysAgo(50), lastUsed: never }),
        second({ createDate: daysAgo(40), lastUsed: never }),
      ),
      'unused',
    ],
    [
      'unordered before overdue',
      userWith(first({ createDate: daysAgo(100) }), second({ createDate: daysAgo(100) })),
      'unordered',
    ],
    [
      'unordered before replacement-created, where an old key has two replacements of one instant, never used',
      userWith(
        first({ createDate: daysAgo(80) }),
        second({ createDate: daysAgo(5), lastUsed: never }),
        accessKey({ accessKeyId: 'AKIAEXAMPLE000000003', createDate: daysAgo(5), lastUsed: never }),
      ),
      'unordered',
    ],
    [
      'replacement-created before lingering',
      userWith(first({ createDate: daysAgo(100) }), second({ createDate: daysAgo(10), lastUsed: never })),
      'replacement-created',
    ],
    [
      'lingering before overdue',
      userWith(first({ createDate: daysAgo(200) }), second({ createDate: daysAgo(100) })),
      'lingering',
    ],
    [
      'lingering before ready-to-deactivate, of another old key',
      userWith(
        first({ createDate: daysAgo(80), lastUsed: used(daysAgo(40)) }),
        second({ createDate: daysAgo(70) }),
        accessKey({ accessKeyId: 'AKIAEXAMPLE000000003', createDate: daysAgo(20) }),
      ),
      'lingering',
    ],
    [
      'ready-to-deactivate before overdue',
      userWith(first({ createDate: daysAgo(300), lastUsed: used(daysAgo(200)) }), second({ createDate: daysAgo(100) })),
      'ready-to-deactivate',
    ],
    ['unused before overdue', userWith(first({ createDate: daysAgo(300), lastUsed: used(daysAgo(200)) })), 'unused'],
    ['overdue before deactivated', userWith(first({ createDate: daysAgo(91) }), second(inactive)), 'overdue'],
  ])('%s', (_what, user, expected) => {
    expect(rotationPosition(user, clock).stage).toBe(expected);
  });
});

describe('boundaries of the stages', () => {
  const quietFor = (ms: number): IamUser =>
    userWith(first({ createDate: daysAgo(60), lastUsed: used(daysAgo(40)) }), second({ createDate: ago(ms) }));

  it.each([
    [7 * DAY, 'cutting-over'],
    [7 * DAY + 1, 'ready-to-deactivate'],
  ])('an old key quiet for %i ms is %s', (ms, stage) => {
    expect(rotationPosition(quietFor(ms), clock).stage).toBe(stage);
  });

  it('tells until when to wait: settleDays after the old key fell quiet', () => {
    expect(rotationPosition(quietFor(5 * DAY), clock).notBefore).toEqual(new Date('2026-11-25T09:00:00Z'));
  });

  it('does not free a slot of a key that was used within settleDays, but says from when', () => {
    const other = second({ status: 'Inactive', lastUsed: used(daysAgo(2)) });
    expect(rotationPosition(userWith(first({ createDate: daysAgo(91) }), other), clock)).toMatchObject({
      action: 'free-a-slot',
      notBefore: new Date('2026-11-28T09:00:00Z'),
    });
  });

  it.each([
    [7 * DAY - 1, 'wait'],
    [7 * DAY, 'delete'],
  ])('a key deactivated %i ms ago asks to %s', (ms, action) => {
    expect(rotationPosition(userWith(first({ ...inactive, deactivatedAt: ago(ms) })), clock).action).toBe(action);
  });

  it.each([
    [daysAgo(9), 'cutting-over'],
    [new Date(daysAgo(9).getTime() + 1), 'lingering'],
  ])('an old key used %s, where the grace of 24 hours ended 9 days ago, is %s', (usedAt, stage) => {
    const patient = { ...clock, policy: { ...clock.policy, settleDays: 12 } };
    const user = userWith(
      first({ createDate: daysAgo(60), lastUsed: used(usedAt) }),
      second({ createDate: daysAgo(10) }),
    );
    expect(rotationPosition(user, patient).stage).toBe(stage);
  });
});

describe('of any user with any keys', () => {
  it('there is one stage, and its action names a key of the user', () => {
    fc.assert(
      fc.property(anyUser(), (user) => {
        const position = rotationPosition(user, clock);
        expect(rotationStages).toContain(position.stage);
        if (position.action === 'none') expect(position.key).toBeNull();
        else expect(user.accessKeys).toContain(position.key);
      }),
      { numRuns: 2000 },
    );
  });

  it('the next step never asks to take away an active key that is used, or whose use is unknown', () => {
    fc.assert(
      fc.property(anyUser(), (user) => {
        const { action, key, stage } = rotationPosition(user, clock);
        if (isRoot(user) || !key) return;
        if (action === 'delete' || action === 'free-a-slot') expect(key.status).not.toBe('Active');
        if (action !== 'deactivate') return;
        expect(key.lastUsed.state).not.toBe('unknown');
        const others = user.accessKeys.filter((other) => other !== key && other.status === 'Active');
        if (stage === 'ready-to-deactivate')
          expect(others.some(({ lastUsed }) => lastUsed.state === 'used')).toBe(true);
        else expect(key.lastUsed).toEqual(never);
      }),
      { numRuns: 2000 },
    );
  });

  it('the next step has words, and commands exactly where the key’s id is known', () => {
    fc.assert(
      fc.property(anyUser(), (user) => {
        const { nextStep } = nextStepOf(user, clock, {});
        expect(nextStep.text).toMatch(/\S/);
        expect(nextStep.text).not.toMatch(/undefined|null|NaN|unknown time|\. [a-z]/);
        if (nextStep.accessKeyId === null || isRoot(user)) expect(nextStep.commands).toEqual([]);
        else if (nextStep.action !== 'none') {
          for (const command of nextStep.commands.filter((line) => /(create|update|delete)-access-key/.test(line))) {
            expect(command).toContain(`grep -x ${user.account.id} && aws iam`);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('judges by the instant it is given alone', () => {
    const later = { ...clock, now: new Date(NOW.getTime() + 20 * DAY) };
    expect(rotationPosition(userWith(first({ createDate: daysAgo(60) })), clock).stage).toBe('current');
    expect(rotationPosition(userWith(first({ createDate: daysAgo(60) })), later).stage).toBe('due-soon');
  });
});
