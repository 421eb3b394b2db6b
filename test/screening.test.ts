import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CredentialReportRow, ReportedKey } from '../lambda/domain/credential-report.ts';
import type { AccessKey, IamUser, Policy } from '../lambda/domain/model.ts';
import { screenKeys, screenRow, userFromRow } from '../lambda/domain/screening.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import {
  accessKey,
  account,
  ago,
  clock,
  daysAgo,
  hoursAgo,
  iamUser,
  NOW,
  never,
  SECOND_KEY,
  used,
} from './builders.ts';

const wouldFlag = (user: IamUser): boolean => evaluate(user, clock).violations.length > 0;

const reportedKey = (overrides: Partial<ReportedKey> = {}): ReportedKey => ({
  active: true,
  lastRotated: daysAgo(10),
  lastUsed: used(hoursAgo(5)),
  ...overrides,
});

const row = (overrides: Partial<CredentialReportRow> = {}): CredentialReportRow => ({
  userName: 'alice',
  arn: 'arn:aws:iam::111122223333:user/alice',
  userCreated: daysAgo(20),
  keys: [reportedKey()],
  moreCredentials: false,
  ...overrides,
});

describe('by the report’s row', () => {
  it.each<[string, Partial<CredentialReportRow>, string]>([
    ['without keys', { userCreated: daysAgo(900), keys: [] }, 'clean'],
    ['younger than its key could be due, key in use', { userCreated: ago(75 * DAY) }, 'clean'],
    ['a moment older: the key could be as old', { userCreated: ago(75 * DAY + 1) }, 'look'],
    ['old, whose key says it was rotated lately (it may be a reactivation)', { userCreated: daysAgo(900) }, 'look'],
    ['young with two active keys, in whatever order', { keys: [reportedKey(), reportedKey()] }, 'look'],
    ['with more credentials than the report shows', { keys: [], moreCredentials: true }, 'look'],
    [
      'old with an inactive key that was used within 30 days',
      { userCreated: daysAgo(900), keys: [reportedKey({ active: false, lastUsed: used(daysAgo(29)) })] },
      'clean',
    ],
    [
      'old with an inactive key that was used longer ago',
      { userCreated: daysAgo(900), keys: [reportedKey({ active: false, lastUsed: used(daysAgo(31)) })] },
      'look',
    ],
    ['young with a key never used for two weeks', { keys: [reportedKey({ lastUsed: never })] }, 'look'],
  ])('a user %s: %#', (_what, overrides, expected) => {
    expect(screenRow(row(overrides), account(), wouldFlag)).toBe(expected);
  });
});

