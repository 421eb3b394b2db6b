import type { TrailStatus } from './domain/deactivation.ts';
import type { RepositoryPlace } from './domain/location.ts';
import type { AccessKey, Account, Failure, LastUsed, Tags } from './domain/model.ts';
import type { AuditReport } from './domain/report.ts';
import type { TrailEvent } from './domain/trail.ts';

/** The outside world, as the audit sees it: function types, implemented by the adapters. */

/** The account's credential report as AWS wrote it. Rejects when none can be had. */
export type ReadCredentialReport = () => Promise<{ content: Uint8Array; generatedAt: Date }>;

export type ListedUser = { userName: string; arn: string };
/** Every user of the account, all pages. */
export type ListUsers = () => Promise<ListedUser[]>;

export type ListedKey = Pick<AccessKey, 'status'> & { accessKeyId: string; createDate: Date };
/** The user's keys, all pages; `undefined` when there is no such user (any more). */
export type ListAccessKeys = (userName: string) => Promise<ListedKey[] | undefined>;

/** When the key was last used. Rejects when AWS does not say: a deleted key is refused like a forbidden one. */
export type ReadLastUsed = (accessKeyId: string) => Promise<LastUsed>;

/** All tags of the user; `undefined` when there is no such user (any more). */
export type ReadUserTags = (userName: string) => Promise<Tags | undefined>;

/** Whether the root user has an access key. */
export type ReadRootKeyPresent = () => Promise<boolean>;

/** What CloudTrail is asked for: the calls that a key signed, or every call of one name. One region at a time. */
export type TrailQuery = { attribute: 'AccessKeyId' | 'EventName'; value: string; region: string };
/**
 * Management events of the last 90 days, newest first. `complete` is false where there are more than were read.
 * Rejects when CloudTrail does not answer.
 */
export type LookUpEvents = (query: TrailQuery) => Promise<{ events: TrailEvent[]; complete: boolean }>;

/**
 * What was last done to the status of the account's keys, as far as CloudTrail remembers: 90 days. A key that is not there, and
 * `complete`: longer ago, or never; or some minutes ago, as CloudTrail is late. Rejects when CloudTrail does not answer.
 */
export type ReadStatusChanges = () => Promise<TrailStatus>;

/**
 * The name of the IAM user whose key it is. `undefined` means that it is not in this account, or that the caller is not
 * allowed to know: AWS answers both with the same refusal, so whoever tells people says both. Rejects for any other error.
 */
export type FindKeyUser = (accessKeyId: string) => Promise<string | undefined>;

/** One account, opened for reading. */
export type AccountReader = {
  partition: string;
  readCredentialReport: ReadCredentialReport;
  listUsers: ListUsers;
  listAccessKeys: ListAccessKeys;
  readLastUsed: ReadLastUsed;
  readUserTags: ReadUserTags;
  readRootKeyPresent: ReadRootKeyPresent;
  lookUpEvents: LookUpEvents;
  readStatusChanges: ReadStatusChanges;
  findKeyUser: FindKeyUser;
};

/** Opens an account with the credentials for it. Rejects when they can not be had. */
export type OpenAccount = (account: Account) => Promise<AccountReader>;

/** The accounts to audit, and what could not be found out about them. */
export type FindAccounts = () => Promise<{ accounts: Account[]; failures: Failure[] }>;

/** JSON texts in a bucket, by their keys. All reject where S3 refuses. */
export type Objects = {
  /** `undefined` where there is none. Can be aborted. */
  get: (key: string, signal?: AbortSignal) => Promise<string | undefined>;
  put: (key: string, text: string) => Promise<void>;
  /** Whether it was put: `false` where there is one already. */
  putFirst: (key: string, text: string) => Promise<boolean>;
};

/** What scans leave for the next ones, a text for each account. All reject where the place does not answer. */
export type History = {
  /** `undefined` where nothing was remembered yet. Can be aborted. */
  recall: (accountId: string, signal?: AbortSignal) => Promise<string | undefined>;
  remember: (accountId: string, memory: string) => Promise<void>;
  /** Keeps a text that could not be understood where nothing writes over it. */
  setAside: (accountId: string, scanId: string, text: string) => Promise<void>;
};

/** What one run writes down for repetitions of itself: texts by name. All reject where the place does not answer. */
export type RunNotes = {
  read: (name: string) => Promise<string | undefined>;
  /** Writes where nothing of that name is, and only there; resolves to what is there then. */
  writeFirst: (name: string, text: string) => Promise<string>;
  overwrite: (name: string, text: string) => Promise<void>;
};
/** The notes of a run, by its name. */
export type OpenRun = (runId: string) => RunNotes;

/** Keeps a report for good. Resolves to where it is. */
export type KeepReport = (report: AuditReport) => Promise<string>;

/** How far a scan is. */
export type Progress = { accounts: number; accountsRead: number; usersRead: number };

/**
 * The functions of one region of the account whose environment, or that of a published version, holds one of the ids. Values
 * are compared and forgotten. `unreadable` are functions of which an environment could not be decrypted. Rejects when the
 * functions can not be listed.
 */
export type FindFunctions = (
  accessKeyIds: readonly string[],
  region: string,
) => Promise<{ found: FunctionUse[]; unreadable: { functionName: string; reason: string }[] }>;
export type FunctionUse = {
  accessKeyId: string;
  functionName: string;
  variable: string;
  /** Those of its versions that hold it: `$LATEST`, `1`. */
  versions: string[];
};

/** Every access key id that stands in the repositories, in one pass: in clear, encrypted, or by reference. */
export type SearchRepositories = () => Promise<RepositorySearch>;
export type RepositorySearch = {
  repositories: readonly string[];
  /** How many files were read. */
  files: number;
  uses: RepositoryUse[];
  /** Folders and files that could not be read or decrypted: scope `locator`, the path as id. */
  failures: Failure[];
};
/** The access keys that infrastructure code in the repositories makes. Reads code only, and decrypts nothing. */
export type SearchInfrastructureCode = () => Promise<{ keysInCode: KeyInCode[]; failures: Failure[] }>;
export type RepositoryUse = {
  accessKeyId: string;
  place: RepositoryPlace;
  /** It stands there encrypted. */
  encrypted?: boolean;
  /** The Hiera key or YAML anchor that it comes from, where it does not stand there itself. */
  via?: string;
};
/** Infrastructure code that makes an access key. `userName` is `null` where the code does not say it in so many words. */
export type KeyInCode = { tool: string; userName: string | null; place: RepositoryPlace };
