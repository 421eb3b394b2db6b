import { describe, expect, it } from '@jest/globals';
import { type ChangeFacts, proposeChange } from '../bin/rotation/change.ts';
import type { AccessKey, LastUsed } from '../lambda/domain/model.ts';
import { DAY } from '../lambda/domain/time.ts';

import {
  accessKey,
  ago,
  clock,
  daysAgo,
  FIRST_KEY,
  hoursAgo,
  iamUser,
  NOW,
  never,
  rootUser,
  SECOND_KEY,
  unknown,
  used,
} from './builders.ts';

const MINUTE = 60_000;

const facts: ChangeFacts = {
  ...clock,
  confirmedUnused: false,
  secretLost: false,
  unread: [],
  unverified: [],
  force: false,
};

/** What is proposed for a user with these keys: `act KEY`, and what speaks against it. */
const proposed = (accessKeys: AccessKey[], known: Partial<ChangeFacts> = {}) => {
  const { change, refusals } = proposeChange(iamUser({ accessKeys }), { ...facts, ...known });
  const key = 'key' in change ? change.key : 'replaces' in change ? change.replaces : undefined;
  const discarded = 'discarded' in change ? [change.discarded.accessKeyId] : [];
  return {
    change: key ? [change.act, ...discarded, key.accessKeyId].join(' ') : change.act,
    refusals: refusals.map(({ reason }) => reason),
    notBefore: refusals.flatMap(({ notBefore }) => notBefore ?? []),
  };
};

/** Why nothing is proposed. */
const why = (accessKeys: AccessKey[]): string => {
  const { change } = proposeChange(iamUser({ accessKeys }), facts);
  return change.act === 'none' ? change.why : '';
};

const old = (overrides: Partial<AccessKey> = {}): AccessKey =>
  accessKey({ accessKeyId: FIRST_KEY, createDate: daysAgo(120), lastUsed: used(daysAgo(20)), ...overrides });
const replacement = (overrides: Partial<AccessKey> = {}): AccessKey =>
  accessKey({ accessKeyId: SECOND_KEY, createDate: daysAgo(20), lastUsed: used(hoursAgo(1)), ...overrides });
const inactive = (overrides: Partial<AccessKey> = {}): AccessKey =>
  old({ status: 'Inactive', deactivatedAt: daysAgo(8), ...overrides });

describe('a lone key', () => {
  it.each([
    ['overdue', 91 * DAY],
    ['due soon', 76 * DAY],
  ])('that is %s is replaced', (_what, age) => {
    const result = proposed([old({ createDate: ago(age), lastUsed: used(hoursAgo(1)) })]);
    expect(result).toMatchObject({ change: `create ${FIRST_KEY}`, refusals: [] });
  });

  it('that is not due yet is left alone, until somebody has a reason', () => {
    const young = [old({ createDate: ago(75 * DAY), lastUsed: used(hoursAgo(1)) })];
    expect(proposed(young)).toMatchObject({ change: 'none', refusals: [] });
    expect(why(young)).toContain('is not due: it was created on 2026-09-09 09:00 UTC');
    expect(why(young)).toContain('from 2026-11-23 09:00 UTC');
    expect(proposed(young, { force: true })).toMatchObject({
      change: `create ${FIRST_KEY}`,
      refusals: [expect.stringContaining('is not due')],
    });
  });

  it.each<[string, LastUsed, number, boolean, string, number]>([
    ['never used beyond the grace goes without a replacement', never, 14 * DAY + 1, false, 'deactivate', 0],
    ['never used within the grace is not due', never, 14 * DAY, false, 'none', 0],
    ['once used, long ago, needs its owner', used(ago(45 * DAY + 1)), 400 * DAY, false, 'deactivate', 1],
    ['once used, long ago, goes when its owner agrees', used(ago(45 * DAY + 1)), 400 * DAY, true, 'deactivate', 0],
    ['used lately is replaced, whatever its owner says', used(ago(45 * DAY)), 400 * DAY, true, 'create', 0],
  ])('%s', (_what, lastUsed, age, confirmedUnused, act, refusals) => {
    const result = proposed([old({ createDate: ago(age), lastUsed })], { confirmedUnused });
    expect(result.change).toBe(act === 'none' ? act : `${act} ${FIRST_KEY}`);
    expect(result.refusals).toHaveLength(refusals);
  });

  it('whose last use could not be read is not taken for unused', () => {
    expect(proposed([old({ lastUsed: unknown })]).change).toBe(`create ${FIRST_KEY}`);
  });
});

