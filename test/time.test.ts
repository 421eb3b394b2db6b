import { describe, expect, it } from '@jest/globals';
import { exemptionOf } from '../lambda/domain/exemptions.ts';
import { findingsOf } from '../lambda/domain/findings.ts';
import type { AccessKey, IamUser } from '../lambda/domain/model.ts';
import { rotationPosition } from '../lambda/domain/rotation.ts';
import { ageInDays, DAY, HOUR, isCalendarDay } from '../lambda/domain/time.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import { parseSettings } from '../lambda/settings.ts';
import {
  accessKey,
  exemptionSetting,
  findingContext,
  hoursAgo,
  iamUser,
  NOW,
  never,
  policy,
  rootUser,
  SECOND_KEY,
  used,
} from './builders.ts';

/** The calendar has leap days, ends of years and clock changes; durations have none of them. */

const plus = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms);
const userOf = (...accessKeys: Partial<AccessKey>[]): IamUser => iamUser({ accessKeys: accessKeys.map(accessKey) });

/** What is found at an instant. */
const seenAt = (user: IamUser, now: Date): string[] =>
  evaluate(user, { policy, now }).violations.map(({ ruleId }) => ruleId);

/** For each rule a user on whom it begins to fire right after so long a time. */
const beginnings: readonly [rule: string, after: number, userFrom: (start: Date) => IamUser][] = [
  ['key-due-soon', 75 * DAY, (start) => userOf({ createDate: start, lastUsed: used(plus(start, 74 * DAY)) })],
  ['key-overdue', 90 * DAY, (start) => userOf({ createDate: start, lastUsed: used(plus(start, 89 * DAY)) })],
  ['key-unused', 45 * DAY, (start) => userOf({ createDate: plus(start, -DAY), lastUsed: used(start) })],
  ['key-unused', 14 * DAY, (start) => userOf({ createDate: start, lastUsed: never })],
  [
    'replacement-not-used',
    24 * HOUR,
    (start) =>
      userOf(
        { createDate: plus(start, -DAY), lastUsed: used(start) },
        { accessKeyId: SECOND_KEY, createDate: start, lastUsed: never },
      ),
  ],
  [
    'superseded-key-idle',
    7 * DAY,
    (start) =>
      userOf(
        { createDate: plus(start, -DAY), lastUsed: used(start) },
        { accessKeyId: SECOND_KEY, createDate: start, lastUsed: used(plus(start, DAY)) },
      ),
  ],
  ['inactive-key-kept', 30 * DAY, (start) => userOf({ status: 'Inactive', createDate: start, lastUsed: never })],
];

const starts = [
  '1970-01-01T00:00:00.000Z',
  '2024-02-28T23:59:59.999Z',
  '2024-02-29T00:00:00.000Z',
  '2026-02-28T12:00:00.000Z',
  // In the United Kingdom, clocks change on 2026-03-29 and on 2026-10-25, at 01:00 UTC.
  '2026-03-29T00:59:59.999Z',
  '2026-10-25T01:00:00.000Z',
  '2026-12-31T23:59:59.999Z',
  '2028-02-29T00:00:00.000Z',
  '9999-06-01T00:00:00.000Z',
];

describe.each(starts)('from %s on', (text) => {
  const start = new Date(text);

  it.each(beginnings)('%s fires right after %i ms, and not before', (rule, after, userFrom) => {
    const user = userFrom(start);
    expect(seenAt(user, plus(start, after))).not.toContain(rule);
    expect(seenAt(user, plus(start, after + 1))).toContain(rule);
  });

  it.each([
    ['at the end of the grace', 24 * HOUR, []],
    ['right after it', 24 * HOUR + 1, ['superseded-key-in-use']],
  ])('an old key used %s: %j', (_when, after, expected) => {
    const user = userOf(
      { createDate: plus(start, -DAY), lastUsed: used(plus(start, after)) },
      { accessKeyId: SECOND_KEY, createDate: start, lastUsed: used(plus(start, after)) },
    );
    expect(seenAt(user, plus(start, after))).toEqual(expected);
  });
});

describe('a key is 90 days old', () => {
  it.each([
    ['2024-02-29T00:00:00Z', '2024-05-29T00:00:00Z'],
    ['2028-02-29T00:00:00Z', '2028-05-29T00:00:00Z'],
    // With and without the leap day in between.
    ['2027-12-31T09:00:00Z', '2028-03-30T09:00:00Z'],
    ['2026-12-31T09:00:00Z', '2027-03-31T09:00:00Z'],
    // Over a spring and an autumn: on British clocks an hour later, and an hour earlier.
    ['2026-01-20T00:30:00Z', '2026-04-20T00:30:00Z'],
    ['2026-08-20T00:30:00Z', '2026-11-18T00:30:00Z'],
  ])('that was created at %s, at %s', (created, now) => {
    expect(ageInDays(new Date(created), plus(new Date(now), -1))).toBe(89);
    expect(ageInDays(new Date(created), new Date(now))).toBe(90);
  });
});

