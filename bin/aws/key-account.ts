import { GetAccessKeyInfoCommand, type STSClient } from '@aws-sdk/client-sts';

/** How STS says that it knows no such key: of a wrong form, or of a right one. */
const notAKey = ['ValidationError', 'InvalidClientTokenId'];

/**
 * The id of the account that an access key belongs to, whosever it is; `undefined` where AWS knows no such key.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 * Rejects with the SDK's error where the caller may not ask. The same refusal stands for credentials that AWS does not
 * know: ask with ones that AWS has accepted before.
 */
export const readKeyAccount =
  ({ sts, abortSignal }: { sts: STSClient; abortSignal: AbortSignal }) =>
  async (accessKeyId: string): Promise<string | undefined> => {
    try {
      return (await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }), { abortSignal })).Account;
    } catch (error) {
      if (error instanceof Error && notAKey.includes(error.name)) return undefined;
      throw error;
    }
  };
