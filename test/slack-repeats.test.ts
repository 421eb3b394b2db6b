import { describe, expect, it } from '@jest/globals';
import type { AuditReport, Finding } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { FIRST_KEY, NOW } from './builders.ts';
import { checkBlocks } from './fake-aws/slack-blocks.ts';
import {
  accountFailure,
  auditReport,
  failedAccount,
  findings,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';
import { seen } from './slack-seen.ts';

/** What a digest repeats, and what it keeps quiet about. NOW is a Monday. */

const at = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();
const TUESDAY = at(DAY);

const known: Partial<Finding> = { change: 'ongoing', stageSince: at(-DAY), owner: 'platform' };
const wait = (notBefore: string): Partial<Finding> => ({
  ...known,
  stage: 'cutting-over',
  nextStep: { action: 'wait', accessKeyId: FIRST_KEY, text: 'Wait.', commands: [], notBefore },
});
const reportOf = (all: Partial<Finding>[], more: Partial<AuditReport> = {}): AuditReport =>
  auditReport({ findings: findings(all.length, (position) => ({ owner: 'platform', ...all[position] })), ...more });

/** The digest as its reader sees it, from the counts on. */
const told = (...asked: Parameters<typeof slackDigest>): string => {
  const { digest } = slackDigest(...asked);
  expect(checkBlocks(digest.blocks)).toEqual({ errors: [] });
  return seen(digest.blocks).split(' hours old.\n')[1] ?? '';
};
const titles = (text: string): string[] => text.match(/^(\d+\. .*|[A-Z][a-z]+( \w+){0,2})$/gm) ?? [];

describe('an ongoing finding', () => {
  it('is one line', () => {
    expect(told(reportOf([known]))).toBe(
      [
        '1 high. Nothing new.',
        '1. High: user-0 in production, AKIA000000000EXAMPLE, 412 days old, last used 2 days ago (s3, eu-west-1): ' +
          `Find where it is used, create its replacement (${FIRST_KEY}). Owner: platform.`,
        'The CSV in the thread has everything, each step and command.',
      ].join('\n'),
    );
  });

  it.each([
    ['new', { change: 'new' }, '1 is new', ' (new)'],
    ['worse', { worse: true }, '1 is worse', ' (worse)'],
    ['at another stage', { stageSince: at(0) }, '1 has a new step', ' (new step)'],
    ['ready', { stageSince: at(0), stage: 'ready-to-deactivate' }, '1 is ready now', ' (ready now)'],
  ] as const)('that is %s is shown in full, and says so', (_, change, count, note) => {
    const text = told(reportOf([{ ...known, ...change }]));
    expect(text).toMatch(new RegExp(`^1 high\\. ${count}\\.\n`));
    expect(text).toContain(`1. High: user-0 in production (111122223333)${note}\n`);
    expect(text).toContain('\naws iam create-access-key --user-name user-0\n');
  });

  it('without progress says so, louder, from the seventh day on', () => {
    const days = (ms: number) => slackDigest(reportOf([{ ...known, stageSince: at(-ms) }])).digest;
    expect(seen(days(7 * DAY - 1).blocks)).not.toContain('progress');
    expect(JSON.stringify(days(7 * DAY).blocks)).toContain(
      '{"type":"text","text":" No progress for 7 days.","style":{"bold":true}}',
    );
    expect(seen(days(7 * DAY).blocks)).toContain('1 high. Nothing new. 1 without progress for a week or longer.\n');
    expect(days(7 * DAY).text).toContain('No progress for 7 days.');
  });

  it('is one of the first twenty, the rest are in the thread', () => {
    const { digest, thread } = slackDigest(reportOf(Array.from({ length: 30 }, () => known)));
    expect(titles(seen(digest.blocks)).filter((line) => /^\d/.test(line))).toHaveLength(20);
    expect(seen(digest.blocks)).toContain('10 of 30 findings: in the thread.');
    expect(seen(thread[0]?.blocks)).toMatch(/^Findings 21 to 30 of 30\.\n/);
  });
});

describe('a key that waits', () => {
  it('is not spoken of until the instant at which it is safe to act', () => {
    const text = told(reportOf([wait(at(1)), wait(at(2 * DAY))]));
    expect(text).toBe(
      [
        '2 high. Nothing new.',
        '2 wait until it is safe to act, the first until 2026-11-23 09:00 UTC.',
        '2 of 2 findings: in the thread. The CSV in the thread has everything, each step and command.',
      ].join('\n'),
    );
    expect(told(reportOf([wait(at(0))]))).toContain('\n1. High: user-0 in production');
  });

  it('waits in silence even where it is new', () => {
    const { digest, thread } = slackDigest(reportOf([{ ...wait(at(1)), change: 'new' }]));
    expect(seen(digest.blocks)).toContain('1 waits until it is safe to act, until 2026-11-23 09:00 UTC.');
    expect(seen(digest.blocks)).not.toContain('user-0');
    expect(digest.text).not.toContain('user-0');
    expect(seen(thread[0]?.blocks)).toContain('1. High | user-0 in production');
  });
});

describe('the worklist', () => {
  it('says which to do first, then what is news, then what goes on', () => {
    const list = [known, known, { change: 'new' as const }, wait(at(1)), known, { worse: true as const, ...known }];
    expect(titles(told(reportOf(list)))).toEqual([
      'First these',
      expect.stringMatching(/^1\. High: user-0 in production, AKIA/),
      expect.stringMatching(/^2\. High: user-1 in production, AKIA/),
      '3. High: user-2 in production (111122223333) (new)',
      'New or changed',
      '6. High: user-5 in production (111122223333) (worse)',
      'Ongoing',
      expect.stringMatching(/^5\. High: user-4 in production, AKIA/),
    ]);
  });

  it('has no heading for three or fewer', () => {
    expect(titles(told(reportOf([known, { change: 'new' }, known]))).some((line) => /^[A-Z]/.test(line))).toBe(false);
  });

  it('calls nothing new where there is nothing to compare with', () => {
    const text = told(reportOf([{}, {}, {}, {}]));
    expect(titles(text).filter((line) => /^[A-Z]/.test(line))).toEqual(['First these', 'Then these']);
    expect(text).not.toMatch(/new/i);
  });

  it('says in the thread what the digest leaves out, with its numbers in the report', () => {
    const list = [wait(at(1)), known, known, wait(at(1))];
    const { digest, thread } = slackDigest(reportOf(list));
    expect(seen(digest.blocks)).toContain('2 of 4 findings: in the thread.');
    expect(seen(thread[0]?.blocks)).toMatch(/^Findings 1 to 4 of 4, without those above\.\n/);
    expect(seen(thread[0]?.blocks).match(/^\d+/gm)).toEqual(['1', '4']);
  });
});

describe('how often ongoing findings are listed', () => {
  const list: Partial<Finding>[] = [known, known, { ...known, change: 'new' }];
  const numbers = (text: string): string[] => text.match(/^\d+(?=\. High)/gm) ?? [];

  it('daily: by every scan', () => {
    expect(numbers(told(reportOf(list, { startedAt: TUESDAY }), { repeat: 'daily' }))).toEqual(['1', '2', '3']);
  });

  it('weekly: on Mondays; on other days they are counted', () => {
    expect(numbers(told(reportOf(list), { repeat: 'weekly' }))).toEqual(['1', '2', '3']);
    const tuesday = told(reportOf(list, { startedAt: TUESDAY }), { repeat: 'weekly' });
    expect(numbers(tuesday)).toEqual(['3']);
    expect(tuesday).toContain('\n2 ongoing ones are listed here on Mondays.\n');
    expect(tuesday).toContain('2 of 3 findings: in the thread.');
  });

  it('changes: never, they are counted', () => {
    const text = told(reportOf(list), { repeat: 'changes' });
    expect(numbers(text)).toEqual(['3']);
    expect(text).toContain('\n2 ongoing ones are not listed here.\n');
  });

  it('never hides that an account was not read', () => {
    const text = seen(
      slackDigest(
        reportOf([known], {
          accounts: [scannedAccount(production), failedAccount(staging, 'AccessDenied')],
          failures: [accountFailure(staging, 'AccessDenied')],
        }),
        { repeat: 'changes' },
      ).digest.blocks,
    );
    expect(text).toMatch(/^1 access key needs attention, 1 account not read\n/);
    expect(text).toContain('\nNot read: staging (444455556666): AccessDenied.\n');
  });
});

describe('an exemption that is not in force', () => {
  it('is named even where its finding is not listed', () => {
    const exemptionNotes = ['The tag keyaudit:exempt-until “soon” is not a date like 2027-01-31: it exempts nobody.'];
    expect(told(reportOf([{ ...known, exemptionNotes }]), { repeat: 'changes' })).toContain(
      '\nExemptions past or malformed, so not in force: user-0 in production: see the next step there.\n',
    );
  });
});
