import type { CredentialReportRow } from './credential-report.ts';
import { isAfterAllElse } from './deactivation.ts';
import {
  type AccessKey,
  type IamUser,
  type KeyStatus,
  type LastUsed,
  type Policy,
  type Severity,
  USE_NOISE,
} from './model.ts';
import type { ReportedLastUsed } from './report.ts';
import type { NextAction, RotationStage } from './rotation.ts';
import { matchings } from './screening.ts';
import { formatInstant, HOUR, plural } from './time.ts';

/** Instants are ISO 8601 strings in UTC: what is written and what is read back are one shape. */
type Instant = string;

/** What the last whole scan of an account leaves for the next one. Its JSON is kept, so its shape has a version. */
export type AccountMemory = {
  schemaVersion: 1;
  accountId: string;
  scanId: string;
  scannedAt: Instant;
  policy: Policy;
  /** Users whose real keys a scan saw. A list: `__proto__` is a name that IAM allows. */
  users: UserMemory[];
  findings: RememberedFinding[];
};

export type UserMemory = {
  userName: string;
  /** When its keys were seen: a user that nobody had to look at is remembered from an earlier scan. */
  seenAt: Instant;
  /** What the report said of the user's keys when they were seen: the same again means the same keys. Absent where it told another story. */
  row?: string;
  keys: KeyMemory[];
};

export type KeyMemory = {
  accessKeyId: string;
  status: KeyStatus;
  createDate: Instant;
  lastUsed: ReportedLastUsed;
  /** The first of the scans that saw it inactive, without one in between that saw it active. */
  inactiveSeenAt?: Instant;
  /** The scan before that one saw it active: it was made inactive in between. */
  seenActive?: true;
  deactivatedAt?: Instant;
  /** The longest that it was seen quiet before it was used again, in ms. */
  longestGap?: number;
};

export type RememberedFinding = {
  userName: string;
  accessKeyId: string | null;
  ruleIds: string[];
  severity: Severity;
  stage: RotationStage;
  /** What was to be done next. */
  action: NextAction;
  /** That could not be done yet. */
  waiting?: true;
  /** An exemption kept it quiet. */
  exempt?: true;
  firstSeenAt: Instant;
  /** Since when the stage and what is to be done are these. */
  stageSince: Instant;
  /** What it was last found by, where that is not the memory's policy: no scan by another one tells that it is gone. */
  policy?: Policy;
};

/**
 * What the report says of a user's keys, but for their last use: while it stays the same, they are the same keys.
 * `last_rotated` moves with every creation and reactivation, `active` with every deactivation.
 */
export const rowIdentity = ({ userCreated, keys, moreCredentials }: CredentialReportRow): string =>
  JSON.stringify([userCreated, moreCredentials, keys.map(({ active, lastRotated }) => [active, lastRotated])]);

/**
 * Whether the keys that IAM listed are those that the report's row speaks of: as many, as active, none created after its
 * slot's `last_rotated`. Else something changed between the report and the look, and the row proves nothing of them.
 */
export const agrees = (
  row: CredentialReportRow,
  keys: readonly { status: KeyStatus; createDate: Date | null }[],
): boolean =>
  !row.moreCredentials &&
  row.keys.every(({ lastRotated }) => lastRotated !== null) &&
  keys.every(({ createDate }) => createDate !== null) &&
  matchings(row.keys, keys).length > 0;

/** A user's keys as they were remembered, for a row that has not changed since; `undefined` where it has, or nothing is known. */
export const rememberedKeys = (row: CredentialReportRow, memory: UserMemory | undefined): AccessKey[] | undefined =>
  memory?.row !== undefined && memory.row === rowIdentity(row)
    ? memory.keys.map((before) => {
        const { accessKeyId, status, createDate, lastUsed, deactivatedAt } = before;
        const key: AccessKey = {
          accessKeyId,
          status,
          createDate: new Date(createDate),
          lastUsed: readLastUsed(lastUsed),
          ...(deactivatedAt && { deactivatedAt: new Date(deactivatedAt) }),
        };
        return { ...key, ...inactiveBySight(key, before) };
      })
    : undefined;

/**
 * The user as seen at `now`, with what the memory knows of its keys: when each was seen used before, its longest gap, and since
 * when an inactive one was seen so, where nothing better tells.
 */
export const withMemory = (user: IamUser, memory: UserMemory | undefined, now: Date): IamUser => ({
  ...user,
  accessKeys: user.accessKeys.map((key) => {
    const before = keyIn(memory, key);
    if (!memory || !before) return key;
    const longestGap = longestGapOf(key, memory);
    return {
      ...key,
      ...inactiveBySight(key, inactiveSight(before, now)),
      seenBefore: {
        lastUsed: readLastUsed(before.lastUsed),
        at: new Date(memory.seenAt),
        ...(longestGap && { longestGap }),
      },
    };
  }),
});

const keyIn = (memory: UserMemory | undefined, key: Pick<AccessKey, 'accessKeyId'>): KeyMemory | undefined =>
  memory?.keys.find(({ accessKeyId }) => accessKeyId === key.accessKeyId);

type InactiveSight = Pick<KeyMemory, 'inactiveSeenAt' | 'seenActive' | 'deactivatedAt'>;

