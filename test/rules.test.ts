import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { AccessKey, IamUser } from '../lambda/domain/model.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import { rules } from '../lambda/rules/index.ts';
import type { Rule } from '../lambda/rules/rule.ts';
import {
  accessKey,
  ago,
  clock,
  daysAgo,
  hoursAgo,
  iamUser,
  never,
  rootUser,
  SECOND_KEY,
  unknown,
  used,
} from './builders.ts';

/** `rule id @ key id`, of every violation. */
const seen = (user: IamUser): string[] =>
  evaluate(user, clock).violations.map(
    ({ ruleId, key }) => `${ruleId} @ ${key === user.accessKeys[0] ? 'first' : 'second'}`,
  );

const ofKey = (key: Partial<AccessKey>): string[] => seen(iamUser({ accessKeys: [accessKey(key)] }));

/** An old key and the replacement that was created `createdAgo` ms ago. */
const pair = (old: Partial<AccessKey>, createdAgo: number, replacement: Partial<AccessKey> = {}): IamUser =>
  iamUser({
    accessKeys: [
      accessKey({ createDate: daysAgo(60), ...old }),
      accessKey({ accessKeyId: SECOND_KEY, createDate: ago(createdAgo), ...replacement }),
    ],
  });

describe('key-overdue and key-due-soon', () => {
  it.each([
    [75 * DAY, []],
    [75 * DAY + 1, ['key-due-soon @ first']],
    [90 * DAY, ['key-due-soon @ first']],
    [90 * DAY + 1, ['key-overdue @ first']],
    [5000 * DAY, ['key-overdue @ first']],
    [0, []],
    [-DAY, []],
  ])('a key in use, %i ms old, gives %j', (age, expected) => {
    expect(ofKey({ createDate: ago(age) })).toEqual(expected);
  });

  it('judges an active key whose last use is unknown by its age all the same', () => {
    expect(ofKey({ createDate: daysAgo(91), lastUsed: unknown })).toEqual(['key-overdue @ first']);
  });

  it('says the age in whole days, rounded down', () => {
    const user = iamUser({ accessKeys: [accessKey({ createDate: ago(92 * DAY - 1) })] });
    expect(evaluate(user, clock).violations[0]?.message).toBe('91 days old, the limit is 90');
  });

  it.each(['Inactive', 'Expired'] as const)('leaves a key that is %s alone', (status) => {
    expect(ofKey({ status, createDate: daysAgo(400), lastUsed: used(daysAgo(1)) })).toEqual([]);
  });
});

describe('key-unused', () => {
  it.each([
    [used(ago(45 * DAY)), []],
    [used(ago(45 * DAY + 1)), ['key-unused @ first']],
  ])('a key last used %j gives %j', (lastUsed, expected) => {
    expect(ofKey({ createDate: daysAgo(60), lastUsed })).toEqual(expected);
  });

  it.each([
    [14 * DAY, []],
    [14 * DAY + 1, ['key-unused @ first']],
  ])('a key never used, %i ms old, gives %j', (age, expected) => {
    expect(ofKey({ createDate: ago(age), lastUsed: never })).toEqual(expected);
  });

  it('takes no unknown last use for an unused key', () => {
    expect(ofKey({ createDate: daysAgo(60), lastUsed: unknown })).toEqual([]);
  });
});

describe('superseded-key-in-use and superseded-key-idle', () => {
  it.each([
    ['used at the end of the grace', 3 * DAY, 2 * DAY, []],
    ['used right after the grace', 3 * DAY, 2 * DAY - 1, ['superseded-key-in-use @ first']],
    ['quiet for settleDays', 20 * DAY, 7 * DAY, ['superseded-key-in-use @ first']],
    ['quiet for longer than settleDays', 20 * DAY, 7 * DAY + 1, ['superseded-key-idle @ first']],
    ['last used before its replacement, which is settleDays old', 7 * DAY, 30 * DAY, []],
    ['last used before its replacement, which is older', 7 * DAY + 1, 30 * DAY, ['superseded-key-idle @ first']],
  ])('an old key %s', (_what, createdAgo, usedAgo, expected) => {
    expect(seen(pair({ lastUsed: used(ago(usedAgo)) }, createdAgo))).toEqual(expected);
  });

  it.each([
    [7 * DAY, ['key-unused @ first']],
    [7 * DAY + 1, ['superseded-key-idle @ first', 'key-unused @ first']],
  ])('an old key never used is quiet since its replacement, %i ms ago: %j', (createdAgo, expected) => {
    expect(seen(pair({ lastUsed: never }, createdAgo))).toEqual(expected);
  });

  it('are silent while the replacement is not used: there is nothing to switch off for', () => {
    expect(seen(pair({ lastUsed: used(hoursAgo(1)) }, 20 * DAY, { lastUsed: never }))).toEqual([
      'replacement-not-used @ second',
      'key-unused @ second',
    ]);
  });

  it.each(['old', 'new'])('are silent when the last use of the %s key is unknown', (which) => {
    const user =
      which === 'old'
        ? pair({ lastUsed: unknown }, 20 * DAY)
        : pair({ lastUsed: used(hoursAgo(1)) }, 20 * DAY, { lastUsed: unknown });
    expect(seen(user)).toEqual([]);
  });

  it('do not care which key AWS lists first', () => {
    const user = pair({ lastUsed: used(hoursAgo(1)) }, 20 * DAY);
    const turned = { ...user, accessKeys: user.accessKeys.toReversed() };
    expect(seen(turned)).toEqual(['superseded-key-in-use @ second']);
  });

  it('take neither of two keys of one instant for the old one', () => {
    expect(seen(pair({ createDate: daysAgo(20), lastUsed: used(daysAgo(10)) }, 20 * DAY))).toEqual([]);
  });

  it('take no inactive key for old or new', () => {
    expect(seen(pair({ status: 'Inactive', lastUsed: used(hoursAgo(1)) }, 20 * DAY))).toEqual([]);
    expect(seen(pair({ lastUsed: used(hoursAgo(1)) }, 20 * DAY, { status: 'Inactive' }))).toEqual([]);
  });

  it('judge every old key where AWS allows more than two', () => {
    const user = iamUser({
      accessKeys: [
        accessKey({ createDate: daysAgo(60), lastUsed: used(daysAgo(40)) }),
        accessKey({ accessKeyId: SECOND_KEY, createDate: daysAgo(50), lastUsed: used(hoursAgo(2)) }),
        accessKey({ accessKeyId: 'AKIAEXAMPLE000000003', createDate: daysAgo(20) }),
      ],
    });
    expect(evaluate(user, clock).violations.map(({ ruleId, key }) => [ruleId, key.accessKeyId])).toEqual([
      ['superseded-key-in-use', SECOND_KEY],
      ['superseded-key-idle', 'AKIAIOSFODNN7EXAMPLE'],
    ]);
  });
});

