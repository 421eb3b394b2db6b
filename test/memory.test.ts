import { describe, expect, it } from '@jest/globals';
import {
  agrees,
  type KeyMemory,
  rememberedKeys,
  rememberUser,
  rowIdentity,
  withMemory,
} from '../lambda/domain/memory.ts';
import type { AccessKey } from '../lambda/domain/model.ts';
import { HOUR } from '../lambda/domain/time.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import {
  accessKey,
  clock,
  daysAgo,
  FIRST_KEY,
  hoursAgo,
  iamUser,
  NOW,
  never,
  SECOND_KEY,
  unknown,
  used,
} from './builders.ts';
import { keyMemory, reportedKey, reportedRow, userMemory } from './memory-builders.ts';

const plus = (date: Date, ms: number): Date => new Date(date.getTime() + ms);

describe('a row of the credential report', () => {
  const row = reportedRow({ keys: [reportedKey(), reportedKey({ lastRotated: daysAgo(50) })] });

  it('is the same while only the last uses move', () => {
    const later = row.keys.map((key) => ({ ...key, lastUsed: used(hoursAgo(1)) }));
    expect(rowIdentity({ ...row, keys: later })).toBe(rowIdentity(row));
  });

  it.each<[string, Parameters<typeof rowIdentity>[0]]>([
    ['a user of the same name was made anew', { ...row, userCreated: plus(row.userCreated, 1000) }],
    ['a key is inactive', { ...row, keys: [row.keys[0]!, { ...row.keys[1]!, active: false }] }],
    ['a key was made, or made active again', { ...row, keys: [row.keys[0]!, reportedKey({ lastRotated: NOW })] }],
    ['a key is gone', { ...row, keys: [row.keys[0]!] }],
    ['the slots are swapped', { ...row, keys: row.keys.toReversed() }],
    ['there are more keys than slots', { ...row, moreCredentials: true }],
  ])('is another where %s', (_what, changed) => {
    expect(rowIdentity(changed)).not.toBe(rowIdentity(row));
  });
});

describe('what IAM lists and what the report says', () => {
  const created = daysAgo(10);
  const one = reportedRow();
  const key = (overrides: Partial<AccessKey> = {}) => accessKey({ createDate: created, ...overrides });
  const two = reportedRow({ keys: [reportedKey({ lastRotated: daysAgo(50) }), reportedKey()] });
  const older = key({ createDate: daysAgo(50) });

  it.each<[string, Parameters<typeof agrees>, boolean]>([
    ['no keys at all', [reportedRow({ keys: [] }), []], true],
    ['a key of the slot’s instant', [one, [key()]], true],
    ['a key of another millisecond of that second', [one, [key({ createDate: plus(created, 999) })]], true],
    ['a key of the next second: another one', [one, [key({ createDate: plus(created, 1000) })]], false],
    ['an older key, which was made active again', [one, [key({ createDate: daysAgo(80) })]], true],
    ['a key that is inactive by now', [one, [key({ status: 'Inactive' })]], false],
    [
      'an expired key in an inactive slot',
      [reportedRow({ keys: [reportedKey({ active: false })] }), [key({ status: 'Expired' })]],
      true,
    ],
    ['a key of unknown age', [one, [key({ createDate: null })]], false],
    ['a slot without a date', [reportedRow({ keys: [reportedKey({ lastRotated: null })] }), [key()]], false],
    ['a key more than slots', [one, [key(), older]], false],
    ['a slot more than keys', [two, [key()]], false],
    ['two keys as in the slots', [two, [older, key()]], true],
    ['two keys in swapped slots', [two, [key(), older]], true],
    ['two keys of which the older was made after both slots', [two, [key(), key({ createDate: daysAgo(9) })]], false],
    ['two keys too young for the older slot', [two, [key(), key()]], false],
    ['two keys, the other of which is inactive', [two, [{ ...older, status: 'Inactive' }, key()]], false],
    [
      'two swapped keys, the older inactive, as its slot says',
      [{ ...two, keys: [{ ...two.keys[0]!, active: false }, two.keys[1]!] }, [key(), { ...older, status: 'Inactive' }]],
      true,
    ],
    ['a third key', [two, [older, key(), key()]], false],
    ['a third key of which the report knows', [{ ...two, moreCredentials: true }, [older, key(), key()]], false],
    ['two keys, where the report knows of a third', [{ ...two, moreCredentials: true }, [older, key()]], false],
  ])('%s: %#', (_what, [row, keys], expected) => {
    expect(agrees(row, keys)).toBe(expected);
  });
});

