import type { KeyLocation } from '../../lambda/domain/location.ts';
import type { AccessKey, Account, Failure } from '../../lambda/domain/model.ts';
import type { ReportedLastUsed } from '../../lambda/domain/report.ts';
import { ageInDays } from '../../lambda/domain/time.ts';
import { exitCodes } from '../exit-codes.ts';

/** Where keys are used: one answer, which every format renders. */
export type LocateAnswer = {
  locatedAt: Date;
  /** The user who was asked about, where it was one. */
  userName?: string;
  keys: LocatedKey[];
  notAsked: { id: string; why: string }[];
  failures: Failure[];
};

export type LocatedKey = {
  accessKeyId: string;
  /** Of a session: it has no user. */
  isTemporary: boolean;
  /** AWS says that no account has it. */
  isUnknown: boolean;
  account?: Account;
  userName?: string;
  key?: AccessKey;
  locations: readonly KeyLocation[];
};

/** The public format. */
export const locateJson = ({ locatedAt, keys, notAsked, failures }: LocateAnswer): unknown => ({
  schemaVersion: 1,
  locatedAt: locatedAt.toISOString(),
  keys: keys.map(({ accessKeyId, account, userName, key, locations }) => ({
    accessKeyId,
    account: account ?? null,
    userName: userName ?? null,
    ...keyJson(key, locatedAt),
    locations,
  })),
  notAsked: notAsked.map(({ id, why }) => ({ id, why })),
  failures,
});

/** What is known of a key, `null` for what is not. */
export const keyJson = (
  key: AccessKey | undefined,
  now: Date,
): {
  status: string | null;
  createDate: string | null;
  ageDays: number | null;
  lastUsed: ReportedLastUsed | null;
} => ({
  status: key?.status ?? null,
  createDate: key?.createDate?.toISOString() ?? null,
  ageDays: key?.createDate ? ageInDays(key.createDate, now) : null,
  lastUsed: key ? lastUsedJson(key) : null,
});

const lastUsedJson = ({ lastUsed }: AccessKey): ReportedLastUsed =>
  lastUsed.state === 'used' ? { ...lastUsed, date: lastUsed.date.toISOString() } : { state: lastUsed.state };

/** Without who used the keys: IP addresses and user agents are for those who look, not for every reader of a channel. */
export const withoutWho = (answer: LocateAnswer): LocateAnswer => ({
  ...answer,
  keys: answer.keys.map((key) => ({ ...key, locations: key.locations.map(({ usage: _usage, ...rest }) => rest) })),
});

/** Found and complete; nowhere found; or incomplete, whatever was found. What is left for a person to check does not count. */
export const locateExitCode = ({ keys, failures }: LocateAnswer): number => {
  if (failures.length > 0) return exitCodes.incomplete;
  const found = keys.some(({ locations }) => locations.some(({ state }) => state === 'seen'));
  return found ? LOCATED : NOWHERE;
};

const LOCATED = 0;
const NOWHERE = 1;
