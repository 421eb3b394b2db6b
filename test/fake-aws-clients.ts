/** What the tests of the embedded AWS share: starting it, and asking it through the real SDK clients. */

import { GetCredentialReportCommand, type IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach } from '@jest/globals';
import { type FakeAws, type FakeAwsOptions, HUB_ACCOUNT_ID, startFakeAws } from './fake-aws/index.ts';

export const OTHER = '444455556666';
export const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;

let running: FakeAws[] = [];
afterEach(async () => {
  await Promise.all(running.map((aws) => aws.close()));
  running = [];
});

export const start = async (options: FakeAwsOptions = {}): Promise<FakeAws> => {
  const aws = await startFakeAws(options);
  running.push(aws);
  return aws;
};

export const once = (aws: FakeAws) => ({ ...aws.clientConfig, maxAttempts: 1 });

/** What a caller can see of an error: name, status, message. */
export const refusal = async (
  promise: Promise<unknown>,
): Promise<{ name: string; status: number | undefined; message: string }> => {
  try {
    await promise;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error('it was not refused');
};

export const collect = async <Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const page of pages) all.push(...(items(page) ?? []));
  return all;
};

export const assume = async (
  aws: FakeAws,
  accountId: string,
  input: { ExternalId?: string; DurationSeconds?: number } = {},
) => {
  const { Credentials } = await new STSClient(once(aws)).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/keyaudit`,
      RoleSessionName: 'keyaudit',
      ...input,
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
};

export const report = async (iam: IAMClient): Promise<string> => {
  const { Content } = await iam.send(new GetCredentialReportCommand({}));
  return Buffer.from(Content ?? []).toString();
};
