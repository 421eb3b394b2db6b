import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  NoSuchEntityException,
  ServiceFailureException,
  type StatusType,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import {
  findKeyUser,
  listAccessKeys,
  listUsers,
  readLastUsed,
  readRootKeyPresent,
  readUserTags,
} from '../lambda/aws/iam.ts';
import { NOW } from './builders.ts';

const never = { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' };
const iam = mockClient(IAMClient);
beforeEach(() => {
  iam.reset();
});

const call = { iam: new IAMClient({ region: 'eu-west-1' }), abortSignal: new AbortController().signal };
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const noSuchUser = new NoSuchEntityException({ message: 'The user cannot be found.', $metadata: {} });
const serviceFailure = new ServiceFailureException({ message: 'try later', $metadata: {} });

describe('listUsers', () => {
  it('follows every page, empty ones included', async () => {
    const alice = { UserName: 'alice', Arn: 'arn:aws:iam::111122223333:user/alice' } as never;
    iam
      .on(ListUsersCommand)
      .resolves({ Users: [], IsTruncated: true, Marker: 'one' })
      .on(ListUsersCommand, { Marker: 'one' })
      .resolves({ Users: [alice], IsTruncated: true, Marker: 'two' })
      .on(ListUsersCommand, { Marker: 'two' })
      .resolves({ Users: [], IsTruncated: false });
    expect(await listUsers(call)()).toEqual([{ userName: 'alice', arn: 'arn:aws:iam::111122223333:user/alice' }]);
  });
});

describe('an answer that lacks the list it was asked for', () => {
  it('is no empty list', async () => {
    iam.on(ListUsersCommand).resolves({}).on(ListAccessKeysCommand).resolves({}).on(ListUserTagsCommand).resolves({});
    await expect(listUsers(call)()).rejects.toThrow("AWS's answer has no Users");
    await expect(listAccessKeys(call)('alice')).rejects.toThrow("AWS's answer has no AccessKeyMetadata");
    await expect(readUserTags(call)('alice')).rejects.toThrow("AWS's answer has no Tags");
  });
});

describe('listAccessKeys', () => {
  const key = { AccessKeyId: KEY, Status: 'Active', CreateDate: NOW } as const;

  it('gives the keys of every page', async () => {
    iam
      .on(ListAccessKeysCommand, { UserName: 'alice' })
      .resolvesOnce({ AccessKeyMetadata: [key], IsTruncated: true, Marker: 'one' })
      .resolvesOnce({ AccessKeyMetadata: [{ ...key, Status: 'Expired' }], IsTruncated: false });
    expect(await listAccessKeys(call)('alice')).toEqual([
      { accessKeyId: KEY, status: 'Active', createDate: NOW },
      { accessKeyId: KEY, status: 'Expired', createDate: NOW },
    ]);
  });

  it('gives undefined for a user who is gone, and throws what else goes wrong', async () => {
    iam.on(ListAccessKeysCommand).rejectsOnce(noSuchUser).rejectsOnce(serviceFailure);
    expect(await listAccessKeys(call)('alice')).toBeUndefined();
    await expect(listAccessKeys(call)('alice')).rejects.toThrow('try later');
  });

  it('refuses a status that it does not know, rather than take the key for inactive', async () => {
    iam.on(ListAccessKeysCommand).resolves({ AccessKeyMetadata: [{ ...key, Status: 'Dormant' as StatusType }] });
    await expect(listAccessKeys(call)('alice')).rejects.toThrow('the unknown status "Dormant"');
  });

  it('refuses a key without a CreateDate, rather than take it for young', async () => {
    iam.on(ListAccessKeysCommand).resolves({ AccessKeyMetadata: [{ AccessKeyId: KEY, Status: 'Active' }] });
    await expect(listAccessKeys(call)('alice')).rejects.toThrow('no CreateDate');
  });
});

describe('readLastUsed', () => {
  it.each([
    [
      { LastUsedDate: NOW, ServiceName: 's3', Region: 'eu-west-1' },
      { state: 'used', date: NOW, serviceName: 's3', region: 'eu-west-1' },
    ],
    [
      { LastUsedDate: NOW, ServiceName: 'iam', Region: 'N/A' },
      { state: 'used', date: NOW, serviceName: 'iam' },
    ],
    [{ ServiceName: 'N/A', Region: 'N/A' }, { state: 'never' }],
  ])('reads %j', async (answer, expected) => {
    iam.on(GetAccessKeyLastUsedCommand, { AccessKeyId: KEY }).resolves({ AccessKeyLastUsed: answer as never });
    expect(await readLastUsed(call)(KEY)).toEqual(expected);
  });

  it('does not take an error, nor an answer without content, for never used', async () => {
    iam.on(GetAccessKeyLastUsedCommand).rejectsOnce(serviceFailure).resolvesOnce({});
    await expect(readLastUsed(call)(KEY)).rejects.toThrow('try later');
    await expect(readLastUsed(call)(KEY)).rejects.toThrow('no AccessKeyLastUsed');
  });
});

describe('readUserTags', () => {
  it('gives the tags of every page by key', async () => {
    iam
      .on(ListUserTagsCommand, { UserName: 'alice' })
      .resolvesOnce({ Tags: [{ Key: 'owner', Value: 'publishing' }], IsTruncated: true, Marker: 'one' })
      .resolvesOnce({ Tags: [{ Key: '__proto__', Value: 'x' }], IsTruncated: false });
    const tags = await readUserTags(call)('alice');
    expect(Object.entries(tags ?? {})).toEqual([
      ['owner', 'publishing'],
      ['__proto__', 'x'],
    ]);
  });

  it('gives undefined for a user who is gone', async () => {
    iam.on(ListUserTagsCommand).rejects(noSuchUser);
    expect(await readUserTags(call)('alice')).toBeUndefined();
  });
});

describe('readRootKeyPresent', () => {
  it.each([
    [1, true],
    [0, false],
  ])('reads AccountAccessKeysPresent %i as %s', async (present, expected) => {
    iam.on(GetAccountSummaryCommand).resolves({ SummaryMap: { AccountAccessKeysPresent: present } });
    expect(await readRootKeyPresent(call)()).toBe(expected);
  });

  it('does not take a summary without the number for no key', async () => {
    iam.on(GetAccountSummaryCommand).resolves({ SummaryMap: {} });
    await expect(readRootKeyPresent(call)()).rejects.toThrow('no AccountAccessKeysPresent');
  });
});

describe('findKeyUser', () => {
  it('gives the name of the user', async () => {
    iam.on(GetAccessKeyLastUsedCommand, { AccessKeyId: KEY }).resolves({ UserName: 'alice', AccessKeyLastUsed: never });
    expect(await findKeyUser(call)(KEY)).toBe('alice');
  });

  it('does not take an answer without anything for an unknown key', async () => {
    iam.on(GetAccessKeyLastUsedCommand).resolves({});
    await expect(findKeyUser(call)(KEY)).rejects.toThrow('has no AccessKeyLastUsed');
  });

  it.each([
    ['AccessDenied', Object.assign(new Error('not authorized'), { name: 'AccessDenied' })],
    ['AccessDeniedException', Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })],
    ['NoSuchEntity', noSuchUser],
  ])('gives undefined where AWS answers %s', async (_, error) => {
    iam.on(GetAccessKeyLastUsedCommand).rejects(error);
    expect(await findKeyUser(call)(KEY)).toBeUndefined();
  });

  it('throws what else goes wrong', async () => {
    iam.on(GetAccessKeyLastUsedCommand).rejects(serviceFailure);
    await expect(findKeyUser(call)(KEY)).rejects.toThrow('try later');
  });
});
