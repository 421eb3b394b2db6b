import { describe, expect, it } from '@jest/globals';
import {
  deactivationTag,
  inactiveSinceAtLeast,
  staleNotes,
  withDeactivationTags,
  withTrailStatus,
} from '../lambda/domain/deactivation.ts';
import type { AccessKey } from '../lambda/domain/model.ts';
import { accessKey, daysAgo, FIRST_KEY, iamUser, NOW, never, SECOND_KEY, unknown, used } from './builders.ts';

const inactive: Partial<AccessKey> = { status: 'Inactive', createDate: daysAgo(100), lastUsed: used(daysAgo(20)) };

/** When a key was deactivated, as a tag of this value tells it. */
const recorded = (value: string, overrides: Partial<AccessKey> = {}): Date | undefined => {
  const key = accessKey({ ...inactive, ...overrides });
  const user = iamUser({ accessKeys: [key], tags: { [deactivationTag(FIRST_KEY)]: value } });
  return withDeactivationTags(user, NOW).accessKeys[0]?.deactivatedAt;
};

const at = (instant: Date): string => instant.toISOString();
const later = (instant: Date): Date => new Date(instant.getTime() + 1);
const earlier = (instant: Date): Date => new Date(instant.getTime() - 1);

describe('the tag that records when a key was made inactive', () => {
  it('is called by its key, as our own command line writes it', () => {
    expect(deactivationTag(FIRST_KEY)).toBe('keyaudit:deactivated-at:AKIAIOSFODNN7EXAMPLE');
  });

  it.each<[string, Partial<AccessKey>]>([
    ['is inactive', {}],
    ['expired', { status: 'Expired' }],
    ['was never used', { lastUsed: never }],
    ['was used nobody knows when', { lastUsed: unknown }],
    ['was created nobody knows when', { createDate: null }],
  ])('counts for a key that %s', (_what, overrides) => {
    expect(recorded(at(daysAgo(10)), overrides)).toEqual(daysAgo(10));
  });

  it('counts for its own key only', () => {
    const accessKeys = [accessKey(inactive), accessKey({ ...inactive, accessKeyId: SECOND_KEY })];
    const user = iamUser({ accessKeys, tags: { [deactivationTag(SECOND_KEY)]: at(daysAgo(3)) } });
    expect(withDeactivationTags(user, NOW).accessKeys).toEqual([
      accessKeys[0],
      { ...accessKeys[1], deactivatedAt: daysAgo(3) },
    ]);
  });

  it('proves nothing for a key that is active (again)', () => {
    expect(recorded(at(daysAgo(10)), { status: 'Active' })).toBeUndefined();
  });

  it.each([
    ['2026-11-13'],
    ['2026-11-13T09:00:00'],
    ['2026-11-13T09:00:00+01:00'],
    ['2026-13-13T09:00:00Z'],
    ['yesterday'],
    [''],
  ])('proves nothing where it says %j', (value) => {
    expect(recorded(value)).toBeUndefined();
  });

  it('proves nothing by a day that the calendar does not have', () => {
    expect(recorded('2026-09-30T09:00:00Z', { lastUsed: never })).toEqual(new Date('2026-09-30T09:00:00Z'));
    expect(recorded('2026-09-31T09:00:00Z', { lastUsed: never })).toBeUndefined();
  });

  it.each<[string, Date, Date]>([
    ['in the future', NOW, later(NOW)],
    ['before its key was created', daysAgo(100), earlier(daysAgo(100))],
  ])('proves nothing %s', (_when, last, wrong) => {
    expect(recorded(at(last), { lastUsed: never })).toEqual(last);
    expect(recorded(at(wrong), { lastUsed: never })).toBeUndefined();
  });

  it('proves nothing before its key’s last use: the key was active again since', () => {
    expect(recorded(at(daysAgo(20)))).toEqual(daysAgo(20));
    expect(recorded(at(earlier(daysAgo(20))))).toBeUndefined();
  });
});