describe('keys as they are remembered', () => {
  const row = reportedRow();
  const memory = userMemory({
    row: rowIdentity(row),
    keys: [keyMemory({ lastUsed: { state: 'used', date: hoursAgo(30).toISOString(), serviceName: 's3' } })],
  });

  it('are known while the row is the same', () => {
    expect(rememberedKeys(row, memory)).toEqual([
      {
        accessKeyId: FIRST_KEY,
        status: 'Active',
        createDate: daysAgo(10),
        lastUsed: used(hoursAgo(30), { serviceName: 's3' }),
      },
    ]);
  });

  it.each<[string, Parameters<typeof rememberedKeys>]>([
    ['the row has changed', [reportedRow({ keys: [] }), memory]],
    ['the row told another story then', [row, userMemory()]],
    ['nothing is remembered', [row, undefined]],
  ])('are not known where %s', (_what, [current, remembered]) => {
    expect(rememberedKeys(current, remembered)).toBeUndefined();
  });

  it.each<[string, Partial<KeyMemory>, Partial<AccessKey>]>([
    ['what a tag or CloudTrail said', { deactivatedAt: daysAgo(5).toISOString() }, { deactivatedAt: daysAgo(5) }],
    [
      'the scans that saw it active, then inactive',
      { seenActive: true, inactiveSeenAt: daysAgo(4).toISOString() },
      { deactivatedAt: daysAgo(4), deactivatedThenOrEarlier: true },
    ],
    ['nothing that tells', { inactiveSeenAt: daysAgo(4).toISOString() }, {}],
  ])('are inactive since %s', (_what, key, expected) => {
    const keys = [keyMemory({ status: 'Inactive', ...key })];
    expect(rememberedKeys(row, { ...memory, keys })).toEqual([
      { accessKeyId: FIRST_KEY, status: 'Inactive', createDate: daysAgo(10), lastUsed: unknown, ...expected },
    ]);
  });
});

describe('a user with what is remembered of its keys', () => {
  const withKey = (key: Partial<AccessKey>, before: Partial<KeyMemory>): AccessKey =>
    withMemory(iamUser({ accessKeys: [accessKey(key)] }), userMemory({ keys: [keyMemory(before)] }), NOW)
      .accessKeys[0]!;

  it('has keys that say when they were seen before, and used until then', () => {
    const user = iamUser({ accessKeys: [accessKey(), accessKey({ accessKeyId: SECOND_KEY })] });
    const lastUsed = { state: 'used', date: hoursAgo(30).toISOString(), region: 'eu-west-1' } as const;
    const memory = userMemory({ keys: [keyMemory({ lastUsed })] });
    expect(withMemory(user, memory, NOW)).toEqual({
      ...user,
      accessKeys: [
        {
          ...accessKey(),
          seenBefore: { lastUsed: used(hoursAgo(30), { region: 'eu-west-1' }), at: daysAgo(1), longestGap: 6 * HOUR },
        },
        accessKey({ accessKeyId: SECOND_KEY }),
      ],
    });
  });

  it('is as it was where nothing is remembered', () => {
    expect(withMemory(iamUser(), undefined, NOW)).toEqual(iamUser());
  });

  describe('whose key is inactive', () => {
    const seenAt = daysAgo(20);
    const inactive = { status: 'Inactive', createDate: daysAgo(100), lastUsed: never } as const;
    const seen = { status: 'Inactive', inactiveSeenAt: seenAt.toISOString() } as const;
    const changed = { ...seen, seenActive: true } as const;
    const told = { ...seen, deactivatedAt: daysAgo(25).toISOString() } as const;
    const since = (key: Partial<AccessKey>, before: Partial<KeyMemory>) => {
      const { deactivatedAt, deactivatedThenOrEarlier } = withKey({ ...inactive, ...key }, before);
      return { ...(deactivatedAt && { at: deactivatedAt, orEarlier: deactivatedThenOrEarlier ?? false }) };
    };
    const bySight = { at: seenAt, orEarlier: true };
    const known = (at: Date) => ({ at, orEarlier: false });
    const orEarlier = (at: Date) => ({ at, orEarlier: true });

    it.each<[string, Partial<AccessKey>, Partial<KeyMemory>, object]>([
      ['scans saw it active, then inactive', {}, changed, bySight],
      ['no scan ever saw it active', {}, seen, {}],
      ['the scan before saw it active: this one is the first', {}, { status: 'Active' }, orEarlier(NOW)],
      ['the scan before did, and a date is known', { deactivatedAt: seenAt }, { status: 'Active' }, known(seenAt)],
      ['a date is known that is earlier', { deactivatedAt: daysAgo(21) }, changed, known(daysAgo(21))],
      ['a date is known that is later', { deactivatedAt: daysAgo(19) }, changed, known(daysAgo(19))],
      ['CloudTrail does not go back so far', { ...orEarlierThan(daysAgo(19)) }, changed, bySight],
      ['it does not, and no scan saw it active', { ...orEarlierThan(daysAgo(19)) }, seen, bySight],
      ['it does, by a millisecond', { ...orEarlierThan(plus(seenAt, -1)) }, changed, orEarlier(plus(seenAt, -1))],
      ['it was used at that very instant', { lastUsed: used(seenAt) }, changed, bySight],
      ['it was used a millisecond later', { lastUsed: used(plus(seenAt, 1)) }, changed, {}],
      ['it was made active a millisecond before', { activatedAt: plus(seenAt, -1) }, changed, bySight],
      ['it was made active at that very instant', { activatedAt: seenAt }, changed, {}],
      ['it was made active since', { activatedAt: plus(seenAt, 1) }, changed, {}],
      ['it is active again', { status: 'Active' }, changed, {}],
      ['a scan was told the date, and this one is not', {}, told, orEarlier(daysAgo(25))],
      ['both were told a date', { deactivatedAt: daysAgo(19) }, told, known(daysAgo(19))],
      ['it was used since the date that a scan was told', { lastUsed: used(daysAgo(24)) }, told, {}],
    ])('where %s: %#', (_what, key, before, expected) => {
      expect(since(key, before)).toEqual(expected);
    });

    it('is still found when it is seen so for the second time, with nothing that tells since when', () => {
      const user = iamUser({ accessKeys: [accessKey({ ...inactive, lastUsed: used(daysAgo(40)) })] });
      const before = rememberUser(user, undefined, undefined, daysAgo(1));
      const rules = evaluate(withMemory(user, before, NOW), clock).violations.map(({ ruleId }) => ruleId);
      expect(rules).toEqual(['inactive-key-kept']);
    });
  });
});

