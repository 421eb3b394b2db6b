import pLimit from 'p-limit';
import { accountTrail } from './account-trail.ts';
import type { KnownUser } from './domain/changes.ts';
import { type CredentialReport, type CredentialReportRow, parseCredentialReport } from './domain/credential-report.ts';
import { reasonOf } from './domain/failure.ts';
import { type AccountMemory, agrees, rememberedKeys, rowIdentity, type UserMemory } from './domain/memory.ts';
import { type AccessKey, type Account, type Failure, type IamUser, ROOT_USER_NAME } from './domain/model.ts';
import { screenKeys, screenRow, userFromRow, type WouldFlag } from './domain/screening.ts';
import { plural } from './domain/time.ts';
import { type Look, lookAtUser } from './look-at-user.ts';
import type { AccountReader, OpenAccount } from './ports.ts';

/** What was read of one account: the users that a rule may concern, and how complete the reading is. */
export type AccountReading = {
  account: Account;
  /** Why the account was not read, or not to its end. */
  failed?: string;
  /** What else to know of how it was read. */
  note?: string;
  users: number;
  accessKeys: number;
  credentialReportGeneratedAt: Date | null;
  /** Live values; root's, and those of a report read from a file, are the report's. */
  read: IamUser[];
  /** Which of the wanted users the account has. */
  found: string[];
  /** Users whose real keys are known, for the next scan. */
  known: KnownUser[];
  failures: Failure[];
};

/** How to read an account: whom, how fast, until when. */
export type ReadingOptions = {
  /** Read these users only. */
  users?: readonly string[] | undefined;
  /** What the scan before left: it spares looks, and changes nothing that is found. */
  memory?: AccountMemory | undefined;
  wouldFlag: WouldFlag;
  /** Aborted when there is no time left: what was read so far is returned. */
  signal: AbortSignal;
  /** The instant of the audit. */
  now: Date;
  /** Users read at the same time. */
  concurrency: number;
  onUserRead?: () => void;
};

/** Reads one account with few calls. Never rejects: what could not be read is in `failed` and `failures`. */
export const readAccount = async (
  account: Account,
  openAccount: OpenAccount,
  options: ReadingOptions,
): Promise<AccountReading> => {
  const nothing: AccountReading = {
    account,
    users: 0,
    accessKeys: 0,
    credentialReportGeneratedAt: null,
    read: [],
    found: [],
    known: [],
    failures: [],
  };
  try {
    options.signal.throwIfAborted();
    const reader = await openAccount(account);
    const roster = await readRoster(account, reader, options);
    return await readUsers({ ...nothing, ...roster.about }, roster, reader, options);
  } catch (error) {
    const failed = options.signal.aborted ? 'time ran out before its users were known' : reasonOf(error);
    return { ...nothing, failed, failures: [{ scope: 'account', id: account.id, reason: failed }] };
  }
};

type Candidate = { userName: string; arn: string; row?: CredentialReportRow };

/** Who is in the account, and what is known of the root user. */
type Roster = {
  about: Pick<AccountReading, 'credentialReportGeneratedAt' | 'note' | 'failed' | 'failures'>;
  users: Candidate[];
  root: IamUser | undefined;
};

/** By the credential report; without a usable one by ListUsers and the account's summary, which is said. */
const readRoster = async (
  account: Account,
  reader: AccountReader,
  { signal, users: wanted }: ReadingOptions,
): Promise<Roster> => {
  try {
    const { content, generatedAt } = await reader.readCredentialReport();
    const report = complete(parseCredentialReport(content));
    const users: Candidate[] = report.users.map((row) => ({ userName: row.userName, arn: row.arn, row }));
    const missing = wanted?.filter((name) => name !== ROOT_USER_NAME && !users.some((user) => user.userName === name));
    if (missing?.length) {
      const listed = await reader.listUsers();
      users.push(...listed.filter(({ userName }) => missing.includes(userName)));
    }
    return {
      about: { credentialReportGeneratedAt: generatedAt, failures: [] },
      users,
      root: report.root && userFromRow(report.root, account),
    };
  } catch (error) {
    signal.throwIfAborted();
    const note = `read user by user, without a credential report: ${reasonOf(error)}`;
    const { root, failures } = await readRootWithoutReport(account, reader);
    const about = { credentialReportGeneratedAt: null, note, failures };
    try {
      return { about, users: await reader.listUsers(), root };
    } catch (error) {
      signal.throwIfAborted();
      // Whoever can not list users may still know of a root key.
      const failed = `its users could not be listed: ${reasonOf(error)}`;
      return { about: { ...about, failed }, users: [], root };
    }
  }
};

/** A report with rows that nobody can read is not evidence that their users are clean. */
const complete = (report: CredentialReport): CredentialReport => {
  const [first, ...others] = report.unreadable;
  if (first) throw new Error(`${first.reason}${others.length > 0 ? `, and ${others.length} more rows` : ''}`);
  if (!report.root) throw new Error('the credential report has no row for the root user');
  return report;
};

