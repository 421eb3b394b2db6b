import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { FIRST_KEY, NOW } from './builders.ts';
import { type FakeAws, type FakeUserOverrides, fakeWorld, HUB_CREDENTIALS } from './fake-aws/index.ts';
import { once, refusal, start } from './fake-aws-clients.ts';

const withAlice = (alice: FakeUserOverrides = {}): Promise<FakeAws> =>
  start({ now: () => NOW, world: fakeWorld({ accounts: [{ users: [{ userName: 'alice', ...alice }] }] }) });
const alice = (aws: FakeAws) => aws.world.accounts[0]!.users[0]!;
const create = (aws: FakeAws, UserName = 'alice') =>
  new IAMClient(once(aws)).send(new CreateAccessKeyCommand({ UserName }));

describe('CreateAccessKey', () => {
  it('makes an Active key of this instant, and tells its secret this once', async () => {
    const aws = await withAlice();
    const { AccessKey } = await create(aws);
    expect(alice(aws).keys).toEqual([{ accessKeyId: AccessKey?.AccessKeyId, status: 'Active', created: NOW }]);
    expect(AccessKey).toEqual({
      UserName: 'alice',
      AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{9}EXAMPLE$/),
      Status: 'Active',
      SecretAccessKey: `${HUB_CREDENTIALS.secretAccessKey}/1`,
      CreateDate: NOW,
    });
  });

  it('gives every key its own id and secret, which tests can look for', async () => {
    const aws = await withAlice();
    const keys = [(await create(aws)).AccessKey, (await create(aws)).AccessKey];
    expect(new Set(keys.map((key) => key?.AccessKeyId)).size).toBe(2);
    expect(keys.map((key) => key?.SecretAccessKey)).toEqual(aws.secretAccessKeys);
    expect(new Set(aws.secretAccessKeys).size).toBe(2);
  });

  it('refuses a third key, whatever the status of the two, and a user who is not there', async () => {
    const aws = await withAlice({ keys: [{}, { status: 'Inactive' }] });
    expect(await refusal(create(aws))).toEqual({
      name: 'LimitExceededException',
      status: 409,
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    expect(await refusal(create(aws, 'bob'))).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
    expect(aws.secretAccessKeys).toEqual([]);
  });

  it('that is cut off has made the key', async () => {
    const aws = await withAlice();
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind: 'reset' });
    await expect(create(aws)).rejects.toThrow();
    expect(alice(aws).keys).toHaveLength(1);
  });
});

