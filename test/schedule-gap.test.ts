import { describe, expect, it } from '@jest/globals';
import { longestGapHours } from '../lib/schedule-gap.ts';

const gap = (expression: string, timezone = 'Etc/UTC'): number => longestGapHours({ expression, timezone });

describe('the longest gap between two runs', () => {
  it.each([
    ['cron(0 9 ? * MON-FRI *)', 72],
    ['cron(0 9 ? * 2-6 *)', 72],
    ['cron(0 9 ? * mon,tue,wed,thu,fri *)', 72],
    ['cron(0 9 * * ? *)', 24],
    ['cron(0 9,17 * * ? *)', 16],
    ['cron(0 * * * ? *)', 1],
    ['cron(* * * * ? *)', 1],
    ['cron(0/15 8-17 ? * MON-FRI *)', 63],
    ['cron(0 0/6 * * ? *)', 6],
    ['cron(0 */6 * * ? *)', 6],
    ['cron(0 9 ? * MON,THU *)', 96],
    ['cron(0 9 1/5 * ? *)', 5 * 24],
    ['cron(0 9 ? * L *)', 7 * 24],
    ['cron(0 9 1 * ? *)', 31 * 24],
    ['cron(0 9 L * ? *)', 31 * 24],
    ['cron(0 9 ? * 6L *)', 35 * 24],
    ['cron(0 9 ? * MON#1 *)', 35 * 24],
    ['cron(0 9 1W * ? *)', 33 * 24],
    ['cron(0 9 1 JAN,JUL ? *)', 184 * 24],
    ['rate(1 day)', 24],
    ['rate(36 hours)', 36],
    ['rate(5 minutes)', 1],
  ])('of %s is %i hours', (expression, hours) => {
    expect(gap(expression)).toBe(hours);
  });

  it.each([
    ['a day longer by an hour in autumn', 'cron(0 9 * * ? *)', 25],
    ['a weekend longer by an hour in autumn', 'cron(0 9 ? * MON-FRI *)', 73],
    ['an hour that comes twice but counts once', 'cron(0 * * * ? *)', 2],
    ['a time that is left out in spring', 'cron(30 1 * * ? *)', 47],
  ])('takes in %s, where clocks change', (_what, expression, hours) => {
    expect(gap(expression, 'Europe/London')).toBe(hours);
  });

  it.each([
    ['America/St_Johns', 'is half an hour off, and changes by an hour', 'cron(0 9 * * ? *)', 25],
    ['America/St_Johns', 'leaves out a time in spring', 'cron(30 2 * * ? *)', 47],
    ['Australia/Lord_Howe', 'changes by half an hour', 'cron(0 9 * * ? *)', 25],
    ['Australia/Lord_Howe', 'leaves out a quarter of its spring night', 'cron(15 2 * * ? *)', 48],
    ['Pacific/Auckland', 'has spring in September', 'cron(30 2 * * ? *)', 47],
    ['America/Santiago', 'leaves out midnight', 'cron(0 0 * * ? *)', 47],
    ['Pacific/Apia', 'changes no more', 'cron(0 9 * * ? *)', 24],
  ])('takes in that %s %s: %s', (timezone, _what, expression, hours) => {
    expect(gap(expression, timezone)).toBe(hours);
  });

  it.each([
    ['has an end', 'cron(0 9 ? * MON-FRI 2027)'],
    ['has not begun', 'cron(0 9 ? * MON-FRI 2030-2199)'],
    ['never runs', 'cron(0 9 31 2 ? *)'],
  ])('of a schedule that %s is endless', (_what, expression) => {
    expect(gap(expression)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is not changed by a year field that leaves out no year', () => {
    expect(gap('cron(0 9 * * ? 1970-2199)')).toBe(24);
  });
});

describe('what is no schedule is told in a sentence', () => {
  it.each([
    ['every day', 'is neither cron(…) nor rate(…), like rate(1 day)'],
    ['at(2027-01-31T09:00:00)', 'at(…) runs once: give cron(…) or rate(…)'],
    ['rate(0 days)', '"0 days" is no rate: give one like rate(12 hours)'],
    ['rate(1 week)', '"1 week" is no rate: give one like rate(12 hours)'],
    ['cron(0 9 * * *)', /^has 5 fields, not 6: minutes hours day-of-month/],
    ['cron(0 9 * * * *)', /^needs a \? as either the day of month or the day of week/],
    ['cron(0 9 ? * ? *)', /^needs a \?/],
    ['cron(60 9 * * ? *)', '"60" is no minutes: 0 to 59'],
    ['cron(0 24 * * ? *)', '"24" is no hours: 0 to 23'],
    ['cron(0 9 0 * ? *)', '"0" is no day of month: 1 to 31'],
    ['cron(0 9 * 13 ? *)', '"13" is no month: 1 to 12 or JAN to DEC'],
    ['cron(0 9 ? * 0 *)', '"0" is no day of week: 1 to 7 or SUN to SAT'],
    ['cron(0 9 ? * FRI-MON *)', '"FRI-MON" is no day of week: 1 to 7 or SUN to SAT'],
    ['cron(0 9 ? * MON#6 *)', '"MON#6" is no day of week: 1 to 7 or SUN to SAT'],
    ['cron(0 9 32W * ? *)', '"32W" is no day of month: 1 to 31'],
    ['cron(0/0 9 * * ? *)', '"0/0" is no minutes: 0 to 59'],
    ['cron(0,,30 9 * * ? *)', '"" is no minutes: 0 to 59'],
    ['cron(0 9 * * ? 1969)', '"1969" is no year: 1970 to 2199'],
  ])('%s', (expression, message) => {
    expect(() => gap(expression)).toThrow(message);
  });

  it('and so is what is no time zone', () => {
    expect(() => gap('rate(1 day)', 'Europe/Londn')).toThrow('"Europe/Londn" is no time zone');
  });
});
