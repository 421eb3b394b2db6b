import { describe, expect, it } from '@jest/globals';
import type { AccountReading } from '../lambda/read-account.ts';
import { readReportFile } from '../lambda/read-report-file.ts';
import { account } from './builders.ts';
import { type ReportRow, reportCsv, reportRow, rootRow } from './report-csv.ts';

const read = (...rows: ReportRow[]): AccountReading =>
  readReportFile(new TextEncoder().encode(reportCsv(rows)), (id) => account({ id }));

const active = (overrides: ReportRow = {}): ReportRow => ({
  access_key_1_active: 'true',
  access_key_1_last_rotated: '2026-11-01T08:00:00Z',
  access_key_1_last_used_date: '2026-11-20T08:00:00Z',
  ...overrides,
});

const failure = (userName: string, reason: string) => ({
  scope: 'user',
  id: `111122223333/${userName}`,
  reason,
});

describe('a credential report file', () => {
  it('is an account with its users and keys, of which nothing is live', () => {
    const reading = read(rootRow(active()), reportRow({ user: 'alice', ...active() }), reportRow({ user: 'bob' }));
    expect(reading).toMatchObject({
      account: { id: '111122223333' },
      users: 2,
      accessKeys: 2,
      credentialReportGeneratedAt: null,
      found: ['<root_account>', 'alice', 'bob'],
      failures: [],
    });
    expect(reading.read.flatMap(({ accessKeys }) => accessKeys.map(({ accessKeyId }) => accessKeyId))).toEqual([
      null,
      null,
    ]);
  });

  it.each<[string, ReportRow, ReportRow]>([
    ['a user was created', { user_creation_time: '2026-11-21T23:59:59Z' }, active()],
    ['a key was made', {}, active({ access_key_1_last_rotated: '2026-11-21T08:00:00Z' })],
    ['a key was used', active({ access_key_1_last_used_date: '2026-11-21T08:00:00Z' }), {}],
  ])('is as old as its newest date says at most: when %s', (_what, first, second) => {
    const { note } = read(rootRow(), reportRow({ user: 'alice', ...first }), reportRow({ user: 'bob', ...second }));
    expect(note).toBe(
      'from a credential report file whose newest date is 2026-11-21: ages are lower bounds, and what happened since is unknown',
    );
  });
});

describe('what a report leaves open is a failure, and nothing else is:', () => {
  const fine = reportRow({ user: 'bob', ...active() });

  it.each<[string, ReportRow, string]>([
    [
      'more keys than it shows',
      { additional_credentials_info: '2 more access keys' },
      'has more access keys than a report shows: scan the account live',
    ],
    [
      'a last use that it does not tell',
      active({ access_key_1_last_used_date: 'no_information' }),
      'the report does not say when a key was last used',
    ],
    [
      'an active key without a date',
      active({ access_key_1_last_rotated: 'N/A' }),
      'the report does not say how old an active key is',
    ],
    [
      'a row that is of another account',
      { arn: 'arn:aws:iam::444455556666:user/alice' },
      'arn:aws:iam::444455556666:user/alice is of another account: give each report its own file',
    ],
    [
      'a row that nobody can read',
      { access_key_2_active: 'perhaps' },
      'row 4 of the credential report: access_key_2_active is "perhaps", neither true nor false',
    ],
  ])('%s', (_what, overrides, reason) => {
    const column = { additional_credentials_info: '' };
    const { failures } = read(
      rootRow(column),
      { ...fine, ...column },
      reportRow({ user: 'alice', ...column, ...overrides }),
    );
    expect(failures).toEqual([failure('alice', reason)]);
  });

  it('no row for the root user', () => {
    expect(read(fine).failures).toEqual([failure('<root_account>', 'the report has no row for the root user')]);
  });

  it('not an inactive key without a date, nor a root key without one', () => {
    const undated = active({ access_key_1_last_rotated: 'N/A' });
    const inactive = reportRow({ user: 'alice', ...undated, access_key_1_active: 'false' });
    expect(read(rootRow(undated), inactive, fine).failures).toEqual([]);
  });

  it('so that a row of another account is neither counted nor judged', () => {
    const { users, read: judged } = read(
      rootRow(),
      fine,
      reportRow({ user: 'eve', arn: 'arn:aws:iam::444455556666:user/eve', ...active() }),
    );
    expect(users).toBe(1);
    expect(judged.map(({ userName }) => userName)).toEqual(['<root_account>', 'bob']);
  });

  it('in which no row can be read is not taken for an account', () => {
    expect(() => read(reportRow({ access_key_1_active: 'perhaps' }))).toThrow('has no row that can be read: row 2');
  });
});
