import { describe, expect, it } from '@jest/globals';
import type { Failure } from '../lambda/domain/model.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { accountNotes, failureLines } from '../lambda/render/failure-lines.ts';
import { accountFailure, auditReport, failedAccount, production, scannedAccount, staging } from './report-builders.ts';

const limits = { names: 2, reason: 500 };
const lines = (report: Partial<AuditReport>, lineLimits = limits): string[] =>
  failureLines(auditReport(report), lineLimits);
const keyId = (at: number): string => `AKIA${String(at).padStart(9, '0')}EXAMPLE`;

describe('what could not be read, in lines', () => {
  it('is one line for one missing permission, however many users and keys it concerns', () => {
    const failures = Array.from({ length: 600 }, (_, at): Failure => {
      const userName = `user-${at}`;
      return {
        scope: 'user',
        id: `111122223333/${userName}`,
        reason:
          `when ${keyId(at)} was last used could not be read: AccessDenied: no policy allows ` +
          `iam:GetAccessKeyLastUsed on arn:aws:iam::111122223333:user/apps/${userName}`,
      };
    });
    expect(lines({ failures })).toEqual([
      expect.stringMatching(
        /^Not fully checked: 600 users \(user-0 in production, user-1 in production and 598 more\): when AKIA\w+ was last used could not be read: AccessDenied/,
      ),
    ]);
  });

  it('is one line for accounts that all refuse the same role', () => {
    const accounts = [production, staging].map((account) =>
      failedAccount(account, `cannot assume arn:aws:iam::${account.id}:role/keyaudit: AccessDenied`),
    );
    expect(lines({ accounts })).toEqual([
      'Not read: 2 accounts (production (111122223333), staging (444455556666)): ' +
        'cannot assume arn:aws:iam::111122223333:role/keyaudit: AccessDenied.',
    ]);
  });

  it('is a line for each different reason', () => {
    const failures: Failure[] = ['its tags could not be read', 'its access keys could not be listed'].map((reason) => ({
      scope: 'user',
      id: '111122223333/alice',
      reason,
    }));
    expect(lines({ failures })).toEqual([
      'Not fully checked: alice in production: its tags could not be read.',
      'Not fully checked: alice in production: its access keys could not be listed.',
    ]);
  });

  it('is no more than so many lines, and counts the others', () => {
    const failures = ['one', 'two', 'three', 'four', 'five'].map((reason) => accountFailure(staging, reason));
    expect(lines({ failures }, { ...limits, lines: 3 } as typeof limits)).toEqual([
      expect.stringContaining('one'),
      expect.stringContaining('two'),
      expect.stringContaining('three'),
      '… and 2 more like these: they are in the JSON and the CSV.',
    ]);
    expect(lines({ failures }, { ...limits, lines: 5 } as typeof limits)).toHaveLength(5);
  });

  it('begins with whole accounts, and tells those read in part apart', () => {
    const failures: Failure[] = [
      { scope: 'rule', id: 'key-overdue', reason: 'could not judge' },
      { scope: 'user', id: '111122223333/alice', reason: 'AccessDenied' },
      { scope: 'notifier', id: 'slack', reason: 'no such channel' },
      accountFailure(production, 'time ran out'),
      accountFailure(staging, 'AccessDenied'),
    ];
    const accounts = [
      scannedAccount(production, { status: 'failed', reason: 'time ran out' }),
      failedAccount(staging, 'AccessDenied'),
    ];
    expect(lines({ accounts, failures }).map((line) => line.split(':')[0])).toEqual([
      'Not read',
      'Read in part',
      'Not delivered',
      'Not fully checked',
      'Rule failed',
    ]);
  });

  it('names an account that failed though no failure does', () => {
    expect(lines({ accounts: [failedAccount(staging, 'AccessDenied')] })).toEqual([
      'Not read: staging (444455556666): AccessDenied.',
    ]);
  });
});

describe('what is worth knowing of accounts that were read', () => {
  const note = 'read user by user, without a credential report: AccessDenied';
  const notes = (report: Partial<AuditReport>): string[] => accountNotes(auditReport(report), limits);

  it('is told once for all of which it is true', () => {
    const accounts = [production, staging].map((account) => scannedAccount(account, { reason: note }));
    expect(notes({ accounts })).toEqual([`2 accounts (production (111122223333), staging (444455556666)): ${note}.`]);
  });

  it('is not told of accounts that failed, nor twice', () => {
    expect(notes({ accounts: [failedAccount(staging, note)] })).toEqual([]);
    const accounts = [scannedAccount(staging, { reason: note })];
    expect(notes({ accounts, failures: [accountFailure(staging, note)] })).toEqual([]);
  });
});