describe('an old key beside its replacement', () => {
  it.each<[string, Partial<AccessKey>, Partial<AccessKey>, unknown[]]>([
    ['quiet for longer than settleDays may go', { lastUsed: used(ago(7 * DAY + 1)) }, {}, []],
    [
      'quiet for exactly settleDays may not',
      { lastUsed: used(ago(7 * DAY)) },
      {},
      [
        expect.stringMatching(
          /^AKIAIOSFODNN7EXAMPLE is quiet only since 2026-11-16 09:00 UTC, when it was used: it has/,
        ),
      ],
    ],
    ['never used counts from the replacement', { lastUsed: never }, { createDate: ago(7 * DAY + 1) }, []],
    [
      'never used, with a replacement of settleDays, may not',
      { lastUsed: never },
      { createDate: ago(7 * DAY) },
      [expect.stringContaining('when AKIAI44QH8DHBEXAMPLE was created')],
    ],
    [
      'may not while its replacement was never used',
      {},
      { lastUsed: never, createDate: daysAgo(13) },
      [expect.stringContaining('AKIAI44QH8DHBEXAMPLE has never been used')],
    ],
    [
      'may not where its replacement’s last use could not be read',
      {},
      { lastUsed: unknown },
      [expect.stringContaining('when AKIAI44QH8DHBEXAMPLE was last used could not be read')],
    ],
    [
      'may not where its own last use could not be read',
      { lastUsed: unknown },
      {},
      [expect.stringContaining('when AKIAIOSFODNN7EXAMPLE was last used could not be read')],
    ],
    [
      'may not where it was used later than its replacement ever was',
      { lastUsed: used(daysAgo(9)) },
      { lastUsed: used(daysAgo(10)) },
      [expect.stringContaining('looks like the one that is needed')],
    ],
  ])('%s', (_what, ofOld, ofNew, refusals) => {
    expect(proposed([old(ofOld), replacement(ofNew)])).toMatchObject({ change: `deactivate ${FIRST_KEY}`, refusals });
  });

  it('says from when on it may go', () => {
    const { notBefore } = proposed([old({ lastUsed: used(daysAgo(2)) }), replacement()]);
    expect(notBefore).toEqual([ago(-5 * DAY)]);
  });

  it('goes first where it is the one of two old keys that is not quiet yet', () => {
    const third = accessKey({
      accessKeyId: 'AKIAEXAMPLE000000003',
      createDate: daysAgo(60),
      lastUsed: used(daysAgo(2)),
    });
    const { change, refusals } = proposed([old(), third, replacement()]);
    expect(change).toBe('deactivate AKIAEXAMPLE000000003');
    expect(refusals).toEqual([expect.stringContaining('is quiet only since')]);
  });

  it('is judged the same in whatever order AWS lists the two', () => {
    expect(proposed([replacement(), old()])).toEqual(proposed([old(), replacement()]));
  });

  it('is replaced again where the secret of the replacement was lost before its first use', () => {
    const lost = { secretLost: true };
    expect(proposed([old(), replacement({ lastUsed: never })], lost)).toMatchObject({
      change: `recreate ${SECOND_KEY} ${FIRST_KEY}`,
      refusals: [],
    });
    expect(proposed([old(), replacement({ lastUsed: unknown })], lost).refusals).toEqual([
      expect.stringContaining('somebody has its secret'),
    ]);
    expect(proposed([old(), replacement()], lost).refusals).toEqual([
      expect.stringContaining('somebody has its secret'),
    ]);
  });

  it('is not replaced again so soon that a use of the replacement may not show yet', () => {
    const lost = (age: number) =>
      proposed([old(), replacement({ lastUsed: never, createDate: ago(age) })], { secretLost: true });
    expect(lost(30 * MINUTE + 1)).toMatchObject({
      change: `recreate ${SECOND_KEY} ${FIRST_KEY}`,
      refusals: [],
      notBefore: [],
    });
    expect(lost(30 * MINUTE)).toMatchObject({ refusals: [expect.stringContaining('so new')], notBefore: [NOW] });
  });
});

