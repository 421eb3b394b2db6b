import type { AccessKey, Account, Failure, LastUsed, Tags } from './domain/model.ts';

import type { AuditReport } from './domain/report.ts';

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

/** One account, opened for reading. */
export type AccountReader = {
  partition: string;
  readCredentialReport: ReadCredentialReport;
  listUsers: ListUsers;
  listAccessKeys: ListAccessKeys;
  readLastUsed: ReadLastUsed;
  readUserTags: ReadUserTags;
  readRootKeyPresent: ReadRootKeyPresent;
};

/** Opens an account with the credentials for it. Rejects when they can not be had. */
export type OpenAccount = (account: Account) => Promise<AccountReader>;

/** The accounts to audit, and what could not be found out about them. */
export type FindAccounts = () => Promise<{ accounts: Account[]; failures: Failure[] }>;

/** Keeps a report for good. Resolves to where it is. */
export type KeepReport = (report: AuditReport) => Promise<string>;

/** How far a scan is. */
export type Progress = { accounts: number; accountsRead: number; usersRead: number };
