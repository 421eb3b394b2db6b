import { describe, expect, it } from '@jest/globals';
import { daysLeft, type ExemptionSetting, endsSoon, exemptionOf } from '../lambda/domain/exemptions.ts';
import type { IamUser } from '../lambda/domain/model.ts';
import { account, exemptionSetting, iamUser, NOW, rootUser } from './builders.ts';

const legacy = iamUser({ userName: 'legacy-mailer' });

const isExempt = (user: IamUser, settings: readonly ExemptionSetting[], now = NOW): boolean =>
  exemptionOf(user, settings, now).exemption !== undefined;

describe('an exemption from the settings', () => {
  it.each([
    ['*', 'legacy-*', true],
    ['111122223333', 'legacy-mailer', true],
    ['integration', '*mailer', true],
    ['inte*', '*', true],
    ['*', 'legacy', false],
    ['*', 'Legacy-*', false],
    ['*', 'legacy.*', false],
    ['444455556666', 'legacy-*', false],
    ['production', 'legacy-*', false],
  ])('for account %s and user %s: exempt %s', (accountPattern, user, expected) => {
    expect(isExempt(legacy, [exemptionSetting({ account: accountPattern, user })])).toBe(expected);
  });

  it('matches user names with every character that IAM allows literally', () => {
    const odd = iamUser({ userName: 'a+b=c,d.e@f-g_h' });
    expect(isExempt(odd, [exemptionSetting({ user: 'a+b=c,d.e@f-g_h' })])).toBe(true);
    expect(isExempt(iamUser({ userName: 'aab=c,d.e@f-g_h' }), [exemptionSetting({ user: 'a+b=c,d.e@f-g_h' })])).toBe(
      false,
    );
  });

  it.each([
    ['2026-11-23T23:59:59.999Z', true],
    ['2026-11-24T00:00:00.000Z', false],
  ])('until 2026-11-23 is at %s in force: %s', (now, expected) => {
    expect(isExempt(legacy, [exemptionSetting({ until: '2026-11-23' })], new Date(now))).toBe(expected);
  });

  it('past its date exempts nobody, and says so', () => {
    expect(exemptionOf(legacy, [exemptionSetting({ until: '2026-10-31', reason: 'moves to roles' })], NOW)).toEqual({
      notes: ['The exemption until 2026-10-31 (moves to roles) has ended.'],
    });
  });

  it('in force wins over one that has ended, and the longest counts', () => {
    const settings = [
      exemptionSetting({ until: '2026-10-31' }),
      exemptionSetting({ until: '2026-12-31', reason: 'short' }),
      exemptionSetting({ until: '2027-12-31', reason: 'long' }),
    ];
    expect(exemptionOf(legacy, settings, NOW)).toEqual({
      exemption: { until: '2027-12-31', reason: 'long' },
      notes: [],
    });
  });

  it('with a wildcard never exempts root; only its full name does', () => {
    expect(isExempt(rootUser(), [exemptionSetting({ user: '*' })])).toBe(false);
    expect(isExempt(rootUser(), [exemptionSetting({ user: '<root_account>' })])).toBe(true);
  });
});

