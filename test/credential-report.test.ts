import { describe, expect, it } from '@jest/globals';
import { parseCredentialReport } from '../lambda/domain/credential-report.ts';
import { type ReportRow, reportCsv, reportRow, rootRow } from './report-csv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (...rows: ReportRow[]) => parseCredentialReport(bytes(reportCsv(rows)));

describe('a credential report', () => {
  it('is read into users and root, slot by slot', () => {
    const report = parse(
      rootRow(),
      reportRow({
        user: 'alice',
        arn: 'arn:aws:iam::111122223333:user/alice',
        user_creation_time: '2025-01-02T03:04:05Z',
        access_key_1_active: 'false',
        access_key_1_last_rotated: '2025-01-02T03:04:06Z',
        access_key_2_active: 'true',
        access_key_2_last_rotated: '2026-11-01T00:00:00Z',
        access_key_2_last_used_date: '2026-11-22T08:00:00Z',
        access_key_2_last_used_region: 'eu-west-1',
        access_key_2_last_used_service: 's3',
      }),
    );
    expect(report).toEqual({
      root: expect.objectContaining({ userName: '<root_account>', keys: [] }),
      users: [
        {
          userName: 'alice',
          arn: 'arn:aws:iam::111122223333:user/alice',
          userCreated: new Date('2025-01-02T03:04:05Z'),
          moreCredentials: false,
          keys: [
            { active: false, lastRotated: new Date('2025-01-02T03:04:06Z'), lastUsed: { state: 'never' } },
            {
              active: true,
              lastRotated: new Date('2026-11-01T00:00:00Z'),
              lastUsed: {
                state: 'used',
                date: new Date('2026-11-22T08:00:00Z'),
                serviceName: 's3',
                region: 'eu-west-1',
              },
            },
          ],
        },
      ],
      unreadable: [],
    });
  });

  it('may have commas in user names, any order of columns, further columns, CRLF, a BOM and dates with an offset', () => {
    const row = { new_column: 'x', ...reportRow({ user: 'a,b', user_creation_time: '2025-01-02T03:04:05+00:00' }) };
    const text = `\uFEFF${reportCsv([row]).replaceAll('\n', '\r\n')}`;
    const [user] = parseCredentialReport(bytes(text)).users;
    expect(user).toMatchObject({ userName: 'a,b', userCreated: new Date('2025-01-02T03:04:05Z') });
  });

  it.each(['TRUE', 'true', 'True'])('reads the boolean %s', (active) => {
    expect(parse(reportRow({ access_key_1_active: active })).users[0]?.keys[0]?.active).toBe(true);
  });

  it('takes a region-less use for a use', () => {
    const used = {
      access_key_1_active: 'true',
      access_key_1_last_rotated: '2026-11-01T00:00:00Z',
      access_key_1_last_used_date: '2026-11-22T08:00:00Z',
      access_key_1_last_used_region: 'N/A',
      access_key_1_last_used_service: 'sts',
    };
    expect(parse(reportRow(used)).users[0]?.keys[0]?.lastUsed).toEqual({
      state: 'used',
      date: new Date('2026-11-22T08:00:00Z'),
      serviceName: 'sts',
    });
  });

  it('counts an active slot without a date as a key of unknown age', () => {
    expect(parse(reportRow({ access_key_2_active: 'true' })).users[0]?.keys).toEqual([
      { active: true, lastRotated: null, lastUsed: { state: 'never' } },
    ]);
  });

  it.each([
    ['N/A', false],
    ['', false],
    ['AccessKeys: 3', true],
  ])('with additional_credentials_info %j says more credentials: %s', (additional, expected) => {
    expect(parse({ ...reportRow(), additional_credentials_info: additional }).users[0]?.moreCredentials).toBe(expected);
  });
});

describe('a row that cannot be understood', () => {
  it.each([
    ['access_key_1_last_rotated', 'yesterday', 'access_key_1_last_rotated is "yesterday", not a date like'],
    [
      'access_key_1_last_rotated',
      '2026-13-45T00:00:00Z',
      'access_key_1_last_rotated is "2026-13-45T00:00:00Z", not a date',
    ],
    ['access_key_1_last_rotated', '2027-02-29T00:00:00Z', 'access_key_1_last_rotated is "2027-02-29T00:00:00Z", not'],
    ['access_key_1_last_used_date', '', 'access_key_1_last_used_date is "", not a date'],
    ['access_key_2_active', 'maybe', 'access_key_2_active is "maybe", neither true nor false'],
    ['user_creation_time', 'N/A', 'user_creation_time is not given'],
    ['arn', 'alice', 'arn "alice" is not an ARN of IAM'],
  ])('because %s is %j is told, and the others are read', (column, value, reason) => {
    const report = parse(rootRow(), reportRow({ user: 'bad', [column]: value }), reportRow({ user: 'good' }));
    expect(report.users.map(({ userName }) => userName)).toEqual(['good']);
    expect(report.unreadable).toEqual([
      { userName: 'bad', reason: expect.stringContaining(`row 3 of the credential report: ${reason}`) },
    ]);
  });

  it('because the file ends in the middle of it is told', () => {
    const text = reportCsv([rootRow(), reportRow({ user: 'alice' }), reportRow({ user: 'bob' })]);
    const report = parseCredentialReport(bytes(text.slice(0, -60)));
    expect(report.users.map(({ userName }) => userName)).toEqual(['alice']);
    expect(report.unreadable).toEqual([
      { userName: 'bob', reason: expect.stringMatching(/row 4 .* cells instead of 22, the file may be cut off here/) },
    ]);
  });
});

describe('what is no credential report', () => {
  it.each([
    ['an empty file', '', 'is empty'],
    ['white space', '\n\n', 'is empty'],
    ['only a header', reportCsv([]), 'has a header, but no rows'],
    ['some other CSV', 'a,b\n1,2', 'its first line lacks user, arn, user_creation_time and 10 more columns'],
    [
      'a report that lost a column',
      reportCsv([reportRow()]).replace('access_key_2_active', 'x'),
      'lacks access_key_2_active',
    ],
    ['broken quotes', '"user,arn\n1,2', 'is not CSV'],
    ['NUL bytes', 'user\0,arn', 'is not text'],
  ])('%s is refused', (_what, text, message) => {
    expect(() => parseCredentialReport(bytes(text))).toThrow(message);
  });

  it('binary data is refused', () => {
    expect(() => parseCredentialReport(Uint8Array.of(0x1f, 0x8b, 0xff, 0xfe))).toThrow('is not UTF-8 text');
  });
});
