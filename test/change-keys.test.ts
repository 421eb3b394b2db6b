import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from '@jest/globals';
import { changeKeys } from '../bin/aws/change-keys.ts';
import { FIRST_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeUserOverrides, fakeWorld } from './fake-aws/index.ts';

type Wait = (ms: number) => Promise<void>;

const withUser = async (
  user: FakeUserOverrides,
  wait: Wait = async () => {},
  client: Partial<IAMClientConfig> = {},
) => {
  const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users: [{ userName: 'alice', ...user }] }] }) });
  const options = { ...aws.clientConfig, ...client };
  const keys = changeKeys(new IAMClient(options), new IAMClient({ ...options, maxAttempts: 1 }), wait);
  return { aws, keys, user: aws.world.accounts[0]!.users[0]! };
};

let closeServer = (): void => {};
afterEach(() => closeServer());

/** What is on the other end of the connection, instead of AWS: its address. */
const listening = async (onConnection: (socket: Socket) => void): Promise<string> => {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeServer = () => void server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('creating a key', () => {
  it.each(['reset', 'error500', 'malformed'] as const)(
    'is tried once, and nobody knows what came of it after %s',
    async (kind) => {
      const { aws, keys } = await withUser({});
      aws.faults.add({ operation: 'iam:CreateAccessKey', kind });
      await expect(keys.create('alice')).rejects.toMatchObject({ name: 'LostAnswerError' });
      expect(aws.calls.count('iam:CreateAccessKey')).toBe(1);
    },
  );

  it.each([
    ['is reset', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['is closed', (socket: Socket) => socket.once('data', () => socket.end())],
    [
      'ends at a proxy that refuses',
      (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n<p>Gateway')),
    ],
  ])('is a lost answer where the connection %s after the call was sent', async (_what, onConnection) => {
    const { keys } = await withUser({}, undefined, { endpoint: await listening(onConnection) });
    await expect(keys.create('alice')).rejects.toMatchObject({ name: 'LostAnswerError' });
  });

  it.each([
    ['deny', 'AccessDenied'],
    ['throttle', 'Throttling'],
    ['limit-exceeded', 'LimitExceededException'],
    ['expired-token', 'ExpiredToken'],
  ] as const)('is tried once, and made none where IAM refuses: %s', async (kind, name) => {
    const { aws, keys, user } = await withUser({});
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind });
    await expect(keys.create('alice')).rejects.toMatchObject({ name });
    expect(aws.calls.count('iam:CreateAccessKey')).toBe(1);
    expect(user.keys).toEqual([]);
  });

  const expired = Object.assign(new Error('Token is expired'), { name: 'CredentialsProviderError' });
  it.each([
    ['have expired here', () => Promise.reject(expired), 'Token is expired'],
    ['lack the key', async () => ({}) as never, 'credential object is not valid'],
  ])('is not even tried where the credentials %s', async (_what, credentials, reason) => {
    const { aws, keys } = await withUser({}, undefined, { credentials });
    await expect(keys.create('alice')).rejects.toMatchObject({
      name: expect.not.stringMatching('LostAnswerError'),
      message: expect.stringContaining(reason),
    });
    expect(aws.calls.all).toEqual([]);
  });

  it('made none where nobody is there to be asked', async () => {
    const { aws, keys } = await withUser({});
    await aws.close();
    await expect(keys.create('alice')).rejects.toMatchObject({
      name: expect.not.stringMatching('LostAnswerError'),
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('undoing a creation', () => {
  const created = { UserName: 'alice', AccessKeyId: FIRST_KEY };

  it('deletes the key, and asks IAM whether it is gone', async () => {
    const { aws, keys, user } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    await keys.undoCreate(created);
    expect(user.keys).toEqual([]);
    expect(aws.calls.byOperation()).toEqual({ 'iam:DeleteAccessKey': 1, 'iam:ListAccessKeys': 1 });
  });

  it('waits for a key that IAM does not know yet', async () => {
    const waits: number[] = [];
    const { aws, keys, user } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] }, async (ms) => {
      waits.push(ms);
      if (waits.length === 4) user.keys.push(...late);
    });
    const late = user.keys.splice(0);
    await keys.undoCreate(created);
    expect(user.keys).toEqual([]);
    expect(waits).toEqual([0, 1_000, 2_000, 4_000]);
    expect(aws.calls.count('iam:DeleteAccessKey')).toBe(4);
  });

  it('goes on where IAM said that it deletes the key, and lists it all the same', async () => {
    const { aws, keys, user } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    aws.faults.add({ operation: 'iam:DeleteAccessKey', kind: 'error', status: 200, nth: 1 });
    await keys.undoCreate(created);
    expect(user.keys).toEqual([]);
    expect(aws.calls.count('iam:DeleteAccessKey')).toBe(2);
  });

  it('takes a key for gone that IAM has not known for half a minute', async () => {
    let waited = 0;
    const { keys } = await withUser({}, async (ms) => {
      waited += ms;
    });
    await keys.undoCreate(created);
    expect(waited).toBe(30_000);
  });

  it.each([
    ['IAM goes on listing it', 'not-found', 'IAM still lists it'],
    ['IAM refuses', 'deny', 'not authorized'],
  ] as const)('rejects where %s', async (_what, kind, reason) => {
    const { aws, keys } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    aws.faults.add({ operation: 'iam:DeleteAccessKey', kind });
    await expect(keys.undoCreate(created)).rejects.toThrow(reason);
  });

  it('rejects where IAM does not say whether the key is gone', async () => {
    const { aws, keys } = await withUser({ keys: [{ accessKeyId: FIRST_KEY }] });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'deny' });
    await expect(keys.undoCreate(created)).rejects.toThrow('not authorized');
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
