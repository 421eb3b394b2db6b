import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  type IAMClient,
  NoSuchEntityException,
  paginateListAccessKeys,
  paginateListUsers,
  paginateListUserTags,
  type StatusType,
} from '@aws-sdk/client-iam';
import { given } from '../domain/given.ts';
import type { KeyStatus } from '../domain/model.ts';
import type {
  FindKeyUser,
  ListAccessKeys,
  ListedKey,
  ListedUser,
  ListUsers,
  ReadLastUsed,
  ReadRootKeyPresent,
  ReadUserTags,
} from '../ports.ts';

/** What IAM itself is asked. Every call can be aborted; pages and retries are the SDK's. */
type Call = { iam: IAMClient; abortSignal: AbortSignal };

/** Every user of the account. Rejects with the SDK's error, also where an answer lacks what it must have. */
export const listUsers =
  ({ iam, abortSignal }: Call): ListUsers =>
  async () => {
    const users: ListedUser[] = [];
    for await (const page of paginateListUsers({ client: iam }, {}, { abortSignal })) {
      for (const { UserName, Arn } of given(page.Users, 'Users')) {
        users.push({ userName: given(UserName, 'UserName'), arn: given(Arn, 'Arn') });
      }
    }
    return users;
  };

/** A user's keys with their real CreateDates; `undefined` for a user who is gone. Rejects for a status that is not known. */
export const listAccessKeys =
  ({ iam, abortSignal }: Call): ListAccessKeys =>
  (userName) =>
    unlessGone(async () => {
      const keys: ListedKey[] = [];
      for await (const page of paginateListAccessKeys({ client: iam }, { UserName: userName }, { abortSignal })) {
        for (const { AccessKeyId, Status, CreateDate } of given(page.AccessKeyMetadata, 'AccessKeyMetadata')) {
          keys.push({
            accessKeyId: given(AccessKeyId, 'AccessKeyId'),
            status: keyStatus(Status),
            createDate: given(CreateDate, 'CreateDate'),
          });
        }
      }
      return keys;
    });

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html: no date means never used. */
export const readLastUsed =
  ({ iam, abortSignal }: Call): ReadLastUsed =>
  async (accessKeyId) => {
    const answer = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), { abortSignal });
    const use = given(answer.AccessKeyLastUsed, 'AccessKeyLastUsed');
    if (!use.LastUsedDate) return { state: 'never' };
    const serviceName = applicable(use.ServiceName);
    const region = applicable(use.Region);
    return { state: 'used', date: use.LastUsedDate, ...(serviceName && { serviceName }), ...(region && { region }) };
  };

/**
 * Whose key it is. IAM answers for keys of its own account only, and refuses unknown ones like forbidden ones.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
 */
export const findKeyUser =
  ({ iam, abortSignal }: Call): FindKeyUser =>
  async (accessKeyId) => {
    try {
      const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId });
      const { AccessKeyLastUsed, UserName } = await iam.send(command, { abortSignal });
      given(AccessKeyLastUsed, 'AccessKeyLastUsed');
      return UserName;
    } catch (error) {
      const isRefusal = error instanceof Error && /^AccessDenied(Exception)?$/.test(error.name);
      if (isRefusal || error instanceof NoSuchEntityException) return undefined;
      throw error;
    }
  };

/** A user's tags by key; `undefined` for a user who is gone. */
export const readUserTags =
  ({ iam, abortSignal }: Call): ReadUserTags =>
  (userName) =>
    unlessGone(async () => {
      const tags: [string, string][] = [];
      for await (const page of paginateListUserTags({ client: iam }, { UserName: userName }, { abortSignal })) {
        for (const { Key, Value } of given(page.Tags, 'Tags')) tags.push([given(Key, 'Key'), Value ?? '']);
      }
      return Object.fromEntries(tags);
    });

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html: 1 where root has an access key. */
export const readRootKeyPresent =
  ({ iam, abortSignal }: Call): ReadRootKeyPresent =>
  async () => {
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}), { abortSignal });
    return given(SummaryMap?.['AccountAccessKeysPresent'], 'AccountAccessKeysPresent') > 0;
  };

/** A user that was deleted since it was listed is `undefined`; every other error is one. */
const unlessGone = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
};

/** A status that is not known yet can not be taken for inactive. */
const keyStatus = (status: StatusType | undefined): KeyStatus => {
  if (status === 'Active' || status === 'Inactive' || status === 'Expired') return status;
  throw new Error(`IAM gave the access key the unknown status ${JSON.stringify(status)}`);
};

const applicable = (value: string | undefined): string | undefined => (value === 'N/A' ? undefined : value);