function orEarlierThan(deactivatedAt: Date): Partial<AccessKey> {
  return { deactivatedAt, deactivatedThenOrEarlier: true };
}

describe('what is remembered of a user', () => {
  const remembered = (key: Partial<AccessKey>, before?: Partial<KeyMemory>): KeyMemory | undefined =>
    rememberUser(
      iamUser({ accessKeys: [accessKey(key)] }),
      undefined,
      before && userMemory({ keys: [keyMemory(before)] }),
      NOW,
    ).keys[0];

  it('are its keys, when they were seen, and the row that told of them', () => {
    expect(rememberUser(iamUser(), 'the row', undefined, NOW)).toEqual({
      userName: 'alice',
      seenAt: NOW.toISOString(),
      row: 'the row',
      keys: [
        keyMemory({
          lastUsed: { state: 'used', date: hoursAgo(1).toISOString(), serviceName: 's3', region: 'eu-west-1' },
        }),
      ],
    });
  });

  it.each<[string, Partial<AccessKey>]>([
    ['no id', { accessKeyId: null }],
    ['no CreateDate', { createDate: null }],
  ])('is nothing of a key that has %s', (_what, key) => {
    expect(remembered(key)).toBeUndefined();
  });

  const firstSeen = daysAgo(3).toISOString();
  it.each<[string, Partial<KeyMemory> | undefined, Partial<KeyMemory>]>([
    ['never before', undefined, { inactiveSeenAt: NOW.toISOString() }],
    ['active', { status: 'Active' }, { inactiveSeenAt: NOW.toISOString(), seenActive: true }],
    ['inactive', { status: 'Inactive', inactiveSeenAt: firstSeen }, { inactiveSeenAt: firstSeen }],
    [
      'inactive, and active before',
      { status: 'Inactive', inactiveSeenAt: firstSeen, seenActive: true },
      { inactiveSeenAt: firstSeen, seenActive: true },
    ],
  ])('is since when an inactive key is seen so, that was seen %s: %#', (_what, before, expected) => {
    const inactive = keyMemory({ status: 'Inactive', lastUsed: { state: 'never' } });
    expect(remembered({ status: 'Inactive', lastUsed: never }, before)).toEqual({ ...inactive, ...expected });
  });

  it('is when a key was made inactive, where that is known, and not a bound', () => {
    const dated = { status: 'Inactive', deactivatedAt: daysAgo(2) } as const;
    expect(remembered(dated)?.deactivatedAt).toBe(daysAgo(2).toISOString());
    const bound = { ...dated, deactivatedThenOrEarlier: true } as const;
    expect(remembered(bound)?.deactivatedAt).toBeUndefined();
    const told = { status: 'Inactive', inactiveSeenAt: firstSeen, deactivatedAt: daysAgo(4).toISOString() } as const;
    expect(remembered(bound, told)?.deactivatedAt).toBe(daysAgo(4).toISOString());
    expect(remembered(dated, told)?.deactivatedAt).toBe(daysAgo(2).toISOString());
  });

  it('forgets since when a key was inactive that is active again', () => {
    const before = { status: 'Inactive', inactiveSeenAt: firstSeen, seenActive: true } as const;
    expect(remembered({ lastUsed: never }, before)).toEqual(keyMemory({ lastUsed: { state: 'never' } }));
  });
});
