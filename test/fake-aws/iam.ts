/**
 * IAM: what keyaudit reads (what it changes: `iam-writes.ts`). Wire codes and statuses as in the service's model (`awsQueryError` in @aws-sdk/client-iam).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import { credentialReport } from './credential-report.ts';
import { iamWrites } from './iam-writes.ts';
import { existingUser, findKey } from './lookup.ts';
import { cutPage } from './paging.ts';
import {
  type Operation,
  type OperationContext,
  optional,
  type Params,
  required,
  type Service,
  WireError,
} from './wire.ts';
import type { FakeAccount, FakePaging } from './world.ts';

/** "You can generate a credential report as often as once every four hours", API_GenerateCredentialReport. */
const REPORT_LIFETIME_MS = 4 * 3_600_000;
/** "It defaults to 100" and goes to 1,000: MaxItems of every list operation. */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;

interface ReportState {
  /** How many Generate calls this generation has answered; `undefined` when none is running. */
  polled?: number | undefined;
  finished?: { content: string; generatedAt: Date } | undefined;
}

/**
 * One IAM per fake: the reports that were made outlive changes of the world.
 *
 * @param secretAccessKeys where the secrets go that CreateAccessKey gives out
 */
export const fakeIam = (secretAccessKeys: string[]): Service => {
  const reports = new Map<string, ReportState>();
  const reportOf = ({ id }: FakeAccount): ReportState => {
    const state = reports.get(id) ?? {};
    reports.set(id, state);
    return state;
  };
  return {
    name: 'iam',
    protocol: 'query',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    operations: {
      ...generatedReports(reportOf),
      ListUsers: listUsers,
      ListAccessKeys: listAccessKeys,
      ListUserTags: listUserTags,
      GetAccessKeyLastUsed: getAccessKeyLastUsed,
      GetAccountSummary: getAccountSummary,
      ...iamWrites(secretAccessKeys),
    },
  };
};

const generatedReports = (reportOf: (account: FakeAccount) => ReportState): Record<string, Operation> => {
  const isFresh = ({ finished }: ReportState, now: Date): boolean =>
    finished !== undefined && now.getTime() - finished.generatedAt.getTime() <= REPORT_LIFETIME_MS;
  return {
    GenerateCredentialReport: (_, { account, now }) => {
      const state = reportOf(account);
      if (state.polled === undefined && isFresh(state, now())) return { State: 'COMPLETE' };
      const polled = state.polled ?? 0;
      if (polled >= account.report.polls) {
        state.polled = undefined;
        state.finished = { content: credentialReport(account), generatedAt: now() };
        return { State: 'COMPLETE' };
      }
      state.polled = polled + 1;
      return polled === 0
        ? { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' }
        : { State: 'INPROGRESS' };
    },
    GetCredentialReport: (_, { account, now }) => {
      const state = reportOf(account);
      if (state.polled !== undefined)
        throw new WireError(404, 'ReportInProgress', 'Report has not been generated yet.');
      if (!state.finished) throw new WireError(410, 'ReportNotPresent', 'No report is present. Generate one first.');
      if (!isFresh(state, now()))
        throw new WireError(410, 'ReportExpired', 'The most recent credential report has expired.');
      return {
        Content: Buffer.from(state.finished.content).toString('base64'),
        ReportFormat: 'text/csv',
        GeneratedTime: state.finished.generatedAt,
      };
    },
  };
};

const listUsers: Operation = (params, { world, account }) => {
  const { items, paging } = page(account.users, params, world.paging);
  return {
    Users: items.map((user) => ({
      Path: user.path,
      UserName: user.userName,
      UserId: user.userId,
      Arn: `arn:${account.partition}:iam::${account.id}:user${user.path}${user.userName}`,
      CreateDate: user.created,
      PasswordLastUsed: user.password?.lastUsed,
    })),
    ...paging,
  };
};

const listAccessKeys: Operation = (params, { world, account, caller }) => {
  if (params['UserName'] === undefined && caller.isRole) {
    throw new WireError(400, 'ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  const user = existingUser(account, required(params, 'UserName'));
  const { items, paging } = page(user.keys, params, world.paging);
  return {
    AccessKeyMetadata: items.map((key) => ({
      UserName: user.userName,
      AccessKeyId: key.accessKeyId,
      Status: key.status,
      CreateDate: key.created,
    })),
    ...paging,
  };
};

const listUserTags: Operation = (params, { world, account }) => {
  const { tags } = existingUser(account, required(params, 'UserName'));
  const { items, paging } = page(Object.entries(tags), params, world.paging);
  return { Tags: items.map(([Key, Value]) => ({ Key, Value })), ...paging };
};

/**
 * A key that was never used has no LastUsedDate and `N/A` for the rest. A key that is not there (any more), or is another account's,
 * is answered as if the caller lacked the permission: that is what the live service does.
 */
const getAccessKeyLastUsed: Operation = (params, context) => {
  const accessKeyId = required(params, 'AccessKeyId');
  const { user, key } = findKey(context.account, accessKeyId) ?? {};
  if (!user || !key) throw accessDenied(context, 'GetAccessKeyLastUsed', `access key ${accessKeyId}`);
  return {
    UserName: user.userName,
    AccessKeyLastUsed: {
      LastUsedDate: key.lastUsed?.date,
      ServiceName: key.lastUsed?.service ?? 'N/A',
      Region: key.lastUsed?.region ?? 'N/A',
    },
  };
};

/** `AccountAccessKeysPresent` is about the root user's keys: 1 or 0, whatever their status. */
const getAccountSummary: Operation = (_, { account }) => {
  const summary = {
    Users: account.users.length,
    UsersQuota: 5000,
    AccessKeysPerUserQuota: 2,
    AccountAccessKeysPresent: account.root.keys.length > 0 ? 1 : 0,
    AccountMFAEnabled: account.root.mfaActive ? 1 : 0,
  };
  return { SummaryMap: new Map(Object.entries(summary)) };
};

const accessDenied = ({ caller }: OperationContext, action: string, resource: string): WireError =>
  new WireError(
    403,
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: iam:${action} on resource: ${resource}`,
  );

const page = <Item>(list: readonly Item[], params: Params, paging: FakePaging) => {
  const requested = Number(params['MaxItems'] ?? DEFAULT_PAGE);
  if (!(requested >= 1 && requested <= LARGEST_PAGE)) {
    throw new WireError(
      400,
      'ValidationError',
      `1 validation error detected: Value '${requested}' at 'maxItems' is out of range`,
    );
  }
  const cut = cutPage(list, optional(params, 'Marker'), paging, requested);
  if (!cut) throw new WireError(400, 'ValidationError', 'Invalid Marker.');
  return { items: cut.items, paging: { IsTruncated: cut.next !== undefined, Marker: cut.next } };
};