describe('UpdateAccessKey and DeleteAccessKey', () => {
  const key = { AccessKeyId: FIRST_KEY, UserName: 'alice' };

  it('change the world', async () => {
    const aws = await withAlice({ keys: [{ accessKeyId: FIRST_KEY }, {}] });
    const iam = new IAMClient(once(aws));
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    expect(alice(aws).keys.map(({ status }) => status)).toEqual(['Inactive', 'Active']);
    await iam.send(new DeleteAccessKeyCommand(key));
    expect(alice(aws).keys.map(({ status }) => status)).toEqual(['Active']);
    expect(await refusal(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: FIRST_KEY })))).toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('do not know a key of another user, nor a status of another kind', async () => {
    const aws = await start({
      world: fakeWorld({
        accounts: [{ users: [{ userName: 'alice' }, { userName: 'bob', keys: [{ accessKeyId: FIRST_KEY }] }] }],
      }),
    });
    const iam = new IAMClient(once(aws));
    const noSuchKey = {
      name: 'NoSuchEntityException',
      status: 404,
      message: `The Access Key with id ${FIRST_KEY} cannot be found.`,
    };
    expect(await refusal(iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' })))).toEqual(noSuchKey);
    expect(await refusal(iam.send(new DeleteAccessKeyCommand(key)))).toEqual(noSuchKey);
    const expired = new UpdateAccessKeyCommand({ ...key, UserName: 'bob', Status: 'Expired' });
    expect(await refusal(iam.send(expired))).toMatchObject({ name: 'ValidationError', status: 400 });
  });
});

describe('TagUser and UntagUser', () => {
  const tag = (aws: FakeAws, ...Tags: { Key: string; Value: string }[]) =>
    new IAMClient(once(aws)).send(new TagUserCommand({ UserName: 'alice', Tags }));

  it('write, overwrite and take away, whatever the case of a tag’s key', async () => {
    const aws = await withAlice({ tags: { Owner: '2ndline', team: 'a' } });
    await tag(aws, { Key: 'owner', Value: 'é: a_b./=+-@9' }, { Key: FIRST_KEY, Value: '' });
    expect(alice(aws).tags).toEqual({ Owner: 'é: a_b./=+-@9', team: 'a', [FIRST_KEY]: '' });
    await new IAMClient(once(aws)).send(new UntagUserCommand({ UserName: 'alice', TagKeys: ['OWNER', 'absent'] }));
    expect(alice(aws).tags).toEqual({ team: 'a', [FIRST_KEY]: '' });
  });

  it.each([
    ['a value with #', { Key: 'a', Value: '#support' }, 'ValidationError'],
    ['a value with a comma', { Key: 'a', Value: 'a, b' }, 'ValidationError'],
    ['a key with brackets', { Key: 'a(b)', Value: '' }, 'ValidationError'],
    ['a value of 257 characters', { Key: 'a', Value: 'v'.repeat(257) }, 'ValidationError'],
    ['a key of 129 characters', { Key: 'k'.repeat(129), Value: '' }, 'ValidationError'],
    ['a key of AWS’s own', { Key: 'aws:a', Value: '' }, 'InvalidInputException'],
  ])('refuse %s', async (_, Tag, name) => {
    const aws = await withAlice();
    expect(await refusal(tag(aws, Tag))).toMatchObject({ name, status: 400 });
    expect(alice(aws).tags).toEqual({});
  });

  it('take 50 tags of the longest, and not one more', async () => {
    const aws = await withAlice();
    const longest = (number: number) => ({ Key: `${number}`.padEnd(128, 'k'), Value: 'v'.repeat(256) });
    await tag(aws, ...Array.from({ length: 50 }, (_, number) => longest(number)));
    expect(await refusal(tag(aws, longest(50)))).toMatchObject({ name: 'LimitExceededException', status: 409 });
    await tag(aws, longest(49));
    expect(Object.keys(alice(aws).tags)).toHaveLength(50);
  });
});

describe('changes', () => {
  it('leave events of the caller’s key in us-east-1, refused ones too, without any secret', async () => {
    const aws = await withAlice({ keys: [{ accessKeyId: FIRST_KEY }] });
    const iam = new IAMClient({ ...once(aws), region: 'eu-west-1', customUserAgent: 'test/1' });
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    await refusal(iam.send(new CreateAccessKeyCommand({ UserName: 'alice' })));
    const update = { UserName: 'alice', AccessKeyId: FIRST_KEY, Status: 'Inactive' } as const;
    await iam.send(new UpdateAccessKeyCommand(update));
    const { Events = [] } = await new CloudTrailClient(once(aws)).send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: HUB_CREDENTIALS.accessKeyId }],
      }),
    );
    const records = Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? ''));
    const common = {
      eventSource: 'iam.amazonaws.com',
      awsRegion: 'us-east-1',
      eventTime: '2026-11-23T09:00:00Z',
      sourceIPAddress: '192.0.2.1',
      userAgent: expect.stringContaining('test/1'),
      userIdentity: expect.objectContaining({ accessKeyId: HUB_CREDENTIALS.accessKeyId }),
    };
    expect(records).toEqual([
      expect.objectContaining({
        ...common,
        eventName: 'CreateAccessKey',
        requestParameters: { userName: 'alice' },
        responseElements: {
          accessKey: { userName: 'alice', accessKeyId: AccessKey?.AccessKeyId, status: 'Active' },
        },
      }),
      expect.objectContaining({ ...common, eventName: 'CreateAccessKey', errorCode: 'LimitExceededException' }),
      expect.objectContaining({
        ...common,
        eventName: 'UpdateAccessKey',
        requestParameters: { userName: 'alice', accessKeyId: FIRST_KEY, status: 'Inactive' },
        responseElements: null,
      }),
    ]);
    expect(JSON.stringify(Events)).not.toContain(HUB_CREDENTIALS.secretAccessKey);
  });
});
