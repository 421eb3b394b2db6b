import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  type IAMClient,
  IAMServiceException,
  NoSuchEntityException,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { listAccessKeys } from '../../lambda/aws/iam.ts';
import { reasonOf } from '../../lambda/domain/failure.ts';

/** What `CreateAccessKey` answers, as the AWS CLI prints it. The secret can be had this once only. */
export type CreatedKey = {
  UserName: string;
  AccessKeyId: string;
  Status: string;
  SecretAccessKey: string;
  CreateDate: string;
};

/** Everything in the product that changes IAM. Nothing that the Lambda is made of does. */
export type ChangeKeys = {
  /** Rejects with a `LostAnswerError` where nobody knows whether there is a new key now; with anything else there is none. */
  create: (userName: string) => Promise<CreatedKey>;
  /** Deletes a key that `create` has just made. Rejects unless IAM says that it is gone, which can take half a minute. */
  undoCreate: (created: Pick<CreatedKey, 'UserName' | 'AccessKeyId'>) => Promise<void>;
  setStatus: (userName: string, accessKeyId: string, status: 'Active' | 'Inactive') => Promise<void>;
  /** A key that is gone already is deleted. */
  remove: (userName: string, accessKeyId: string) => Promise<void>;
  tag: (userName: string, tags: Readonly<Record<string, string>>) => Promise<void>;
  untag: (userName: string, keys: readonly string[]) => Promise<void>;
};

/** The call was sent, and no answer says what came of it: the work may have been done. */
export class LostAnswerError extends Error {
  override name = 'LostAnswerError';
}

/**
 * Before each look whether a key is gone that was made a moment ago, in ms.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const PAUSES = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * `once` must be a client that tries a call once only: a second CreateAccessKey would make a second key. `wait` is for tests:
 * how to wait so many ms.
 */
export const changeKeys = (
  iam: IAMClient,
  once: IAMClient,
  wait: (ms: number) => Promise<void> = (ms) => sleep(ms),
): ChangeKeys => ({
  create: async (userName) => {
    const command = new CreateAccessKeyCommand({ UserName: userName });
    const wasSent = watchSending(command);
    const { AccessKey } = await once.send(command).catch((error: unknown) => {
      if (!wasSent() || isRefusal(error)) throw error;
      // Without its cause: what the SDK keeps of an answer that it cannot read may hold the secret.
      throw new LostAnswerError(
        `the answer to CreateAccessKey was lost, or does not say whether there is a new key now: ${reasonOf(error)}`,
      );
    });
    const { AccessKeyId, SecretAccessKey, Status = 'Active', CreateDate } = AccessKey ?? {};
    if (!AccessKeyId || !SecretAccessKey || !CreateDate)
      throw new LostAnswerError('the answer to CreateAccessKey lacks the key, though there should be one now');
    return { UserName: userName, AccessKeyId, Status, SecretAccessKey, CreateDate: CreateDate.toISOString() };
  },
  undoCreate: async ({ UserName, AccessKeyId }) => {
    const list = listAccessKeys({ iam, abortSignal: new AbortController().signal });
    let wasKnown = false;
    let isListed = true;
    for (const pause of PAUSES) {
      await wait(pause);
      if (await deleteKey(iam, UserName, AccessKeyId)) wasKnown = true;
      isListed = (await list(UserName))?.some(({ accessKeyId }) => accessKeyId === AccessKeyId) ?? false;
      // A key that IAM does not know and does not list may be one that it is still to learn of.
      if (wasKnown && !isListed) return;
    }
    if (isListed) throw new Error('IAM still lists it');
  },
  setStatus: async (UserName, AccessKeyId, Status) => {
    await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
  },
  remove: async (UserName, AccessKeyId) => {
    await deleteKey(iam, UserName, AccessKeyId);
  },
  tag: async (UserName, tags) => {
    await iam.send(
      new TagUserCommand({ UserName, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    );
  },
  untag: async (UserName, keys) => {
    await iam.send(new UntagUserCommand({ UserName, TagKeys: [...keys] }));
  },
});

/** Whether IAM knew the key. */
const deleteKey = async (iam: IAMClient, UserName: string, AccessKeyId: string): Promise<boolean> => {
  try {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
};

/** Tells whether a call left this machine: got past credentials, signature and all else that may fail before it does. */
const watchSending = ({ middlewareStack }: CreateAccessKeyCommand): (() => boolean) => {
  let wasSent = false;
  middlewareStack.add(
    (next) => async (request) => {
      wasSent = true;
      try {
        return await next(request);
      } catch (error) {
        wasSent = !isUnreached(error);
        throw error;
      }
    },
    { step: 'deserialize', priority: 'low' },
  );
  return () => wasSent;
};

/** Nobody took the connection. One that timed out is not among these: the SDK does not tell at which end of the call. */
const isUnreached = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes((error as { code: string }).code);

/** IAM itself said no, with a 4xx: then it did nothing. What a proxy says is not in IAM's words. */
const isRefusal = (error: unknown): boolean => {
  const { httpStatusCode: status = 0 } = error instanceof IAMServiceException ? error.$metadata : {};
  return status >= 400 && status < 500;
};
