import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { readKeyAccount } from '../bin/aws/key-account.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeAws, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';

const OTHER = '444455556666';
const ask = (aws: FakeAws, accessKeyId: string) =>
  readKeyAccount({
    sts: new STSClient({ ...aws.clientConfig, maxAttempts: 1 }),
    abortSignal: new AbortController().signal,
  })(accessKeyId);

describe('the account of a key', () => {
  it('is told, whosever the key is', async () => {
    const keys = [{ accessKeyId: SECOND_KEY }];
    const aws = await embeddedAws({ world: fakeWorld({ accounts: [{}, { id: OTHER, users: [{ keys }] }] }) });
    expect(await ask(aws, SECOND_KEY)).toBe(OTHER);
    expect(await ask(aws, FIRST_KEY)).toBe(HUB_ACCOUNT_ID);
  });

  it.each(['AKIAAAAAAAAABEXAMPLE', 'AKIA'])('is undefined for %s, which is no key', async (accessKeyId) => {
    expect(await ask(await embeddedAws(), accessKeyId)).toBeUndefined();
  });

  it.each([
    ['deny', 'AccessDenied'],
    ['throttle', 'Throttling'],
    ['expired-token', 'ExpiredToken'],
  ] as const)('that AWS does not tell (%s) is an error', async (kind, name) => {
    const aws = await embeddedAws();
    aws.faults.add({ operation: 'sts:GetAccessKeyInfo', kind });
    await expect(ask(aws, FIRST_KEY)).rejects.toMatchObject({ name });
  });
});