describe('two keys of the same instant', () => {
  const twins = (first: LastUsed, second: LastUsed) =>
    proposed([
      accessKey({ accessKeyId: FIRST_KEY, createDate: daysAgo(20), lastUsed: first }),
      accessKey({ accessKeyId: SECOND_KEY, createDate: daysAgo(20), lastUsed: second }),
    ]);

  it('are merged onto the one that is used later, once the other is quiet', () => {
    expect(twins(used(hoursAgo(1)), used(ago(7 * DAY + 1)))).toMatchObject({
      change: `deactivate ${SECOND_KEY}`,
      refusals: [],
    });
    expect(twins(used(hoursAgo(1)), used(ago(7 * DAY))).refusals).toHaveLength(1);
    expect(twins(used(hoursAgo(1)), unknown).refusals).toHaveLength(1);
    const today = [never, used(hoursAgo(1))].map((lastUsed, at) =>
      accessKey({ accessKeyId: [FIRST_KEY, SECOND_KEY][at]!, createDate: hoursAgo(2), lastUsed }),
    );
    expect(proposed(today).refusals).toEqual([expect.stringContaining('move every use onto')]);
    expect(twins(never, used(hoursAgo(1)))).toMatchObject({ change: `deactivate ${FIRST_KEY}`, refusals: [] });
  });

  it('both stay while neither was used', () => {
    const both = [FIRST_KEY, SECOND_KEY].map((accessKeyId) =>
      accessKey({ accessKeyId, createDate: daysAgo(13), lastUsed: never }),
    );
    expect(proposed(both).refusals).toEqual([expect.stringContaining('was ever used')]);
  });
});

