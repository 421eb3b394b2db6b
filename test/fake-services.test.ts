import { GetAccessKeyLastUsedCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  ListRootsCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { GetAccessKeyInfoCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { NOW } from './builders.ts';
import { type FakeAws, fakeWorld, HUB_ACCOUNT_ID, HUB_CREDENTIALS } from './fake-aws/index.ts';
import { assume, collect, OTHER, once, refusal, start, TOPIC } from './fake-aws-clients.ts';

describe('credentials', () => {
  it('say who the caller is, before and after AssumeRole', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ id: OTHER }] }) });
    expect(await new STSClient(once(aws)).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: HUB_ACCOUNT_ID,
    });
    const session = new STSClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: OTHER,
      Arn: `arn:aws:sts::${OTHER}:assumed-role/keyaudit/keyaudit`,
    });
  });

  it('show only the account they belong to', async () => {
    const aws = await start({
      world: fakeWorld({
        accounts: [{ users: [{ userName: 'hub' }] }, { id: OTHER, users: [{ userName: 'other', keys: [{}] }] }],
      }),
    });
    const names = async (iam: IAMClient) =>
      (await iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName);
    const hub = new IAMClient(once(aws));
    const other = new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    expect([await names(hub), await names(other)]).toEqual([['hub'], ['other']]);
    const AccessKeyId = aws.world.accounts[1]?.users[0]?.keys[0]?.accessKeyId;
    expect(await refusal(hub.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })))).toMatchObject({
      name: 'AccessDenied',
    });
    expect(aws.calls.all.map(({ operation, account }) => `${operation} ${account}`)).toEqual([
      `sts:AssumeRole ${HUB_ACCOUNT_ID}`,
      `iam:ListUsers ${HUB_ACCOUNT_ID}`,
      `iam:ListUsers ${OTHER}`,
      `iam:GetAccessKeyLastUsed ${HUB_ACCOUNT_ID}`,
    ]);
  });

  it.each([
    ['no such account', { id: '777788889999' }, {}],
    ['no such role', { roles: [] }, {}],
    ['a missing external id', { roles: [{ roleName: 'keyaudit', externalId: 'expected' }] }, {}],
    ['a wrong external id', { roles: [{ roleName: 'keyaudit', externalId: 'expected' }] }, { ExternalId: 'other' }],
  ])('are refused for %s', async (_, account, input) => {
    const aws = await start({ world: fakeWorld({ accounts: [{ id: OTHER, ...account }] }) });
    expect(await refusal(assume(aws, OTHER, input))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${HUB_ACCOUNT_ID}:user/hub is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${OTHER}:role/keyaudit`,
    });
  });

  it('are given for the right external id, and for an hour at most', async () => {
    const aws = await start({
      world: fakeWorld({ accounts: [{ id: OTHER, roles: [{ roleName: 'keyaudit', externalId: 'expected' }] }] }),
    });
    expect((await assume(aws, OTHER, { ExternalId: 'expected', DurationSeconds: 3600 })).accessKeyId).toMatch(
      /^ASIA[A-Z2-7]{9}EXAMPLE$/,
    );
    expect(await refusal(assume(aws, OTHER, { ExternalId: 'expected', DurationSeconds: 3601 }))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
    expect(await refusal(assume(aws, OTHER, { ExternalId: 'e' }))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
  });

  it('tell the account of any key, whosever it is', async () => {
    const aws = await start({
      world: fakeWorld({ accounts: [{}, { id: OTHER, users: [{ keys: [{}] }], root: { keys: [{}] } }] }),
    });
    const accountOf = async (AccessKeyId: string) =>
      (await new STSClient(once(aws)).send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account;
    const { accessKeyId: session } = await assume(aws, OTHER);
    const [, other] = aws.world.accounts;
    const keys = [...(other?.users[0]?.keys ?? []), ...(other?.root.keys ?? [])].map(({ accessKeyId }) => accessKeyId);
    expect(await Promise.all([...keys, session, HUB_CREDENTIALS.accessKeyId].map(accountOf))).toEqual([
      OTHER,
      OTHER,
      OTHER,
      HUB_ACCOUNT_ID,
    ]);
    expect(await refusal(accountOf('AKIAI44QH8DHBEXAMPLE'))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    expect(await refusal(accountOf('AKIA-short-one-AKIA'))).toMatchObject({ name: 'ValidationError', status: 400 });
  });

  it('expire by the injected clock', async () => {
    let now = NOW;
    const aws = await start({ now: () => now, world: fakeWorld({ accounts: [{ id: OTHER }] }) });
    const credentials = await assume(aws, OTHER, { DurationSeconds: 900 });
    const iam = new IAMClient({ ...once(aws), credentials });
    now = new Date(NOW.getTime() + 899_999);
    await iam.send(new ListUsersCommand({}));
    now = new Date(NOW.getTime() + 900_000);
    expect(await refusal(iam.send(new ListUsersCommand({})))).toMatchObject({ name: 'ExpiredToken', status: 403 });
    const organizations = new OrganizationsClient({ ...once(aws), credentials });
    expect(await refusal(organizations.send(new ListRootsCommand({})))).toMatchObject({
      name: 'ExpiredTokenException',
    });
  });

  it('that nobody knows are refused, in the words of the protocol', async () => {
    const aws = await start();
    const credentials = {
      accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
      secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
    };
    expect(await refusal(new IAMClient({ ...once(aws), credentials }).send(new ListUsersCommand({})))).toEqual({
      name: 'InvalidClientTokenId',
      status: 403,
      message: 'The security token included in the request is invalid.',
    });
    expect(
      await refusal(new OrganizationsClient({ ...once(aws), credentials }).send(new ListRootsCommand({}))),
    ).toMatchObject({
      name: 'UnrecognizedClientException',
      status: 400,
    });
    expect(aws.calls.all.map(({ account }) => account)).toEqual(['', '']);
  });
});

describe('Organizations', () => {
  const OU = 'ou-exam-production1';
  const NESTED = 'ou-exam-nestedunit1';
  const organization = {
    units: [
      { id: OU, name: 'production' },
      { id: NESTED, name: 'nested', parentId: OU },
    ],
    members: [
      { id: HUB_ACCOUNT_ID, name: 'management' },
      { id: OTHER, name: 'production', parentId: NESTED },
      { id: '777788889999', name: 'closed', parentId: OU, state: 'SUSPENDED', status: undefined },
    ],
  };

  it.each([{}, { size: 1 }, { size: 1, empty: true }])(
    'lists accounts with State and Status, paging %j',
    async (paging) => {
      const aws = await start({ world: fakeWorld({ organization, paging }) });
      const accounts = await collect(
        paginateListAccounts({ client: new OrganizationsClient(once(aws)) }, {}),
        ({ Accounts }) => Accounts,
      );
      expect(accounts.map(({ Id, Name, State, Status }) => ({ Id, Name, State, Status }))).toEqual([
        { Id: HUB_ACCOUNT_ID, Name: 'management', State: 'ACTIVE', Status: 'ACTIVE' },
        { Id: OTHER, Name: 'production', State: 'ACTIVE', Status: 'ACTIVE' },
        { Id: '777788889999', Name: 'closed', State: 'SUSPENDED', Status: undefined },
      ]);
      expect(accounts[0]?.JoinedTimestamp).toEqual(new Date('2026-01-01T00:00:00Z'));
    },
  );

  it('walks down from the root through nested units', async () => {
    const aws = await start({ world: fakeWorld({ organization, paging: { size: 1, empty: true } }) });
    const client = new OrganizationsClient(once(aws));
    const units = (ParentId: string) =>
      collect(paginateListOrganizationalUnitsForParent({ client }, { ParentId }), (page) =>
        page.OrganizationalUnits?.map(({ Id }) => Id),
      );
    const accounts = (ParentId: string) =>
      collect(paginateListAccountsForParent({ client }, { ParentId }), (page) => page.Accounts?.map(({ Id }) => Id));
    aws.world.paging.empty = false;
    const root = (await client.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? '';
    aws.world.paging.empty = true;
    expect([await units(root), await units(OU), await units(NESTED)]).toEqual([[OU], [NESTED], []]);
    expect([await accounts(root), await accounts(OU), await accounts(NESTED)]).toEqual([
      [HUB_ACCOUNT_ID],
      ['777788889999'],
      [OTHER],
    ]);
    expect(await refusal(accounts('ou-exam-nosuchunit1'))).toMatchObject({ name: 'ParentNotFoundException' });
    expect(await refusal(accounts('production'))).toMatchObject({ name: 'InvalidInputException' });
  });

  it('refuses accounts outside, members without delegation, and an organization that is not there', async () => {
    const world = fakeWorld({ organization, accounts: [{ id: OTHER }, { id: '999900001111' }] });
    const aws = await start({ world });
    const as = async (id: string) =>
      new OrganizationsClient({ ...once(aws), credentials: await assume(aws, id) }).send(new ListRootsCommand({}));
    expect(await refusal(as('999900001111'))).toMatchObject({ name: 'AWSOrganizationsNotInUseException', status: 400 });
    expect(await refusal(as(OTHER))).toMatchObject({ name: 'AccessDeniedException', status: 400 });
    world.organization?.delegatedAdministrators.push(OTHER);
    expect((await as(OTHER)).Roots).toHaveLength(1);
    world.organization = undefined;
    expect(await refusal(as(OTHER))).toMatchObject({ name: 'AWSOrganizationsNotInUseException' });
  });
});

describe('SNS', () => {
  const publish = async (aws: FakeAws, input: Partial<PublishCommandInput>) =>
    new SNSClient(once(aws)).send(new PublishCommand({ TopicArn: TOPIC, Message: 'hello', ...input }));
  const withTopic = () => start({ world: fakeWorld({ topicArns: [TOPIC] }) });

  it('keeps what was published', async () => {
    const aws = await withTopic();
    const { MessageId } = await publish(aws, {
      Subject: '2 keys to rotate',
      Message: 'é & <ü>\nline two',
      MessageAttributes: {
        severity: { DataType: 'String', StringValue: 'high' },
        findings: { DataType: 'Number', StringValue: '2' },
      },
    });
    expect(aws.sns.published).toEqual([
      {
        messageId: MessageId,
        topicArn: TOPIC,
        subject: '2 keys to rotate',
        message: 'é & <ü>\nline two',
        messageStructure: undefined,
        attributes: { severity: { type: 'String', value: 'high' }, findings: { type: 'Number', value: '2' } },
      },
    ]);
  });

  it.each<[string, Partial<PublishCommandInput>, string]>([
    ['an unknown topic', { TopicArn: `${TOPIC}-not` }, 'NotFoundException'],
    ["another region's topic", { TopicArn: TOPIC.replace('us-east-1', 'eu-west-1') }, 'InvalidParameterException'],
    ["another account's topic", { TopicArn: TOPIC.replace(HUB_ACCOUNT_ID, OTHER) }, 'AuthorizationErrorException'],
    ['an empty message', { Message: '' }, 'InvalidParameterException'],
    ['a subject of 100 characters', { Subject: 's'.repeat(100) }, 'InvalidParameterException'],
    ['a subject of two lines', { Subject: 'a\nb' }, 'InvalidParameterException'],
    ['a subject with a control character', { Subject: 'a\u0007b' }, 'InvalidParameterException'],
    ['json without default', { MessageStructure: 'json', Message: '{"email":"x"}' }, 'InvalidParameterException'],
    ['json that is none', { MessageStructure: 'json', Message: '{' }, 'InvalidParameterException'],
    ['more than 256 KiB, in bytes', { Message: 'é'.repeat(131_073) }, 'InvalidParameterException'],
    [
      'more than 256 KiB with its attributes',
      { Message: 'm'.repeat(262_144 - 11), MessageAttributes: { a: { DataType: 'String', StringValue: 'value' } } },
      'InvalidParameterException',
    ],
    [
      'an empty attribute',
      { MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
      'InvalidParameterValueException',
    ],
  ])('refuses %s', async (_, input, name) => {
    const aws = await withTopic();
    expect(await refusal(publish(aws, input))).toMatchObject({ name });
    expect(aws.sns.published).toEqual([]);
  });

  it('takes the longest message and subject', async () => {
    const aws = await withTopic();
    const attribute = { a: { DataType: 'String', StringValue: 'value' } };
    await publish(aws, { Message: 'm'.repeat(262_144 - 12), Subject: 's'.repeat(99), MessageAttributes: attribute });
    await publish(aws, { MessageStructure: 'json', Message: JSON.stringify({ default: 'd', email: 'e' }) });
    expect(aws.sns.published.map(({ message }) => message.length)).toEqual([262_132, 27]);
  });
});

describe('Secrets Manager', () => {
  const NAME = 'keyaudit/slack';
  const ARN = `arn:aws:secretsmanager:us-east-1:${HUB_ACCOUNT_ID}:secret:${NAME}-AbCdEf`;
  const get = (aws: FakeAws, SecretId: string) =>
    new SecretsManagerClient(once(aws)).send(new GetSecretValueCommand({ SecretId }));

  it('answers by name, ARN and partial ARN', async () => {
    const aws = await start({ world: fakeWorld({ secrets: [{ name: NAME, arn: ARN, value: 'xoxb-example-token' }] }) });
    for (const id of [NAME, ARN, ARN.slice(0, -7)])
      expect((await get(aws, id)).SecretString).toBe('xoxb-example-token');
  });

  it('does not find an unknown secret, nor the value of an empty one', async () => {
    const aws = await start({ world: fakeWorld({ secrets: [{ name: NAME, arn: ARN }] }) });
    expect(await refusal(get(aws, 'other'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('specified secret.'),
    });
    expect(await refusal(get(aws, NAME))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('AWSCURRENT'),
    });
  });
});