describe('the earliest instant since which a key can have been inactive', () => {
  it.each<[string, Partial<AccessKey>, Date | undefined]>([
    ['its recorded deactivation', { ...inactive, deactivatedAt: daysAgo(5) }, daysAgo(5)],
    ['else its last use', inactive, daysAgo(20)],
    ['else not known', { ...inactive, lastUsed: never }, undefined],
  ])('is %s', (_what, overrides, expected) => {
    expect(inactiveSinceAtLeast(accessKey(overrides))).toEqual(expected);
  });
});

describe('a note that no longer holds', () => {
  const note = deactivationTag(FIRST_KEY);
  const notes = (tags: Record<string, string>, accessKeys: AccessKey[]) => staleNotes({ tags, accessKeys });

  it('is that of a key that is active again, but not its description', () => {
    const tags = { [note]: at(daysAgo(10)), [FIRST_KEY]: 'hieradata' };
    expect(notes(tags, [accessKey()])).toEqual([note]);
    expect(notes(tags, [accessKey({ status: 'Inactive' })])).toEqual([]);
    expect(notes(tags, [accessKey({ status: 'Expired' })])).toEqual([]);
  });

  it('is that of a key that is gone, and its description with it', () => {
    const tags = { [note]: at(daysAgo(10)), [FIRST_KEY]: 'hieradata', [SECOND_KEY]: 'not ours', owner: 'team-a' };
    expect(notes(tags, [])).toEqual([note, FIRST_KEY]);
  });
});

describe('CloudTrail on an inactive key', () => {
  type Case = { tag?: Date; seen?: Date; status?: string; complete?: boolean; key?: Partial<AccessKey> };
  const read = ({ tag, seen, status = 'Inactive', complete = true, key = {} }: Case): AccessKey | undefined => {
    const tags = tag ? { [deactivationTag(FIRST_KEY)]: at(tag) } : {};
    const user = iamUser({ accessKeys: [accessKey({ ...inactive, lastUsed: used(daysAgo(95)), ...key })], tags });
    const trail = { last: new Map(seen ? [[FIRST_KEY, { at: seen, status }]] : []), complete };
    return withDeactivationTags(withTrailStatus(user, trail, NOW), NOW).accessKeys[0];
  };

  it.each<[string, Case, object]>([
    ['counts from the call it saw', { seen: daysAgo(10) }, { deactivatedAt: daysAgo(10) }],
    ['gives way to a later tag', { seen: daysAgo(10), tag: daysAgo(9) }, { deactivatedAt: daysAgo(9) }],
    ['is believed before an earlier tag', { seen: daysAgo(9), tag: daysAgo(10) }, { deactivatedAt: daysAgo(9) }],
    [
      'that saw no call within its memory means then or earlier',
      {},
      { deactivatedAt: daysAgo(90), deactivatedThenOrEarlier: true },
    ],
    [
      'that saw it made active before the tag leaves that alone',
      { seen: daysAgo(10), status: 'Active', tag: later(daysAgo(10)) },
      { deactivatedAt: later(daysAgo(10)) },
    ],
    ['that saw no call leaves the tag alone', { tag: daysAgo(10) }, { deactivatedAt: daysAgo(10) }],
  ])('%s', (_what, known, expected) => {
    expect(read(known)).toMatchObject(expected);
  });

  it.each<[string, Case]>([
    ['was not read to its end', { complete: false }],
    ['saw it made active last: it was made inactive just now', { seen: daysAgo(2), status: 'Active' }],
    ['saw it made active after the tag', { seen: daysAgo(10), status: 'Active', tag: daysAgo(10) }],
    ['saw no call, but the key was used since', { key: { lastUsed: used(daysAgo(89)) } }],
    ['saw a call, but the key was used since', { seen: daysAgo(10), key: { lastUsed: used(daysAgo(9)) } }],
    ['is asked of an active key', { seen: daysAgo(10), key: { status: 'Active' } }],
    ['is asked of an expired key', { key: { status: 'Expired' } }],
  ])('that %s tells nothing', (_what, known) => {
    expect(read(known)).not.toHaveProperty('deactivatedAt');
  });
});
