import { describe, expect, it } from '@jest/globals';
import { gapNote, movementNote, rememberUser, usedSinceLastScan } from '../lambda/domain/memory.ts';
import { type AccessKey, USE_NOISE } from '../lambda/domain/model.ts';
import { nextStepOf } from '../lambda/domain/next-step.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { accessKey, clock, daysAgo, hoursAgo, iamUser, NOW, never, SECOND_KEY, unknown, used } from './builders.ts';

/** What scan after scan saw of a key's last use. */

const plus = (date: Date, ms: number): Date => new Date(date.getTime() + ms);

describe('a last use', () => {
  const before = hoursAgo(30);
  const at = daysAgo(1);
  const key = (lastUsed: AccessKey['lastUsed'], seen: AccessKey['lastUsed'] = used(before)) =>
    accessKey({ lastUsed, seenBefore: { lastUsed: seen, at } });

  it.each<[string, AccessKey, boolean | undefined]>([
    ['the same', key(used(before)), false],
    ['30 minutes later: noise', key(used(plus(before, USE_NOISE))), false],
    ['a millisecond more', key(used(plus(before, USE_NOISE + 1))), true],
    ['the first ever', key(used(before), never), true],
    ['still none', key(never, never), false],
    ['unknown now', key(unknown), undefined],
    ['unknown then', key(used(before), unknown), undefined],
    ['of a key that was not seen before', accessKey(), undefined],
  ])('that is %s: %#', (_what, seen, expected) => {
    expect(usedSinceLastScan(seen)).toBe(expected);
  });

  it.each<[string, AccessKey, string]>([
    [
      'that moved, and where',
      key(used(hoursAgo(1), { serviceName: 's3', region: 'eu-west-1' })),
      '; used again since the scan of 2026-11-22 09:00 UTC: s3, eu-west-1',
    ],
    ['that moved', key(used(hoursAgo(1))), '; used again since the scan of 2026-11-22 09:00 UTC'],
    ['that stopped', key(used(before)), '; not used since the scan of 2026-11-22 09:00 UTC'],
    ['of which nothing can be told', key(unknown), ''],
    ['that nobody saw before', accessKey(), ''],
  ])('is said: %s', (_what, seen, note) => {
    expect(movementNote(seen)).toBe(note);
  });
});

describe('the longest gap between uses', () => {
  it.each([
    [undefined, ''],
    [HOUR - 1, ''],
    [HOUR, 'it was once quiet for 1 hour or longer, and then used again'],
    [48 * HOUR - 1, 'it was once quiet for 47 hours or longer, and then used again'],
    [48 * HOUR, 'it was once quiet for 2 days or longer, and then used again'],
    [7 * DAY - 1, 'it was once quiet for 6 days or longer, and then used again'],
    [7 * DAY, 'it was once quiet for 7 days or longer, and then used again'],
  ])('of %p ms is said: %p', (longestGap, note) => {
    expect(gapNote(accessKey({ seenBefore: { lastUsed: unknown, at: NOW, ...(longestGap && { longestGap }) } }))).toBe(
      note,
    );
  });

  it.each([
    ['not yet for long enough', 2, 'Once it has been quiet for 7 days, make it inactive.'],
    ['for long enough', 8, 'Quiet is not proof: ask about weekly and monthly jobs, then make it inactive.'],
  ])('stands in the step of an old key that is quiet %s', (_what, days, step) => {
    const seenBefore = { lastUsed: unknown, at: NOW, longestGap: 6 * DAY };
    const old = accessKey({ createDate: daysAgo(60), lastUsed: used(daysAgo(days)), seenBefore });
    const user = iamUser({
      accessKeys: [old, accessKey({ accessKeyId: SECOND_KEY, createDate: daysAgo(days + 0.5) })],
    });
    expect(nextStepOf(user, clock, {}).nextStep.text).toContain(
      `. It was once quiet for 6 days or longer, and then used again. ${step}`,
    );
  });

  /** Scans, each of which finds this last use. */
  const gapAfter = (...scans: { at: Date; lastUsed: AccessKey['lastUsed'] }[]): number | undefined =>
    scans.reduce<ReturnType<typeof rememberUser> | undefined>(
      (memory, { at, lastUsed }) =>
        rememberUser(iamUser({ accessKeys: [accessKey({ lastUsed })] }), undefined, memory, at),
      undefined,
    )?.keys[0]?.longestGap;

  it('of a weekly job is what daily scans saw of it', () => {
    const jobAt = (day: number) => used(plus(daysAgo(30), Math.floor(day / 7) * 7 * DAY));
    const days = Array.from({ length: 12 }, (_, day) => ({
      at: plus(daysAgo(30), day * DAY + HOUR),
      lastUsed: jobAt(day),
    }));
    expect(gapAfter(...days.slice(0, 7))).toBeUndefined();
    expect(gapAfter(...days)).toBe(6 * DAY + HOUR);
  });

  it('of a key that is used every hour is no longer, however rarely somebody scans', () => {
    const fortnightly = [28, 14, 0].map((days) => ({ at: daysAgo(days), lastUsed: used(plus(daysAgo(days), -HOUR)) }));
    expect(gapAfter(...fortnightly)).toBe(HOUR);
  });

  it('ends with the use that IAM told late', () => {
    const late = used(plus(daysAgo(5), -HOUR));
    expect(gapAfter({ at: daysAgo(5), lastUsed: used(daysAgo(8)) }, { at: daysAgo(4), lastUsed: late })).toBe(
      3 * DAY - HOUR,
    );
  });

  it.each<[string, AccessKey['lastUsed']]>([
    ['that hardly moved', used(plus(daysAgo(8), USE_NOISE))],
    ['that is unknown', unknown],
    ['that never was', never],
  ])('is none before a last use %s', (_what, lastUsed) => {
    expect(gapAfter({ at: daysAgo(5), lastUsed: used(daysAgo(8)) }, { at: daysAgo(4), lastUsed })).toBeUndefined();
  });

  it('is kept over scans that saw shorter ones, or none', () => {
    const weekly = [
      { at: daysAgo(20), lastUsed: used(daysAgo(27)) },
      { at: daysAgo(19), lastUsed: used(daysAgo(20)) },
    ];
    const later = [
      { at: daysAgo(18), lastUsed: unknown },
      { at: daysAgo(17), lastUsed: used(daysAgo(17)) },
      { at: daysAgo(16), lastUsed: used(daysAgo(16)) },
    ];
    expect(gapAfter(...weekly, ...later)).toBe(7 * DAY);
  });
});
