import { STSClient } from '@aws-sdk/client-sts';
import type { Settings } from '../lambda/settings.ts';
import { UsageError } from './exit-codes.ts';
import { connectOperator, type Operator } from './operator.ts';

/** Whether AWS can be asked: by whom; or nobody gave credentials; or those that there are do not work. */
export type Reach = { operator: Operator } | { withoutAws: string } | { problem: UsageError };

/** Never rejects for want of credentials: some work goes on without. */
export const reachAws = async (settings: Settings, signal: AbortSignal): Promise<Reach> => {
  try {
    return { operator: await connectOperator(settings, signal) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const without = hasNoCredentials(error.cause) || (hasNoRegion(error.cause) && (await nobodyGaveCredentials()));
    return without ? { withoutAws: 'there are no AWS credentials' } : { problem: error };
  }
};

/** For what cannot be done without AWS. Rejects with a `UsageError` that says what to do. */
export const requireAws = async (settings: Settings, signal: AbortSignal): Promise<Operator> => {
  const reach = await reachAws(settings, signal);
  if ('operator' in reach) return reach.operator;
  throw 'problem' in reach ? reach.problem : new UsageError(`There are no AWS credentials: ${HOW_TO_SIGN_IN}`);
};

export const HOW_TO_SIGN_IN = 'sign in (aws sso login), or check AWS_PROFILE';

/**
 * The end of the SDK's chain of providers. An expired session of a provider that somebody did set up ends elsewhere.
 * https://github.com/aws/aws-sdk-js-v3/blob/main/packages/credential-provider-node/src/defaultProvider.ts
 */
const hasNoCredentials = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'CredentialsProviderError' &&
  /Could not load credentials from any providers/.test(error.message);

const hasNoRegion = (error: unknown): boolean => error instanceof Error && /Region is missing/.test(error.message);

/** Looks for credentials without a region of one's own; the one that stands here is not asked anything. */
const nobodyGaveCredentials = async (): Promise<boolean> => {
  try {
    await new STSClient({ region: 'us-east-1' }).config.credentials();
    return false;
  } catch (error) {
    return hasNoCredentials(error);
  }
};
