import { IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { changeKeys } from '../bin/aws/change-keys.ts';
import { FIRST_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeUserOverrides, fakeWorld } from './fake-aws/index.ts';

const withUser = async (user: FakeUserOverrides) => {
  const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users: [{ userName: 'alice', ...user }] }] }) });
  const keys = changeKeys(new IAMClient(aws.clientConfig), new IAMClient({ ...aws.clientConfig, maxAttempts: 1 }));
  return { aws, keys, user: aws.world.accounts[0]!.users[0]! };
};

describe('creating a key', () => {
  it.each(['reset', 'error500', 'malformed'] as const)('is tried once, and is a lost answer after %s', async (kind) => {
    const { aws, keys } = await withUser({});
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind });
    await expect(keys.create('alice')).rejects.toMatchObject({ name: 'LostAnswerError' });
    expect(aws.calls.count('iam:CreateAccessKey')).toBe(1);
  });

  it.each([
    ['deny', 'AccessDenied'],
    ['throttle', 'Throttling'],
    ['limit-exceeded', 'LimitExceededException'],
  ] as const)('is tried once, and made none where IAM refuses: %s', async (kind, name) => {
    const { aws, keys, user } = await withUser({});
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind });
    await expect(keys.create('alice')).rejects.toMatchObject({ name });
    expect(aws.calls.count('iam:CreateAccessKey')).toBe(1);
    expect(user.keys).toEqual([]);
  });
});

describe('what can be done twice', () => {
  it('is tried again, and a key that is gone already is deleted', async () => {
    const { aws, keys, user } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    aws.faults.add({ operation: 'iam:DeleteAccessKey', kind: 'reset', nth: 1 });
    await keys.remove('alice', FIRST_KEY);
    expect(user.keys).toEqual([]);
    expect(aws.calls.count('iam:DeleteAccessKey')).toBe(2);
  });

  it('rejects where IAM refuses it', async () => {
    const { aws, keys } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    aws.faults.add({ operation: 'iam:*', kind: 'deny' });
    await expect(keys.remove('alice', FIRST_KEY)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(keys.setStatus('alice', FIRST_KEY, 'Inactive')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(keys.untag('alice', ['x'])).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
