import { describe, expect, it } from '@jest/globals';
import { listsOngoing, type Repeat, standingOf, stuckDays } from '../lambda/domain/news.ts';
import type { Finding } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { FIRST_KEY, NOW } from './builders.ts';
import { finding } from './report-builders.ts';

const at = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();
const step = (action: Finding['nextStep']['action'], notBefore?: string): Pick<Finding, 'nextStep'> => ({
  nextStep: { action, accessKeyId: FIRST_KEY, text: '', commands: [], ...(notBefore && { notBefore }) },
});
const before = { change: 'ongoing', stageSince: at(-1) } as const;

describe('how a finding stands', () => {
  it.each<[string, Partial<Finding>]>([
    ['untold', {}],
    ['new', { change: 'new', stageSince: at(0) }],
    ['ongoing', { change: 'ongoing' }],
    ['ongoing', before],
    ['worse', { ...before, worse: true }],
    ['moved', { change: 'ongoing', stageSince: at(0), stage: 'replacement-created' }],
    ['ready', { change: 'ongoing', stageSince: at(0), stage: 'ready-to-deactivate' }],
    ['ready', { change: 'ongoing', stageSince: at(0), stage: 'deactivated', ...step('delete') }],
    ['moved', { change: 'ongoing', stageSince: at(0), stage: 'overdue', ...step('free-a-slot') }],
    ['ongoing', { ...before, stage: 'ready-to-deactivate' }],
    ['waiting', { ...before, ...step('wait', at(1)) }],
    ['waiting', { change: 'new', worse: true, ...step('wait', at(7 * DAY)) }],
    ['waiting', step('wait', at(1))],
    ['ongoing', { ...before, ...step('wait', at(0)) }],
    ['ongoing', { ...before, ...step('wait') }],
    ['ongoing', { ...before, ...step('free-a-slot', at(1)) }],
  ])('is %s with %j', (expected, overrides) => {
    expect(standingOf(finding(overrides), NOW)).toBe(expected);
  });
});

describe('the days without progress', () => {
  it.each<[number | undefined, Partial<Finding>]>([
    [undefined, {}],
    [undefined, { stageSince: at(1 - 7 * DAY) }],
    [7, { stageSince: at(-7 * DAY) }],
    [7, { stageSince: at(1 - 8 * DAY) }],
    [8, { stageSince: at(-8 * DAY) }],
    [undefined, { stageSince: at(-30 * DAY), stage: 'due-soon' }],
    [undefined, { stageSince: at(-30 * DAY), ...step('wait', at(0)) }],
    [undefined, { stageSince: at(-30 * DAY), ...step('none') }],
    [30, { stageSince: at(-30 * DAY), ...step('look-again') }],
  ])('are %s with %j', (expected, overrides) => {
    expect(stuckDays(finding(overrides), NOW)).toBe(expected);
  });
});

describe('ongoing findings', () => {
  it.each<[Repeat, string, boolean]>([
    ['daily', '2026-11-22T12:00:00.000Z', true],
    ['weekly', '2026-11-22T23:59:59.999Z', false],
    ['weekly', '2026-11-23T00:00:00.000Z', true],
    ['weekly', '2026-11-23T23:59:59.999Z', true],
    ['weekly', '2026-11-24T00:00:00.000Z', false],
    ['changes', '2026-11-23T09:00:00.000Z', false],
  ])('%s are listed at %s: %s', (repeat, now, expected) => {
    expect(listsOngoing(repeat, new Date(now))).toBe(expected);
  });
});
