import { describe, expect, it } from '@jest/globals';
import type { ReportedAccount } from '../lambda/domain/report.ts';
import { coverageSentence, headline, isAllClear, isComplete } from '../lambda/render/summary.ts';
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