const readRootWithoutReport = async (
  account: Account,
  reader: AccountReader,
): Promise<{ root: IamUser | undefined; failures: Failure[] }> => {
  try {
    const root: IamUser = {
      account,
      userName: ROOT_USER_NAME,
      arn: `arn:${reader.partition}:iam::${account.id}:root`,
      tags: {},
      accessKeys: [{ accessKeyId: null, status: 'Active', createDate: null, lastUsed: { state: 'unknown' } }],
    };
    return { root: (await reader.readRootKeyPresent()) ? root : undefined, failures: [] };
  } catch (error) {
    const reason = `whether root has an access key could not be read: ${reasonOf(error)}`;
    return { root: undefined, failures: [{ scope: 'user', id: `${account.id}/${ROOT_USER_NAME}`, reason }] };
  }
};

const readUsers = async (
  start: AccountReading,
  roster: Roster,
  reader: AccountReader,
  { users: wanted, memory, wouldFlag, signal, now, concurrency, onUserRead }: ReadingOptions,
): Promise<AccountReading> => {
  const { account } = start;
  const isWanted = (userName: string): boolean => !wanted || wanted.includes(userName);
  const users = roster.users.filter(({ userName }) => isWanted(userName));
  const root = roster.root && isWanted(ROOT_USER_NAME) ? [roster.root] : [];
  const limit = pLimit(concurrency);
  const trail = accountTrail(account, reader, signal);
  const memories = new Map(memory?.users.map((each) => [each.userName, each]));
  const looks = await Promise.all(
    users.map(async ({ row, ...user }): Promise<Look & { known?: KnownUser }> => {
      const remembered = memories.get(user.userName);
      if (row && !wanted && isClean(row, { account, ...user }, remembered, wouldFlag)) {
        const known = remembered && rememberedKeys(row, remembered) && carried(remembered);
        return { keys: row.keys.length, failures: [], read: undefined, unreadable: false, outOfTime: false, ...known };
      }
      return limit(async () => {
        const look = await lookAtUser(account, user, wanted ? undefined : row, reader, {
          wouldFlag,
          signal,
          now,
          readStatusChanges: trail.readStatusChanges,
        });
        onUserRead?.();
        return { ...look, ...(look.listed && { known: knownUser(user.userName, look.listed, row) }) };
      });
    }),
  );
  const unread = looks.filter(({ outOfTime }) => outOfTime).length;
  const unreadable = looks.filter((look) => look.unreadable).length;
  const failed = start.failed ?? whyFailed(users.length, unread, unreadable);
  const note = [start.note, wanted && `only asked about ${wanted.join(', ')}`].filter(Boolean).join('; ');
  return {
    ...start,
    ...(failed && { failed }),
    ...(note && { note }),
    users: users.length - unread - unreadable,
    accessKeys: [...looks, ...root.map(({ accessKeys }) => ({ keys: accessKeys.length }))].reduce(
      (sum, { keys }) => sum + keys,
      0,
    ),
    read: [...root, ...looks.flatMap(({ read }) => (read ? [read] : []))],
    found: [...root, ...users].map(({ userName }) => userName),
    known: looks.flatMap(({ known }) => known ?? []),
    failures: [
      ...start.failures,
      ...(failed ? [{ scope: 'account', id: account.id, reason: failed } as const] : []),
      ...trail.failures(),
      ...looks.flatMap(({ failures }) => failures),
    ],
  };
};

/** By the report's row alone, or by the row and the keys that a scan before saw, if the row has not changed since. */
const isClean = (
  row: CredentialReportRow,
  user: Pick<IamUser, 'account' | 'userName' | 'arn'>,
  memory: UserMemory | undefined,
  wouldFlag: WouldFlag,
): boolean => {
  if (screenRow(row, user.account, wouldFlag) === 'clean') return true;
  const accessKeys = rememberedKeys(row, memory);
  return accessKeys !== undefined && screenKeys(row, { ...user, tags: {}, accessKeys }, wouldFlag) === 'clean';
};

const carried = (memory: UserMemory): { known: KnownUser } => ({
  known: { userName: memory.userName, accessKeys: [], carried: memory },
});

/** The row is remembered only where it told of the very keys that IAM listed. */
const knownUser = (
  userName: string,
  accessKeys: readonly AccessKey[],
  row: CredentialReportRow | undefined,
): KnownUser => ({ userName, accessKeys, ...(row && agrees(row, accessKeys) && { row: rowIdentity(row) }) });

/** An account in which no user at all could be read failed, whatever the report said of the others. */
const whyFailed = (users: number, unread: number, unreadable: number): string | undefined => {
  if (unread > 0) return `time ran out before ${plural(unread, 'user')} of ${users} could be read`;
  return users > 0 && unreadable === users ? `none of its users could be read (${users})` : undefined;
};
