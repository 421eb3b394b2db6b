import { DeleteAccessKeyCommand, DeleteUserCommand, type IAMClient } from '@aws-sdk/client-iam';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { listAccessKeys, listUsers, readLastUsed, readRootKeyPresent, readUserTags } from '../../lambda/aws/iam.ts';
import { daysAgo, hoursAgo, never, used } from '../builders.ts';
import { emptyMoto, HUB, iamOf, STAGING, seedRootKey, seedUser } from './moto.ts';

const callOf = (iam: IAMClient) => ({ iam, abortSignal: new AbortController().signal });

let hub: ReturnType<typeof callOf>;
let staging: ReturnType<typeof callOf>;

beforeAll(async () => {
  await emptyMoto();
  hub = callOf(await iamOf(HUB));
  staging = callOf(await iamOf(STAGING));
});

const deleteKey = (userName: string, accessKeyId: string) =>
  hub.iam.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId }));

describe('listUsers', () => {
  it('gives the users of its own account only', async () => {
    await seedUser(HUB, { userName: 'alice' });
    await seedUser(HUB, { userName: 'bob@example.com' });
    await seedUser(STAGING, { userName: 'carol' });
    expect(await listUsers(hub)()).toEqual([
      { userName: 'alice', arn: 'arn:aws:iam::123456789012:user/alice' },
      { userName: 'bob@example.com', arn: 'arn:aws:iam::123456789012:user/bob@example.com' },
    ]);
    expect(await listUsers(staging)()).toEqual([{ userName: 'carol', arn: 'arn:aws:iam::111122223333:user/carol' }]);
  });

  it('gives no users of an account without any', async () => {
    expect(await listUsers(callOf(await iamOf('444455556666')))()).toEqual([]);
  });
});

describe('listAccessKeys', () => {
  it('gives every key with its status and CreateDate', async () => {
    const [first, second] = await seedUser(HUB, {
      userName: 'two-keys',
      accessKeys: [{ createDate: daysAgo(100), status: 'Inactive' }, { createDate: daysAgo(3) }],
    });
    expect(await listAccessKeys(hub)('two-keys')).toEqual([
      { accessKeyId: first, status: 'Inactive', createDate: daysAgo(100) },
      { accessKeyId: second, status: 'Active', createDate: daysAgo(3) },
    ]);
  });

  it('knows the status Expired', async () => {
    await seedUser(HUB, { userName: 'expired', accessKeys: [{ status: 'Expired' }] });
    expect(await listAccessKeys(hub)('expired')).toMatchObject([{ status: 'Expired' }]);
  });

  it('gives an empty list for a user without keys', async () => {
    await seedUser(HUB, { userName: 'no-keys', accessKeys: [] });
    expect(await listAccessKeys(hub)('no-keys')).toEqual([]);
  });

  it('gives undefined for a user that was deleted', async () => {
    const [accessKeyId] = await seedUser(HUB, { userName: 'gone' });
    await deleteKey('gone', accessKeyId!);
    await hub.iam.send(new DeleteUserCommand({ UserName: 'gone' }));
    expect(await listAccessKeys(hub)('gone')).toBeUndefined();
  });
});

describe('readLastUsed', () => {
  it('gives date, service and region of a key in use', async () => {
    const lastUsed = used(hoursAgo(5), { serviceName: 'ses', region: 'eu-west-1' });
    const [accessKeyId] = await seedUser(HUB, { userName: 'in-use', accessKeys: [{ lastUsed }] });
    expect(await readLastUsed(hub)(accessKeyId!)).toEqual(lastUsed);
  });

  it('leaves out what AWS calls N/A', async () => {
    const [accessKeyId] = await seedUser(HUB, { userName: 'n-a', accessKeys: [{ lastUsed: used(hoursAgo(5)) }] });
    expect(await readLastUsed(hub)(accessKeyId!)).toEqual({ state: 'used', date: hoursAgo(5) });
  });

  it('gives never for a key that was not used', async () => {
    const [accessKeyId] = await seedUser(HUB, { userName: 'not-used', accessKeys: [{ lastUsed: never }] });
    expect(await readLastUsed(hub)(accessKeyId!)).toEqual({ state: 'never' });
  });

  it('rejects for a deleted key, which moto calls NoSuchEntity and IAM forbidden', async () => {
    const [accessKeyId] = await seedUser(HUB, { userName: 'key-deleted' });
    await deleteKey('key-deleted', accessKeyId!);
    await expect(readLastUsed(hub)(accessKeyId!)).rejects.toThrow('cannot be found');
  });
});

describe('readUserTags', () => {
  it('gives all tags', async () => {
    const tags = { owner: 'team-a', AKIAIOSFODNN7EXAMPLE: 'support app in hieradata', empty: '' };
    await seedUser(HUB, { userName: 'tagged', tags });
    expect(await readUserTags(hub)('tagged')).toEqual(tags);
  });

  it('gives no tags of a user without any', async () => {
    await seedUser(HUB, { userName: 'untagged' });
    expect(await readUserTags(hub)('untagged')).toEqual({});
  });

  it('gives undefined for a user that does not exist', async () => {
    expect(await readUserTags(hub)('nobody')).toBeUndefined();
  });
});

describe('readRootKeyPresent', () => {
  it('is false, and true once root has a key', async () => {
    expect(await readRootKeyPresent(hub)()).toBe(false);
    await seedRootKey(HUB);
    expect(await readRootKeyPresent(hub)()).toBe(true);
    expect(await readRootKeyPresent(staging)()).toBe(false);
  });
});
