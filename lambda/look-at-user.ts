import type { AccountTrail } from './account-trail.ts';
import type { CredentialReportRow } from './domain/credential-report.ts';
import { inactiveKeys, withoutDeactivationTag, withTrailStatus } from './domain/deactivation.ts';
import { reasonOf } from './domain/failure.ts';
import type { AccessKey, Account, Failure, IamUser } from './domain/model.ts';
import { screenKeys, type WouldFlag } from './domain/screening.ts';
import type { AccountReader, ListedKey, ListedUser } from './ports.ts';

/** What a live look at one user gave. */
export type Look = {
  /** How many access keys the user has. */
  keys: number;
  /** Its keys, where they could be listed: their last use is unknown where nobody had to ask. */
  listed?: AccessKey[];
  /** The user, where a rule may concern it. */
  read: IamUser | undefined;
  failures: Failure[];
  /** Not even its keys could be listed. */
  unreadable: boolean;
  /** There was no time left to read the user. */
  outOfTime: boolean;
};

export type LookOptions = {
  wouldFlag: WouldFlag;
  /** Aborted when there is no time left. */
  signal: AbortSignal;
  now: Date;
  readStatusChanges: AccountTrail['readStatusChanges'];
  /** Ask CloudTrail about inactive keys with a tag as well: before one of them is deleted. */
  verifyDeactivations?: boolean;
};

/**
 * Reads one user from IAM with as few calls as the question takes: ListAccessKeys; where that and the report's row leave
 * anything open, GetAccessKeyLastUsed per key; where a rule fires, the tags, and
 * CloudTrail where an inactive key has no tag that says since when. A user or key that is gone meanwhile is
 * skipped. Never rejects.
 */
export const lookAtUser = async (
  account: Account,
  { userName, arn }: ListedUser,
  row: CredentialReportRow | undefined,
  reader: AccountReader,
  { wouldFlag, signal, now, readStatusChanges, verifyDeactivations = false }: LookOptions,
): Promise<Look> => {
  const id = `${account.id}/${userName}`;
  const look: Look = { keys: 0, read: undefined, failures: [], unreadable: false, outOfTime: false };
  const fail = (what: string, error: unknown): void => {
    signal.throwIfAborted();
    look.failures.push({ scope: 'user', id, reason: `${what}: ${reasonOf(error)}` });
  };
  try {
    signal.throwIfAborted();
    const listed = await reader.listAccessKeys(userName).catch((error: unknown) => {
      fail('its access keys could not be listed', error);
      look.unreadable = true;
    });
    if (!listed) return look;
    const user = { account, userName, arn, tags: {}, accessKeys: listed.map(unread) };
    look.keys = listed.length;
    look.listed = user.accessKeys;
    if (row && screenKeys(row, user, wouldFlag) === 'clean') return look;

    const accessKeys = await readLastUses(userName, listed, reader, fail);
    const live: IamUser = { ...user, accessKeys };
    look.keys = accessKeys.length;
    look.listed = accessKeys;
    if (!wouldFlag(live)) return look;

    const tags = await reader.readUserTags(userName).catch((error) => {
      fail('its tags could not be read, so they neither exempt it nor name an owner', error);
      return {};
    });
    if (!tags) return { ...look, keys: 0 };
    const tagged: IamUser = { ...live, tags };
    const undated = verifyDeactivations ? inactiveKeys(tagged) : withoutDeactivationTag(tagged);
    if (undated.length === 0) return { ...look, read: tagged };
    return { ...look, read: withTrailStatus(tagged, await readStatusChanges(), now) };
  } catch (error) {
    if (signal.aborted) return { ...look, outOfTime: true };
    const reason = `it could not be read: ${reasonOf(error)}`;
    return { ...look, unreadable: true, failures: [...look.failures, { scope: 'user', id, reason }] };
  }
};

const unread = (key: ListedKey): AccessKey => ({ ...key, lastUsed: { state: 'unknown' } });

/** IAM refuses to speak of a deleted key as if it were forbidden, so what was refused is looked for again. */
const readLastUses = async (
  userName: string,
  listed: readonly ListedKey[],
  reader: AccountReader,
  fail: (what: string, error: unknown) => void,
): Promise<AccessKey[]> => {
  const reads = await Promise.all(
    listed.map(async (key) => {
      try {
        return { key: { ...key, lastUsed: await reader.readLastUsed(key.accessKeyId) } };
      } catch (error) {
        return { key: unread(key), error };
      }
    }),
  );
  const refused = reads.filter(({ error }) => error !== undefined);
  const stillThere = refused.length > 0 ? await listAgain(userName, listed, reader) : new Set<string>();
  return reads.flatMap(({ key, error }) => {
    if (error === undefined) return [key];
    if (!stillThere.has(key.accessKeyId ?? '')) return [];
    fail(`when ${key.accessKeyId} was last used could not be read`, error);
    return [key];
  });
};

/** If that cannot be told either, the keys count as still there. */
const listAgain = async (
  userName: string,
  listed: readonly ListedKey[],
  reader: AccountReader,
): Promise<ReadonlySet<string>> => {
  const again = await reader.listAccessKeys(userName).catch(() => listed);
  return new Set((again ?? []).map(({ accessKeyId }) => accessKeyId));
};
