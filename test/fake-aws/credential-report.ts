/**
 * The credential report as IAM writes it: the 22 columns that the live service has, the root user first, LF between lines and none
 * at the end.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
import type { FakeAccount, FakeKey, FakeReportSettings, FakeUser } from './world.ts';

const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];
const SLOTS = 2;

/** The report's text for the account as it is now. */
export const credentialReport = (account: FakeAccount): string => {
  const { report, root, users } = account;
  const write = writers(report);
  const withInfo = report.additionalInfo !== 'absent' || users.some(({ keys }) => keys.length > SLOTS);
  const info = (keys: readonly FakeKey[]): string[] => (withInfo ? [additionalInfo(keys, report)] : []);
  const certificates = [write.bool(false), 'N/A', write.bool(false), 'N/A'];

  const rootRow = [
    '<root_account>',
    `arn:${account.partition}:iam::${account.id}:root`,
    write.date(root.created),
    'not_supported',
    root.passwordLastUsed ? write.date(root.passwordLastUsed) : 'no_information',
    'not_supported',
    'not_supported',
    write.bool(root.mfaActive),
    ...write.slots(root.keys),
    ...certificates,
    ...info(root.keys),
  ];
  const userRow = (user: FakeUser): string[] => [
    user.userName,
    `arn:${account.partition}:iam::${account.id}:user${user.path}${user.userName}`,
    write.date(user.created),
    write.bool(user.password !== undefined),
    user.password ? (user.password.lastUsed ? write.date(user.password.lastUsed) : 'no_information') : 'N/A',
    user.password ? write.date(user.password.lastChanged ?? user.created) : 'N/A',
    user.password?.nextRotation ? write.date(user.password.nextRotation) : 'N/A',
    write.bool(user.mfaActive),
    ...write.slots(inSlotOrder(user)),
    ...certificates,
    ...info(user.keys),
  ];
  const header = withInfo ? [...COLUMNS, 'additional_credentials_info'] : COLUMNS;
  return [header, rootRow, ...users.map(userRow)].map((row) => row.map(quote).join(',')).join('\n');
};

const writers = (report: FakeReportSettings) => {
  const bool = (value: boolean): string => (report.upperCaseBooleans ? String(value).toUpperCase() : String(value));
  const date = (value: Date): string => `${value.toISOString().slice(0, 19)}${report.dateSuffix}`;
  const slot = (key: FakeKey | undefined): string[] =>
    key
      ? [
          bool(key.status === 'Active'),
          date(key.lastRotated ?? key.created),
          ...(key.lastUsed
            ? [date(key.lastUsed.date), key.lastUsed.region, key.lastUsed.service]
            : ['N/A', 'N/A', 'N/A']),
        ]
      : [bool(false), 'N/A', 'N/A', 'N/A', 'N/A'];
  const slots = (keys: readonly FakeKey[]): string[] => [...slot(keys[0]), ...slot(keys[1])];
  return { bool, date, slots };
};

const inSlotOrder = ({ keys, slotOrder }: FakeUser): FakeKey[] =>
  slotOrder ? slotOrder.flatMap((index) => keys[index] ?? []) : keys;

/** The guide says "the number of additional access keys … and an action you can use to list" them; the exact words are not published. */
const additionalInfo = (keys: readonly FakeKey[], { additionalInfo: none }: FakeReportSettings): string =>
  keys.length > SLOTS
    ? `${keys.length - SLOTS} additional access key(s). Use ListAccessKeys to list them.`
    : none === 'absent'
      ? ''
      : none;

const quote = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