describe('an inactive key', () => {
  it.each<[string, Partial<AccessKey>, string, number]>([
    ['inactive for longer than settleDays may be deleted', { deactivatedAt: ago(7 * DAY + 1) }, 'delete', 0],
    ['inactive for exactly settleDays may not', { deactivatedAt: ago(7 * DAY) }, 'delete', 1],
  ])('%s', (_what, overrides, act, refusals) => {
    const result = proposed([inactive(overrides), replacement()]);
    expect(result.change).toBe(`${act} ${FIRST_KEY}`);
    expect(result.refusals).toHaveLength(refusals);
  });

  it('of which nobody knows since when is recorded first; force would delete it', () => {
    const key = inactive();
    delete key.deactivatedAt;
    expect(proposed([key, replacement()])).toMatchObject({ change: `record ${FIRST_KEY}`, refusals: [] });
    const unseen = inactive({ deactivatedAt: daysAgo(90), deactivatedThenOrEarlier: true });
    expect(proposed([unseen, replacement()])).toMatchObject({ change: `record ${FIRST_KEY}`, refusals: [] });
    expect(proposed([key, replacement()], { force: true })).toMatchObject({
      change: `delete ${FIRST_KEY}`,
      refusals: [expect.stringContaining('counts as too short')],
    });
  });

  it('makes room before an overdue key is replaced', () => {
    const result = proposed([
      inactive({ accessKeyId: SECOND_KEY, createDate: daysAgo(300) }),
      old({ lastUsed: used(hoursAgo(1)) }),
    ]);
    expect(result).toMatchObject({ change: `delete ${SECOND_KEY}`, refusals: [] });
  });

  it('stays while its replacement was never used, as it may be wanted back', () => {
    const result = proposed([inactive(), replacement({ lastUsed: never, createDate: daysAgo(10) })]);
    expect(result.refusals).toEqual([expect.stringContaining('may be wanted back')]);
  });

  it('stays where its replacement’s last use could not be read', () => {
    const result = proposed([inactive(), replacement({ lastUsed: unknown, createDate: daysAgo(10) })]);
    expect(result.refusals).toEqual([expect.stringContaining('a last use that could not be read')]);
  });

  it('goes although an older key was never used: that does not replace it', () => {
    const older = replacement({ lastUsed: never, createDate: daysAgo(10) });
    expect(proposed([inactive({ createDate: daysAgo(9) }), older]).refusals).toEqual([]);
  });

  it('stays where CloudTrail could not be asked since when it is inactive; that stops nothing else', () => {
    const blind = { unverified: ['CloudTrail does not say since when keys are inactive'] };
    expect(proposed([inactive(), replacement()], blind).refusals).toEqual(blind.unverified);
    expect(proposed([old(), replacement()], blind).refusals).toEqual([]);
  });

  it('is not written down where its tags could not be read', () => {
    const key = inactive();
    delete key.deactivatedAt;
    expect(proposed([key, replacement()], { unread: ['its tags could not be read'] })).toMatchObject({
      change: `record ${FIRST_KEY}`,
      refusals: ['its tags could not be read'],
    });
  });
});

describe('whatever the stage', () => {
  it.each<[string, AccessKey[], Partial<ChangeFacts>, string]>([
    ['made inactive', [old(), replacement()], { ownAccessKeyId: FIRST_KEY }, 'deactivate'],
    ['deleted', [inactive(), replacement()], { ownAccessKeyId: FIRST_KEY }, 'delete'],
    [
      'discarded',
      [old(), replacement({ lastUsed: never })],
      { ownAccessKeyId: SECOND_KEY, secretLost: true },
      'recreate',
    ],
  ])('the key that the caller is signed in with is not %s, by no force', (_what, keys, known, act) => {
    const { change, refusals } = proposeChange(iamUser({ accessKeys: keys }), { ...facts, ...known, force: true });
    expect(change.act).toBe(act);
    expect(refusals).toEqual([expect.objectContaining({ final: true })]);
  });

  it.each<[string, AccessKey[], Partial<ChangeFacts>]>([
    ['create', [old({ lastUsed: used(hoursAgo(1)) })], {}],
    ['recreate', [old(), replacement({ lastUsed: never })], { secretLost: true }],
    ['deactivate', [old(), replacement()], {}],
    ['delete', [inactive(), replacement()], {}],
  ])('keys that infrastructure code manages are not changed: %s', (act, keys, known) => {
    const result = proposed(keys, { ...known, managedBy: 'Terraform (main.tf:3)' });
    expect(result.change).toMatch(new RegExp(`^${act} `));
    expect(result.refusals).toEqual([expect.stringContaining('Terraform (main.tf:3)')]);
  });

  it('keys that infrastructure code manages, and users that could not be read whole, are refused', () => {
    const { refusals } = proposed([old(), replacement()], {
      managedBy: 'Terraform (main.tf:3)',
      unread: ['its tags could not be read'],
    });
    expect(refusals).toEqual([expect.stringContaining('Terraform (main.tf:3)'), 'its tags could not be read']);
  });

  it('root and users without keys are left alone', () => {
    expect(proposed([]).change).toBe('none');
    const known = { ...facts, confirmedUnused: true, secretLost: true, force: true };
    expect(proposeChange(rootUser(), known).change.act).toBe('none');
  });
});
