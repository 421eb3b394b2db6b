import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { renderCsv } from '../lambda/render/csv.ts';
import { anyReport } from './arbitrary-report.ts';
import { aliveInCsv, rowsExpected } from './inert/csv.ts';
import {
  accountFailure,
  auditReport,
  exemptFinding,
  failedAccount,
  finding,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true });

/** The cells that are not empty. */
const filled = (row: Record<string, string> | undefined) =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([, cell]) => cell !== ''));

describe('the CSV', () => {
  it('has a finding in one row, with its commands', () => {
    const [row] = rowsOf(renderCsv(auditReport({ findings: [finding({ owner: 'platform-team' })] })));
    expect(filled(row)).toEqual({
      record: 'finding',
      severity: 'high',
      account_id: '111122223333',
      account_name: 'production',
      production: 'yes',
      user: 'alice',
      access_key_id: 'AKIAIOSFODNN7EXAMPLE',
      key_status: 'Active',
      created: '2025-10-07T08:00:00.000Z',
      age_days: '412',
      last_used: '2026-11-21T08:00:00.000Z',
      last_used_service: 's3',
      last_used_region: 'eu-west-1',
      rules: 'key-overdue',
      messages: '412 days old, the limit is 90',
      stage: 'overdue',
      next_action: 'find-usage',
      next_key: 'AKIAIOSFODNN7EXAMPLE',
      next_step: finding().nextStep.text,
      commands: 'aws iam create-access-key --user-name alice',
      owner: 'platform-team',
      user_arn: 'arn:aws:iam::111122223333:user/alice',
    });
  });

  it('says what is new of a key, and since when', () => {
    const since = { firstSeenAt: '2026-11-01T09:00:00.000Z', stageSince: '2026-11-20T09:00:00.000Z' };
    const all = [finding({ change: 'new' }), finding({ change: 'ongoing', worse: true, ...since }), finding()];
    const rows = rowsOf(renderCsv(auditReport({ findings: all })));
    expect(rows.map((row) => [row['change'], row['first_seen'], row['stage_since']])).toEqual([
      ['new', '', ''],
      ['worse', since.firstSeenAt, since.stageSince],
      ['', '', ''],
    ]);
  });

  it('tells a key without an owner from one whose owner is not known', () => {
    const all = [finding(), finding({ accessKeyId: null }), finding({ owner: 'platform-team' })];
    const rows = rowsOf(renderCsv(auditReport({ findings: all, exempt: [exemptFinding()] })));
    expect(rows.map(({ owner }) => owner)).toEqual(['no owner', '', 'platform-team', 'no owner']);
  });

  it('has exempt keys, failures and notes on accounts as rows of the same table', () => {
    const report = auditReport({
      accounts: [
        scannedAccount(production, { reason: 'no credential report' }),
        failedAccount(staging, 'AccessDenied'),
      ],
      exempt: [exemptFinding()],
      failures: [
        accountFailure(staging, 'AccessDenied'),
        { scope: 'user', id: '111122223333/bob', reason: 'Throttling' },
      ],
    });
    const rows = rowsOf(renderCsv(report));
    expect(rows.slice(1).map(filled)).toEqual([
      { record: 'failure', about: 'account', about_id: '444455556666', reason: 'AccessDenied' },
      { record: 'failure', about: 'user', about_id: '111122223333/bob', reason: 'Throttling' },
      { record: 'note', about: 'account', about_id: '111122223333', reason: 'no credential report' },
    ]);
    expect(rows[0]).toMatchObject({
      record: 'exempt',
      exempt_until: '2027-01-31',
      exempt_days_left: '69',
      exempt_reason: 'Goes away with the old mail relay',
    });
  });

  it.each([
    ['2026-11-23', '0'],
    ['forever', ''],
  ])('has the days left of an exemption until %s: “%s”', (until, expected) => {
    const exempt = [exemptFinding({ exemption: { until, reason: 'because' } })];
    const [row] = rowsOf(renderCsv(auditReport({ exempt })));
    expect(row?.['exempt_days_left']).toBe(expected);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1'])(
    'has no formula: %j starts with a quote',
    (userName) => {
      const [row] = rowsOf(renderCsv(auditReport({ findings: [finding({ userName })] })));
      expect(row?.['user']).toBe(`'${userName.trim()}`);
    },
  );

  it('is a header alone where there is nothing', () => {
    expect(renderCsv(auditReport()).split('\n')).toHaveLength(2);
  });

  it('parses back to as many rows, whatever is in it, and no cell is a formula', () => {
    fc.assert(
      fc.property(anyReport(100), (report) => {
        expect(aliveInCsv(renderCsv(report), rowsExpected(report))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
