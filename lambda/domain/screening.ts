import type { CredentialReportRow, ReportedKey } from './credential-report.ts';
import { type AccessKey, type Account, type IamUser, type LastUsed, USE_NOISE } from './model.ts';

/**
 * Which users need a live look. Screening judges a user as of the report's GeneratedTime and says `clean` only when no
 * rule could fire, at `now`, for any value that the evidence leaves open; everything else is a reason to look.
 */
export type Screening = 'clean' | 'look';

/** Whether any rule fires for a user. A rule that cannot be asked counts as fired. */
export type WouldFlag = (user: IamUser) => boolean;

/**
 * Screens a user by the report's row alone. The row leaves open when a key was really created (`last_rotated` also moves
 * on reactivation), so its keys are judged at their greatest possible age: the user's own. With two Active keys their
 * order is open as well, and more credentials than slots are not shown at all: both need a look.
 */
export const screenRow = (row: CredentialReportRow, account: Account, wouldFlag: WouldFlag): Screening => {
  if (leavesMuchOpen(row) || row.keys.filter(({ active }) => active).length > 1) return 'look';
  return wouldFlag(rowUser(row, account, () => row.userCreated)) ? 'look' : 'clean';
};

/**
 * Screens a user by the row and by the keys as IAM lists them, with their CreateDates, and with the last uses that are known of
 * them. What is left open is which key a slot's last use belongs to: every way to match them is judged.
 */
export const screenKeys = (row: CredentialReportRow, user: IamUser, wouldFlag: WouldFlag): Screening => {
  if (leavesMuchOpen(row)) return 'look';
  const worlds = matchings(row.keys, user.accessKeys).filter((slots) =>
    slots.every(({ lastUsed }, at) => !isOlder(lastUsed, user.accessKeys[at]?.lastUsed)),
  );
  if (worlds.length === 0) return 'look';
  const flagged = worlds.some((slots) => wouldFlag({ ...user, accessKeys: withLastUsed(user.accessKeys, slots) }));
  return flagged ? 'look' : 'clean';
};

type DatedKey = Pick<AccessKey, 'status' | 'createDate'>;

/** Every way in which the report's slots may be those of the keys, a slot for each; none where they are the slots of others. */
export const matchings = (slots: readonly ReportedKey[], keys: readonly DatedKey[]): ReportedKey[][] =>
  slots.length === keys.length
    ? permutations(slots).filter((order) => order.every((slot, at) => mayBeOf(slot, keys[at])))
    : [];

/** A slot is as active as its key, and was last rotated when that was made, or later. IAM counts whole seconds. */
const mayBeOf = ({ active, lastRotated }: ReportedKey, key: DatedKey | undefined): boolean =>
  key !== undefined &&
  active === (key.status === 'Active') &&
  (key.createDate === null || lastRotated === null || seconds(key.createDate) <= seconds(lastRotated));

/** A last use never goes back: the slot is another key's, or the report is older than what is known of the key. */
const isOlder = (reported: LastUsed, known: LastUsed | undefined): boolean =>
  known?.state === 'used' && (reported.state !== 'used' || known.date.getTime() - reported.date.getTime() > USE_NOISE);

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/** Keys that are not shown, or a last use that the report does not tell: about these, rules are silent. */
const leavesMuchOpen = ({ moreCredentials, keys }: CredentialReportRow): boolean =>
  moreCredentials || keys.some(({ lastUsed }) => lastUsed.state === 'unknown');

/** The user as a report alone tells it: no key ids, and ages that are lower bounds (`last_rotated`). */
export const userFromRow = (row: CredentialReportRow, account: Account): IamUser =>
  rowUser(row, account, ({ lastRotated }) => lastRotated);

const rowUser = (
  row: CredentialReportRow,
  account: Account,
  createDateOf: (key: CredentialReportRow['keys'][number]) => Date | null,
): IamUser => ({
  account,
  userName: row.userName,
  arn: row.arn,
  tags: {},
  accessKeys: row.keys.map((key) => ({
    accessKeyId: null,
    status: key.active ? 'Active' : 'Inactive',
    createDate: createDateOf(key),
    lastUsed: key.lastUsed,
  })),
});

const withLastUsed = (keys: readonly AccessKey[], slots: readonly { lastUsed: LastUsed }[]): AccessKey[] =>
  keys.map((key, at) => ({ ...key, lastUsed: slots[at]?.lastUsed ?? { state: 'unknown' } }));

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