describe('the days left of an exemption', () => {
  it.each([
    ['2027-01-31', '2026-11-23T09:00:00.000Z', 69],
    ['2027-01-31', '2026-11-23T00:00:00.000Z', 69],
    ['2027-01-31', '2026-11-23T23:59:59.999Z', 69],
    ['2026-11-24', '2026-11-23T23:59:59.999Z', 1],
    ['2026-11-23', '2026-11-23T00:00:00.000Z', 0],
    ['2026-11-23', '2026-11-23T23:59:59.999Z', 0],
    ['2026-11-23', '2026-11-24T00:00:00.000Z', undefined],
    ['2026-11-22', '2026-11-23T09:00:00.000Z', undefined],
    // 2028 is a leap year, 2027 is none.
    ['2028-03-01', '2028-02-28T12:00:00.000Z', 2],
    ['2028-02-29', '2028-02-28T12:00:00.000Z', 1],
    ['2027-03-01', '2027-02-28T12:00:00.000Z', 1],
    ['2027-02-29', '2027-02-28T12:00:00.000Z', undefined],
    // Clocks in Europe change on 2027-03-28 and 2027-10-31: a day in UTC has 24 hours all the same.
    ['2027-03-29', '2027-03-27T00:30:00.000Z', 2],
    ['2027-11-01', '2027-10-30T23:30:00.000Z', 2],
    ['2028-01-01', '2027-12-31T23:59:59.999Z', 1],
    ['forever', '2026-11-23T09:00:00.000Z', undefined],
    ['', '2026-11-23T09:00:00.000Z', undefined],
  ])('until %s are at %s: %s', (until, now, expected) => {
    expect(daysLeft(until, new Date(now))).toBe(expected);
  });

  it.each([
    ['2026-12-08', false],
    ['2026-12-07', true],
    ['2026-11-23', true],
    ['2026-11-22', false],
    ['forever', false],
  ])('until %s are two weeks or fewer: %s', (until, expected) => {
    expect(endsSoon({ until }, NOW)).toBe(expected);
  });

  it.each([
    ['2026-11-22T23:59:59.999Z', 15, false],
    ['2026-11-23T00:00:00.000Z', 14, true],
    ['2026-12-07T23:59:59.999Z', 0, true],
    ['2026-12-08T00:00:00.000Z', undefined, false],
  ])('until 2026-12-07 are announced at %s, when there are %s: %s', (now, left, expected) => {
    expect(daysLeft('2026-12-07', new Date(now))).toBe(left);
    expect(endsSoon({ until: '2026-12-07' }, new Date(now))).toBe(expected);
  });
});

describe('an exemption from tags', () => {
  const tagged = (until: string, reason?: string) =>
    iamUser({
      account: account(),
      tags: { 'keyaudit:exempt-until': until, ...(reason !== undefined && { 'keyaudit:exempt-reason': reason }) },
    });

  it('is in force with a date and a reason', () => {
    expect(exemptionOf(tagged('2026-11-23', 'waits for a vendor'), [], NOW)).toEqual({
      exemption: { until: '2026-11-23', reason: 'waits for a vendor' },
      notes: [],
    });
  });

  it.each([
    ['2026-11-22', 'because', 'The tag keyaudit:exempt-until 2026-11-22 (because) has ended.'],
    ['forever', 'because', 'The tag keyaudit:exempt-until “forever” is not a date like 2027-01-31: it exempts nobody.'],
    [
      '2027-02-30',
      'because',
      'The tag keyaudit:exempt-until “2027-02-30” is not a date like 2027-01-31: it exempts nobody.',
    ],
    [
      '31/01/2027',
      'because',
      'The tag keyaudit:exempt-until “31/01/2027” is not a date like 2027-01-31: it exempts nobody.',
    ],
    ['', 'because', 'The tag keyaudit:exempt-until “” is not a date like 2027-01-31: it exempts nobody.'],
    [
      '2027-01-31',
      undefined,
      'The tag keyaudit:exempt-until 2027-01-31 gives no reason (keyaudit:exempt-reason): it exempts nobody.',
    ],
    [
      '2027-01-31',
      '  ',
      'The tag keyaudit:exempt-until 2027-01-31 gives no reason (keyaudit:exempt-reason): it exempts nobody.',
    ],
  ])('until “%s” because “%s” exempts nobody and says why', (until, reason, note) => {
    expect(exemptionOf(tagged(until, reason), [], NOW)).toEqual({ notes: [note] });
  });

  it('that is only a reason exempts nobody and says what is missing', () => {
    const user = iamUser({ tags: { 'keyaudit:exempt-reason': 'because' } });
    expect(exemptionOf(user, [], NOW)).toEqual({
      notes: ['The tag keyaudit:exempt-reason has no date beside it (keyaudit:exempt-until): it exempts nobody.'],
    });
  });
});