describe('by the row and the keys that IAM lists', () => {
  const listed = (...accessKeys: Partial<AccessKey>[]): IamUser =>
    iamUser({ accessKeys: accessKeys.map((key) => accessKey({ lastUsed: { state: 'unknown' }, ...key })) });
  const oldRow = (...keys: ReportedKey[]) => row({ userCreated: daysAgo(900), keys });
  const cuttingOver = oldRow(
    reportedKey({ lastRotated: daysAgo(60), lastUsed: used(hoursAgo(119)) }),
    reportedKey({ lastRotated: daysAgo(5), lastUsed: used(hoursAgo(1)) }),
  );

  const cutBack = oldRow({ ...cuttingOver.keys[0]!, lastRotated: daysAgo(2) }, cuttingOver.keys[1]!);

  it.each<[string, CredentialReportRow, IamUser, string]>([
    ['a young CreateDate', oldRow(reportedKey()), listed({ createDate: daysAgo(75) }), 'clean'],
    ['a CreateDate long before last_rotated', oldRow(reportedKey()), listed({ createDate: daysAgo(76) }), 'look'],
    ['a key more than the report knew', oldRow(reportedKey()), listed({}, { accessKeyId: SECOND_KEY }), 'look'],
    ['a key that was deactivated since', oldRow(reportedKey()), listed({ status: 'Inactive' }), 'look'],
    [
      'one active key, and one inactive for a short time',
      oldRow(reportedKey(), reportedKey({ active: false, lastUsed: used(daysAgo(20)) })),
      listed({ status: 'Inactive', createDate: daysAgo(80) }, { accessKeyId: SECOND_KEY }),
      'clean',
    ],
    [
      'two active keys made active at one instant, fine whichever slot is whose',
      oldRow(
        reportedKey({ lastRotated: hoursAgo(20), lastUsed: used(hoursAgo(30)) }),
        reportedKey({ lastRotated: hoursAgo(20), lastUsed: used(hoursAgo(1)) }),
      ),
      listed({ createDate: daysAgo(60) }, { accessKeyId: SECOND_KEY, createDate: hoursAgo(25) }),
      'clean',
    ],
    [
      'the same an hour later, when one way to match them means lingering',
      oldRow(
        reportedKey({ lastRotated: hoursAgo(20), lastUsed: used(hoursAgo(30)) }),
        reportedKey({ lastRotated: hoursAgo(20), lastUsed: used(hoursAgo(1)) }),
      ),
      listed({ createDate: daysAgo(60) }, { accessKeyId: SECOND_KEY, createDate: hoursAgo(26) }),
      'look',
    ],
    [
      'two active keys of which the new one cannot be the older slot’s, swapped',
      cuttingOver,
      listed({ accessKeyId: SECOND_KEY, createDate: daysAgo(5) }, { createDate: daysAgo(60) }),
      'clean',
    ],
    [
      'the same, where the old one was made active since',
      cutBack,
      listed({ accessKeyId: SECOND_KEY, createDate: daysAgo(5) }, { createDate: daysAgo(60) }),
      'look',
    ],
    [
      'a key that was made after the report’s',
      oldRow(reportedKey()),
      listed({ createDate: new Date(daysAgo(10).getTime() + 1000) }),
      'look',
    ],
    [
      'the same, where an earlier scan saw both used: each slot can only be one’s',
      cutBack,
      listed(
        { accessKeyId: SECOND_KEY, createDate: daysAgo(5), lastUsed: used(hoursAgo(25)) },
        { createDate: daysAgo(60), lastUsed: used(hoursAgo(119)) },
      ),
      'clean',
    ],
    [
      'a key that an earlier scan saw used half an hour later than the report: that is noise',
      oldRow(reportedKey({ lastUsed: used(hoursAgo(5)) })),
      listed({ lastUsed: used(hoursAgo(4.5)) }),
      'clean',
    ],
    [
      'a key that it saw used a millisecond later than that: the report is older than what is known',
      oldRow(reportedKey({ lastUsed: used(hoursAgo(5)) })),
      listed({ lastUsed: used(new Date(hoursAgo(4.5).getTime() + 1)) }),
      'look',
    ],
    [
      'a key that it saw used, and the report did not',
      oldRow(reportedKey({ lastUsed: never })),
      listed({ lastUsed: used(hoursAgo(5)) }),
      'look',
    ],
  ])('%s: %#', (_what, reportRow, user, expected) => {
    expect(screenKeys(reportRow, user, wouldFlag)).toBe(expected);
  });
});

describe('from a report alone', () => {
  it('a user has keys without ids whose ages are lower bounds', () => {
    expect(userFromRow(row({ keys: [reportedKey({ lastRotated: daysAgo(91) })] }), account()).accessKeys).toEqual([
      { accessKeyId: null, status: 'Active', createDate: daysAgo(91), lastUsed: used(hoursAgo(5)) },
    ]);
  });
});

/** Limits that somebody might set. */
const anyPolicy = (): fc.Arbitrary<Policy> => {
  const limit = fc.integer({ min: 0, max: 120 });
  return fc
    .record({
      rotateAfterDays: fc.integer({ min: 1, max: 120 }),
      warnAfterDays: limit,
      lingerGraceHours: limit,
      settleDays: limit,
      unusedAfterDays: limit,
      neverUsedAfterDays: limit,
      deleteInactiveAfterDays: limit,
    })
    .map((policy) => ({ ...policy, warnAfterDays: policy.warnAfterDays % policy.rotateAfterDays }));
};

