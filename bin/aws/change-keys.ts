import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  type IAMClient,
  NoSuchEntityException,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';

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
  /** Rejects with a `LostAnswerError` where nobody knows whether there is a new key now. */
  create: (userName: string) => Promise<CreatedKey>;
  setStatus: (userName: string, accessKeyId: string, status: 'Active' | 'Inactive') => Promise<void>;
  /** A key that is gone already is deleted. */
  remove: (userName: string, accessKeyId: string) => Promise<void>;
  tag: (userName: string, tags: Readonly<Record<string, string>>) => Promise<void>;
  untag: (userName: string, keys: readonly string[]) => Promise<void>;
};

/** The call was sent and its answer never came: the work may have been done. */
export class LostAnswerError extends Error {
  override name = 'LostAnswerError';
}

/** `once` must be a client that tries a call once only: a second CreateAccessKey would make a second key. */
export const changeKeys = (iam: IAMClient, once: IAMClient): ChangeKeys => ({
  create: async (userName) => {
    const { AccessKey } = await once
      .send(new CreateAccessKeyCommand({ UserName: userName }))
      .catch((cause: unknown) => {
        throw isRefusal(cause) ? cause : new LostAnswerError(`the answer to CreateAccessKey was lost`, { cause });
      });
    const { AccessKeyId, SecretAccessKey, Status = 'Active', CreateDate } = AccessKey ?? {};
    if (!AccessKeyId || !SecretAccessKey || !CreateDate)
      throw new LostAnswerError('the answer to CreateAccessKey had no key');
    return { UserName: userName, AccessKeyId, Status, SecretAccessKey, CreateDate: CreateDate.toISOString() };
  },
  setStatus: async (UserName, AccessKeyId, Status) => {
    await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
  },
  remove: async (UserName, AccessKeyId) => {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })).catch((error: unknown) => {
      if (!(error instanceof NoSuchEntityException)) throw error;
    });
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

/** IAM itself said no, with a 4xx: then it did nothing. */
const isRefusal = (error: unknown): boolean => {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
};