describe('an age', () => {
  it.each([
    ['of no time at all', 0, 0],
    ['that is not yet a day', DAY - 1, 0],
    ['of a key from the future, as clocks differ', -1, 0],
    ['of a key from another time', -365 * DAY, 0],
  ])('%s is in days: %i ms are %i', (_what, ms, days) => {
    expect(ageInDays(plus(NOW, -ms), NOW)).toBe(days);
  });

  it('is never told as less than nothing', () => {
    const user = rootUser({ accessKeys: [accessKey({ accessKeyId: null, createDate: plus(NOW, 10 * 60_000) })] });
    const { violations } = evaluate(user, { policy, now: NOW });
    expect(findingsOf(user, violations, findingContext()).findings).toMatchObject([{ ageDays: 0 }]);
  });
});

describe('two keys of one instant', () => {
  it('are not ordered, whatever a minute would change', () => {
    const createDate = new Date('2028-02-29T00:00:00Z');
    const pair = (ms: number) =>
      userOf(
        { createDate, lastUsed: used(plus(createDate, DAY)) },
        { accessKeyId: SECOND_KEY, createDate: plus(createDate, ms), lastUsed: used(plus(createDate, DAY)) },
      );
    const stageOf = (user: IamUser) => rotationPosition(user, { policy, now: plus(createDate, 2 * DAY) }).stage;
    expect([stageOf(pair(0)), stageOf(pair(1))]).toEqual(['unordered', 'cutting-over']);
  });
});

describe('a last use before its key was created', () => {
  it('makes the key neither newer nor older', () => {
    const key = { createDate: hoursAgo(1), lastUsed: used(hoursAgo(2)) };
    expect(seenAt(userOf(key), NOW)).toEqual([]);
    expect(seenAt(userOf({ ...key, lastUsed: used(plus(NOW, -45 * DAY)) }), NOW)).toEqual([]);
  });

  it('does not count against a replacement: the old key is quiet since that one exists', () => {
    const replaced = { createDate: plus(NOW, -10 * DAY), lastUsed: used(plus(NOW, -20 * DAY)) };
    const since = (ms: number) =>
      seenAt(userOf(replaced, { accessKeyId: SECOND_KEY, createDate: plus(NOW, -ms), lastUsed: used(NOW) }), NOW);
    expect([since(7 * DAY), since(7 * DAY + 1)]).toEqual([[], ['superseded-key-idle']]);
  });
});

describe('an exemption until a leap day', () => {
  const leapDay = [exemptionSetting({ user: 'alice', until: '2028-02-29' })];
  const exemption = { until: '2028-02-29', reason: 'replaced by roles in January' };

  it('counts through its end', () => {
    expect(exemptionOf(iamUser(), leapDay, new Date('2028-02-29T23:59:59.999Z'))).toEqual({ exemption, notes: [] });
    expect(exemptionOf(iamUser(), leapDay, new Date('2028-03-01T00:00:00.000Z')).exemption).toBeUndefined();
  });

  it('that the year does not have exempts nobody, by a tag, and says so', () => {
    const tags = { 'keyaudit:exempt-until': '2027-02-29', 'keyaudit:exempt-reason': 'because' };
    expect(exemptionOf(iamUser({ tags }), [], NOW)).toEqual({
      notes: ['The tag keyaudit:exempt-until “2027-02-29” is not a date like 2027-01-31: it exempts nobody.'],
    });
  });

  it('that the year does not have is refused in the settings', () => {
    expect(parseSettings({ exemptions: leapDay }).exemptions).toEqual(leapDay);
    expect(() => parseSettings({ exemptions: [exemptionSetting({ until: '2027-02-29' })] })).toThrow(
      'exemptions[0].until',
    );
  });
});

describe('a day of the calendar', () => {
  it.each([
    ['2028-02-29', true],
    ['2028-02-29T12:00:00+13:00', true],
    ['2024-02-29T00:00:00Z', true],
    ['2000-02-29', true],
    ['2026-12-31T23:59:59Z', true],
    ['1970-01-01', true],
    ['9999-12-31', true],
    ['2027-02-29', false],
    ['2027-02-29T00:00:00Z', false],
    ['2100-02-29', false],
    ['2026-02-30T00:00:00Z', false],
    ['2026-04-31', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['tomorrow', false],
    ['', false],
  ])('is %j: %s', (text, expected) => {
    expect(isCalendarDay(text)).toBe(expected);
  });
});
