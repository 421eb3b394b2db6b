import { describe, expect, it } from '@jest/globals';
import type { Finding, ReportedAccount } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import {
  countsSentence,
  coverageSentence,
  headline,
  isAllClear,
  isComplete,
  noteSentences,
  resolvedSentence,
} from '../lambda/render/summary.ts';
import { FIRST_KEY, NOW } from './builders.ts';
import {
  accountFailure,
  auditReport,
  failedAccount,
  finding,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';

const inPart: ReportedAccount = { ...scannedAccount(staging), status: 'failed', reason: 'time ran out' };
const unread = failedAccount(staging, 'AccessDenied');

describe('the headline', () => {
  it.each<[string, ReportedAccount[], number, string]>([
    ['everything read, nothing found', [scannedAccount(production)], 0, 'All clear: no access key needs attention'],
    ['one found', [scannedAccount(production)], 1, '1 access key needs attention'],
    ['two found', [scannedAccount(production)], 2, '2 access keys need attention'],
    [
      'an account not read, nothing found',
      [scannedAccount(production), unread],
      0,
      'Nothing found in what could be read, 1 account not read',
    ],
    [
      'an account not read, one found',
      [scannedAccount(production), unread],
      1,
      '1 access key needs attention, 1 account not read',
    ],
    [
      'the only account read in part, nothing found',
      [inPart],
      0,
      'Nothing found in what could be read, 1 account read in part',
    ],
    ['the only account read in part, one found', [inPart], 1, '1 access key needs attention, 1 account read in part'],
    [
      'accounts not read and read in part',
      [failedAccount(production, 'AccessDenied'), inPart],
      1,
      '1 access key needs attention, 1 account not read, 1 read in part',
    ],
    ['no account read', [unread], 0, 'No account could be read'],
    ['no account at all', [], 0, 'No account could be read'],
  ])('with %s', (_what, accounts, count, expected) => {
    const findings = Array.from({ length: count }, () => finding());
    const report = auditReport({ accounts, findings });
    expect(headline(report)).toBe(expected);
    expect(isAllClear(report)).toBe(expected.startsWith('All clear'));
  });

  it('is no all clear where not everything was to be read: an account’s note says what not', () => {
    const accounts = [scannedAccount(production, { reason: 'only asked about alice' })];
    expect(headline(auditReport({ accounts }))).toBe('No access key of those read needs attention');
  });

  it('stays an all clear where just a channel failed, though the run is not complete', () => {
    const report = auditReport({ failures: [{ scope: 'notifier', id: 'slack', reason: 'no such channel' }] });
    expect(headline(report)).toBe('All clear: no access key needs attention');
    expect([isAllClear(report), isComplete(report)]).toEqual([true, false]);
  });

  it.each(['account', 'user', 'rule', 'locator'] as const)('is no all clear where a failure is of a %s', (scope) => {
    const report = auditReport({ failures: [{ scope, id: '111122223333', reason: 'AccessDenied' }] });
    expect(headline(report)).toMatch(/^Nothing found in what could be read/);
    expect(isAllClear(report)).toBe(false);
  });
});

describe('what was read', () => {
  it.each<[ReportedAccount[], string]>([
    [[scannedAccount(production)], 'Read production (111122223333): 74 users, 101 access keys.'],
    [[scannedAccount(production), inPart], 'Read 2 accounts: 148 users, 202 access keys.'],
    [[scannedAccount(production), unread], 'Read 1 of 2 accounts: 74 users, 101 access keys.'],
    [[unread], 'The account was not read.'],
    [[unread, failedAccount(production, 'AccessDenied')], 'None of 2 accounts was read.'],
    [[], 'There was no account to read.'],
  ])('counts an account that was read in part as read, and one that was not as not: %#', (accounts, expected) => {
    const failures = accounts
      .filter(({ status }) => status === 'failed')
      .map((account) => accountFailure(account, account.reason ?? ''));
    expect(coverageSentence(auditReport({ accounts, failures }))).toBe(expected);
  });
});

const at = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();
const known: Partial<Finding> = { change: 'ongoing', stageSince: at(-DAY) };
const reportOf = (...all: Partial<Finding>[]) => auditReport({ findings: all.map(finding) });

describe('the counts', () => {
  it.each<[string, Partial<Finding>[]]>([
    ['1 high.', [{}]],
    ['2 high. Nothing new.', [known, known]],
    ['2 high. 1 is new.', [known, { change: 'new' }]],
    [
      '6 high. 2 are new, 1 is worse, 1 is ready now and 2 have a new step.',
      [
        { change: 'new' },
        { change: 'new' },
        { ...known, worse: true },
        { ...known, stageSince: at(0), stage: 'ready-to-deactivate' },
        { ...known, stageSince: at(0) },
        { ...known, stageSince: at(0) },
      ],
    ],
    ['1 high. Nothing new.', [{ ...known, stageSince: at(1 - 7 * DAY) }]],
    ['1 high. Nothing new. 1 without progress for a week or longer.', [{ ...known, stageSince: at(-7 * DAY) }]],
  ])('are “%s”', (expected, all) => {
    expect(countsSentence(reportOf(...all))).toBe(expected);
  });

  it('name who is resolved, each user once', () => {
    const gone = (userName: string) => ({
      account: staging,
      userName,
      accessKeyId: FIRST_KEY,
      ruleIds: ['key-overdue'],
    });
    const resolved = ['<root_account>', 'bob', 'bob', 'carol', 'dave'].map(gone);
    expect(resolvedSentence({ resolved }, 3)).toBe(
      'Resolved: root user in staging, bob in staging, carol in staging and 1 more.',
    );
    expect(resolvedSentence({ resolved: [] }, 3)).toBe('');
  });
});

describe('the notes', () => {
  const wait = (ms: number): Partial<Finding> => ({
    owner: 'x',
    nextStep: { action: 'wait', accessKeyId: FIRST_KEY, text: '', commands: [], notBefore: at(ms) },
  });

  it.each<[string[], Partial<Finding>[]]>([
    [[], [{ owner: 'platform' }]],
    [['1 without an owner: give its user a tag owner.'], [{}, { owner: 'platform' }]],
    [['2 without an owner: give their users a tag owner.'], [{}, { userName: 'bob' }]],
    [[], [wait(0)]],
    [['1 waits until it is safe to act, until 2026-11-23 09:00 UTC.'], [wait(1), wait(0)]],
    [['2 wait until it is safe to act, the first until 2026-11-24 09:00 UTC.'], [wait(2 * DAY), wait(DAY)]],
    [
      ['Exemptions past or malformed, so not in force: alice in production: see the next step there.'],
      [
        { owner: 'x', exemptionNotes: ['The exemption until 2026-11-22 (because) has ended.'] },
        { owner: 'x', exemptionNotes: ['The exemption until 2026-11-22 (because) has ended.'] },
      ],
    ],
  ])('are %j', (expected, all) => {
    expect(noteSentences(reportOf(...all), 5)).toEqual(expected);
  });
});