/** A user as the world has it when the report is generated, and the report's row about it. */
const anyWorld = (): fc.Arbitrary<{ user: IamUser; reported: CredentialReportRow }> => {
  const edges = [0, 1, 7, 14, 30, 45, 75, 90].flatMap((days) => [days * DAY - 1000, days * DAY, days * DAY + 1000]);
  const age = (max: number): fc.Arbitrary<number> =>
    fc
      .oneof(fc.integer({ min: 0, max }), fc.constantFrom(...edges))
      .map((ms) => Math.floor(Math.min(Math.max(ms, 0), max) / 1000) * 1000);
  const key = (userAge: number, staleness: number) =>
    age(userAge).chain((createdAgo) =>
      fc.record({
        createdAgo: fc.constant(Math.max(createdAgo, staleness)),
        rotatedAgo: fc.oneof(fc.constant(createdAgo), age(createdAgo)),
        usedAgo: fc.oneof(
          fc.constant(undefined),
          age(createdAgo).map((ms) => Math.max(ms, staleness)),
        ),
        status: fc.constantFrom('Active' as const, 'Active' as const, 'Inactive' as const, 'Expired' as const),
        deactivatedAgo: fc.oneof(fc.constant(undefined), age(createdAgo)),
      }),
    );
  return fc
    .tuple(
      fc.oneof(age(120 * DAY), age(900 * DAY)),
      fc.integer({ min: 0, max: 4 * HOUR }),
      fc.integer({ min: 0, max: 3 }),
    )
    .chain(([userAge, staleness, count]) =>
      fc.record({
        userAge: fc.constant(Math.max(userAge, staleness)),
        keys: fc.array(key(userAge, staleness), { minLength: count, maxLength: count }),
        swapped: fc.boolean(),
      }),
    )
    .map(({ userAge, keys, swapped }) => {
      const lastUsed = (usedAgo: number | undefined) => (usedAgo === undefined ? never : used(ago(usedAgo)));
      const accessKeys = keys.map(
        ({ createdAgo, usedAgo, status, deactivatedAgo }, at): AccessKey => ({
          accessKeyId: `AKIAEXAMPLE00000000${at}`,
          status,
          createDate: ago(createdAgo),
          lastUsed: lastUsed(usedAgo),
          ...(deactivatedAgo !== undefined && status !== 'Active' && { deactivatedAt: ago(deactivatedAgo) }),
        }),
      );
      const slots = keys.map(({ rotatedAgo, usedAgo, status }) => ({
        active: status === 'Active',
        lastRotated: ago(rotatedAgo),
        lastUsed: lastUsed(usedAgo),
      }));
      const shown = (swapped ? slots.toReversed() : slots).slice(0, 2);
      return {
        user: iamUser({ accessKeys }),
        reported: row({ userCreated: ago(userAge), keys: shown, moreCredentials: slots.length > shown.length }),
      };
    });
};

describe('of any user', () => {
  const asListed = (user: IamUser): IamUser => ({
    ...user,
    accessKeys: user.accessKeys.map(({ accessKeyId, status, createDate }) => ({
      accessKeyId,
      status,
      createDate,
      lastUsed: { state: 'unknown' },
    })),
  });

  it('screening never says clean where a full read of the world at GeneratedTime, judged now, finds something', () => {
    fc.assert(
      fc.property(anyWorld(), ({ user, reported }) => {
        if (!wouldFlag(user)) return;
        expect(screenRow(reported, account(), wouldFlag)).toBe('look');
        expect(screenKeys(reported, asListed(user), wouldFlag)).toBe('look');
      }),
      { numRuns: 5000 },
    );
  });

  it('nor does it by any other policy', () => {
    fc.assert(
      fc.property(anyWorld(), anyPolicy(), ({ user, reported }, policy) => {
        const flags = (candidate: IamUser) => evaluate(candidate, { policy, now: NOW }).violations.length > 0;
        if (!flags(user)) return;
        expect(screenRow(reported, account(), flags)).toBe('look');
        expect(screenKeys(reported, asListed(user), flags)).toBe('look');
      }),
      { numRuns: 5000 },
    );
  });

  it('does say clean of most users who are', () => {
    const worlds = fc.sample(anyWorld(), { numRuns: 2000, seed: 1 }).filter(({ user }) => !wouldFlag(user));
    const clean = worlds.filter(({ user, reported }) => screenKeys(reported, asListed(user), wouldFlag) === 'clean');
    expect(clean.length / worlds.length).toBeGreaterThan(0.5);
  });

  it('judges at the same instant as the rules', () => {
    const later = { ...clock, now: new Date(NOW.getTime() + DAY) };
    const user = row({ userCreated: ago(75 * DAY) });
    expect(screenRow(user, account(), (candidate) => evaluate(candidate, later).violations.length > 0)).toBe('look');
  });
});