describe('replacement-not-used', () => {
  it.each([
    [24 * HOUR, []],
    [24 * HOUR + 1, ['replacement-not-used @ second']],
  ])('a replacement never used, %i ms old, gives %j', (createdAgo, expected) => {
    expect(seen(pair({}, createdAgo, { lastUsed: never }))).toEqual(expected);
  });

  it('needs an old key to replace', () => {
    expect(ofKey({ createDate: daysAgo(2), lastUsed: never })).toEqual([]);
  });

  it('is silent when it is unknown whether the replacement was used', () => {
    expect(seen(pair({}, 3 * DAY, { lastUsed: unknown }))).toEqual([]);
  });
});

describe('inactive-key-kept', () => {
  const kept = ['inactive-key-kept @ first'];
  it.each([
    ['created', { createDate: ago(30 * DAY), lastUsed: never }, []],
    ['created', { createDate: ago(30 * DAY + 1), lastUsed: never }, kept],
    ['last used', { createDate: daysAgo(400), lastUsed: used(ago(30 * DAY)) }, []],
    ['last used', { createDate: daysAgo(400), lastUsed: used(ago(30 * DAY + 1)) }, kept],
    ['deactivated', { createDate: daysAgo(400), lastUsed: never, deactivatedAt: ago(30 * DAY) }, []],
    ['deactivated', { createDate: daysAgo(400), lastUsed: never, deactivatedAt: ago(30 * DAY + 1) }, kept],
  ])('counts from when the key was %s: %j', (_what, key, expected) => {
    expect(ofKey({ status: 'Inactive', ...key })).toEqual(expected);
    expect(ofKey({ status: 'Expired', ...key })).toEqual(expected);
  });

  it('is silent when the last use is unknown', () => {
    expect(ofKey({ status: 'Inactive', createDate: daysAgo(400), lastUsed: unknown })).toEqual([]);
  });
});

describe('root-access-key', () => {
  it('is the only rule for root, however old or unused its key is', () => {
    const user = rootUser({
      accessKeys: [accessKey({ accessKeyId: null, createDate: daysAgo(900), lastUsed: never })],
    });
    expect(seen(user)).toEqual(['root-access-key @ first']);
  });

  it('fires for a key of which nothing is known but that it is there', () => {
    const user = rootUser({ accessKeys: [accessKey({ accessKeyId: null, createDate: null, lastUsed: unknown })] });
    expect(seen(user)).toEqual(['root-access-key @ first']);
  });

  it('leaves an inactive root key and a user called root alone', () => {
    expect(seen(rootUser({ accessKeys: [accessKey({ status: 'Inactive', createDate: daysAgo(900) })] }))).toEqual([]);
    expect(seen(iamUser({ userName: 'root' }))).toEqual([]);
  });
});

describe('the registry', () => {
  it('holds every rule file, under the id that is the file’s name', () => {
    const files = readdirSync(new URL('../lambda/rules', import.meta.url))
      .map((name) => name.replace('.ts', ''))
      .filter((name) => !['rule', 'index', 'evaluate'].includes(name));
    expect(rules.map(({ id }) => id).sort()).toEqual(files.sort());
  });

  it('gives every rule its words', () => {
    for (const { statement, remediation } of rules) {
      expect(statement).toMatch(/^[A-Z].*\.$/);
      expect(remediation).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('a rule that throws', () => {
  const broken: Rule = {
    id: 'broken',
    severity: 'low',
    statement: '',
    remediation: '',
    evaluate: () => {
      throw new Error('no such thing');
    },
  };

  it('is a failure by name, and the other rules still speak', () => {
    const user = iamUser({ accessKeys: [accessKey({ createDate: daysAgo(91) })] });
    const { violations, failures } = evaluate(user, clock, [broken, ...rules]);
    expect(failures).toEqual([
      { scope: 'rule', id: 'broken', reason: 'could not judge 111122223333/alice: no such thing' },
    ]);
    expect(violations.map(({ ruleId }) => ruleId)).toEqual(['key-overdue']);
  });
});
