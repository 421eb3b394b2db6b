import { stringify } from 'csv-stringify/sync';

/** Credential reports as AWS writes them, for tests: 22 columns, LF, no trailing newline. */
export type ReportRow = Record<string, string>;

const columns = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...[1, 2].flatMap((slot) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
      (name) => `access_key_${slot}_${name}`,
    ),
  ),
  ...[1, 2].flatMap((slot) => [`cert_${slot}_active`, `cert_${slot}_last_rotated`]),
];

/** A user without keys, created long ago. */
export const reportRow = (overrides: ReportRow = {}): ReportRow => ({
  ...Object.fromEntries(columns.map((name) => [name, name.endsWith('active') ? 'false' : 'N/A'])),
  user: 'alice',
  arn: `arn:aws:iam::111122223333:user/${overrides['user'] ?? 'alice'}`,
  user_creation_time: '2024-05-06T07:08:09Z',
  password_enabled: 'false',
  ...overrides,
});

export const rootRow = (overrides: ReportRow = {}): ReportRow =>
  reportRow({
    user: '<root_account>',
    arn: 'arn:aws:iam::111122223333:root',
    password_enabled: 'not_supported',
    password_last_changed: 'not_supported',
    password_next_rotation: 'not_supported',
    ...overrides,
  });

/** The CSV text; its columns are those of the first row. */
export const reportCsv = (rows: readonly ReportRow[]): string =>
  stringify([...rows], { header: true, columns: Object.keys(rows[0] ?? reportRow()) }).trimEnd();