/** What is known from scans of a key that is inactive `now`, as the one of `before` left it. */
const inactiveSight = (before: KeyMemory | undefined, now: Date): InactiveSight => {
  const { status, inactiveSeenAt, seenActive, deactivatedAt } = before ?? {};
  if (status !== 'Inactive' || !inactiveSeenAt) {
    return { inactiveSeenAt: now.toISOString(), ...(status === 'Active' && { seenActive: true }) };
  }
  return { inactiveSeenAt, ...(seenActive && { seenActive }), ...(deactivatedAt && { deactivatedAt }) };
};

/**
 * Since when the key is inactive, or longer, by what scans saw: the date that one was told, or that of the first to see it inactive,
 * where the one before saw it active. Where none did, it may be so for years. What is known from elsewhere stays, unless it is a bound
 * itself and later; and nothing counts that the key's use or activation contradicts.
 */
const inactiveBySight = (
  key: AccessKey,
  sight: InactiveSight,
): Pick<AccessKey, 'deactivatedAt' | 'deactivatedThenOrEarlier'> => {
  const seenAt = sight.deactivatedAt ?? sight.inactiveSeenAt;
  if (key.status !== 'Inactive' || !seenAt) return {};
  const since = new Date(seenAt);
  const { deactivatedAt, deactivatedThenOrEarlier } = key;
  const isDated = sight.deactivatedAt !== undefined || sight.seenActive === true;
  const counts = deactivatedAt ? deactivatedThenOrEarlier === true && since < deactivatedAt : isDated;
  return counts && isAfterAllElse(since, key) ? { deactivatedAt: since, deactivatedThenOrEarlier: true } : {};
};

/**
 * The longest that the key was seen quiet before it was used again. When it was used first after a scan nobody knows, as IAM tells the
 * last use only: a gap counts up to that scan.
 */
const longestGapOf = (key: AccessKey, memory: UserMemory | undefined): number | undefined => {
  const before = keyIn(memory, key);
  if (!memory || !before) return undefined;
  const { lastUsed } = key;
  const earlier = readLastUsed(before.lastUsed);
  const isUsedAgain = lastUsed.state === 'used' && earlier.state === 'used' && isLater(lastUsed.date, earlier.date);
  const gap = isUsedAgain ? Math.min(lastUsed.date.getTime(), Date.parse(memory.seenAt)) - earlier.date.getTime() : 0;
  const longest = Math.max(before.longestGap ?? 0, gap);
  return longest > USE_NOISE ? longest : undefined;
};

/** Beyond noise. */
const isLater = (use: Date, before: Date): boolean => use.getTime() - before.getTime() > USE_NOISE;

const readLastUsed = ({ state, date, ...details }: ReportedLastUsed): LastUsed =>
  state === 'used' && date
    ? { state, date: new Date(date), ...details }
    : state === 'never'
      ? { state }
      : { state: 'unknown' };

/** Whether the key was used since the scan before, beyond noise. `undefined` where that cannot be told. */
export const usedSinceLastScan = ({ lastUsed, seenBefore }: AccessKey): boolean | undefined => {
  if (!seenBefore || lastUsed.state === 'unknown' || seenBefore.lastUsed.state === 'unknown') return undefined;
  if (lastUsed.state === 'never') return false;
  if (seenBefore.lastUsed.state === 'never') return true;
  return isLater(lastUsed.date, seenBefore.lastUsed.date);
};

/** `; used again since the scan of 2026-11-22 09:00 UTC: s3, eu-west-1`, or that it was not; nothing where that cannot be told. */
export const movementNote = (key: AccessKey): string => {
  const moved = usedSinceLastScan(key);
  if (moved === undefined || !key.seenBefore) return '';
  const scan = `since the scan of ${formatInstant(key.seenBefore.at)}`;
  if (!moved) return `; not used ${scan}`;
  const { serviceName, region } = key.lastUsed.state === 'used' ? key.lastUsed : {};
  const where = [serviceName, region].filter((part) => part !== undefined).join(', ');
  return `; used again ${scan}${where ? `: ${where}` : ''}`;
};

/** `it was once quiet for 6 days or longer, and then used again`: a weekly job is. Nothing where no such gap was seen. */
export const gapNote = ({ seenBefore }: AccessKey): string => {
  const hours = Math.floor((seenBefore?.longestGap ?? 0) / HOUR);
  if (hours === 0) return '';
  const gap = hours < 48 ? plural(hours, 'hour') : plural(Math.floor(hours / 24), 'day');
  return `it was once quiet for ${gap} or longer, and then used again`;
};

/** One user as the next scan is to know it. `row` only where the report agreed with what IAM listed. */
export const rememberUser = (
  user: Pick<IamUser, 'userName' | 'accessKeys'>,
  row: string | undefined,
  before: UserMemory | undefined,
  now: Date,
): UserMemory => ({
  userName: user.userName,
  seenAt: now.toISOString(),
  ...(row !== undefined && { row }),
  keys: user.accessKeys.flatMap((key): KeyMemory[] => {
    const { accessKeyId, status, createDate, lastUsed, deactivatedAt, deactivatedThenOrEarlier } = key;
    if (accessKeyId === null || createDate === null) return [];
    const longestGap = longestGapOf(key, before);
    return [
      {
        accessKeyId,
        status,
        createDate: createDate.toISOString(),
        lastUsed:
          lastUsed.state === 'used' ? { ...lastUsed, date: lastUsed.date.toISOString() } : { state: lastUsed.state },
        ...(status === 'Inactive' && inactiveSight(keyIn(before, key), now)),
        ...(deactivatedAt && !deactivatedThenOrEarlier && { deactivatedAt: deactivatedAt.toISOString() }),
        ...(longestGap && { longestGap }),
      },
    ];
  }),
});
