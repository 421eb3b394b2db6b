/** The embedded AWS, seen through the real SDK clients: what it answers, refuses, and how it fails. */

import {
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateListAccessKeys,
  paginateListUsers,
  paginateListUserTags,
} from '@aws-sdk/client-iam';
import {
  DescribeOrganizationCommand,
  ListRootsCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type FakeAws,
  type FakeAwsOptions,
  fakeAccount,
  fakeKey,
  fakeUser,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeAws,
} from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';

const NOW = new Date('2026-11-23T09:00:00Z');
const HOUR = 3_600_000;
const OTHER = '444455556666';
const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;

let running: FakeAws[] = [];
afterEach(async () => {
  await Promise.all(running.map((aws) => aws.close()));
  running = [];
});

const start = async (options: FakeAwsOptions = {}): Promise<FakeAws> => {
  const aws = await startFakeAws(options);
  running.push(aws);
  return aws;
};

const once = (aws: FakeAws) => ({ ...aws.clientConfig, maxAttempts: 1 });

/** What a caller can see of an error: name, status, message. */
const refusal = async (
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

const collect = async <Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const page of pages) all.push(...(items(page) ?? []));
  return all;
};

const assume = async (
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

const report = async (iam: IAMClient): Promise<string> => {
  const { Content } = await iam.send(new GetCredentialReportCommand({}));
  return Buffer.from(Content ?? []).toString();
};

describe('users, keys and tags', () => {
  const users = (count: number) => Array.from({ length: count }, (_, index) => ({ userName: `user-${index}` }));

  it.each([
    { paging: { size: 3 } },
    { paging: { size: 3, short: true } },
    { paging: { size: 3, empty: true } },
    { paging: { size: 4, short: true, empty: true } },
  ])('the paginator sees every user once, with $paging', async ({ paging }) => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: users(10) }], paging }) });
    const names = await collect(paginateListUsers({ client: new IAMClient(once(aws)) }, {}), ({ Users }) =>
      Users?.map(({ UserName }) => UserName),
    );
    expect(names).toEqual(users(10).map(({ userName }) => userName));
  });

  it('serves empty pages that say there is more', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: users(2) }], paging: { empty: true } }) });
    const { Users, IsTruncated, Marker } = await new IAMClient(once(aws)).send(new ListUsersCommand({}));
    expect({ Users, IsTruncated, Marker: typeof Marker }).toEqual({ Users: [], IsTruncated: true, Marker: 'string' });
  });

  it('honours MaxItems and refuses a strange Marker', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: users(5) }] }) });
    const iam = new IAMClient(once(aws));
    expect((await iam.send(new ListUsersCommand({ MaxItems: 2 }))).Users).toHaveLength(2);
    expect(await refusal(iam.send(new ListUsersCommand({ Marker: 'x' })))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
  });

  it('answers users, keys and tags with the values of the world', async () => {
    const created = new Date('2026-02-03T04:05:06Z');
    const user = fakeUser({
      userName: 'deploy,er',
      path: '/apps/',
      created,
      tags: { owner: '2ndline & <friends>', 'owner-slack': 'U0EXAMPLE00' },
      keys: [
        { created, status: 'Inactive' },
        { created: NOW, status: 'Expired' },
      ],
    });
    const aws = await start({ world: fakeWorld({ accounts: [{ users: [user] }], paging: { size: 1, empty: true } }) });
    const client = new IAMClient(once(aws));
    expect(await collect(paginateListUsers({ client }, {}), ({ Users }) => Users)).toEqual([
      {
        UserName: 'deploy,er',
        Path: '/apps/',
        UserId: user.userId,
        Arn: `arn:aws:iam::${HUB_ACCOUNT_ID}:user/apps/deploy,er`,
        CreateDate: created,
      },
    ]);
    expect(
      await collect(
        paginateListAccessKeys({ client }, { UserName: 'deploy,er' }),
        ({ AccessKeyMetadata }) => AccessKeyMetadata,
      ),
    ).toEqual([
      { UserName: 'deploy,er', AccessKeyId: user.keys[0]?.accessKeyId, Status: 'Inactive', CreateDate: created },
      { UserName: 'deploy,er', AccessKeyId: user.keys[1]?.accessKeyId, Status: 'Expired', CreateDate: NOW },
    ]);
    expect(await collect(paginateListUserTags({ client }, { UserName: 'deploy,er' }), ({ Tags }) => Tags)).toEqual([
      { Key: 'owner', Value: '2ndline & <friends>' },
      { Key: 'owner-slack', Value: 'U0EXAMPLE00' },
    ]);
  });

  it('has an example key id of 20 characters for every key, no two alike', async () => {
    const account = fakeAccount({ users: [{ keys: [{}, {}] }, { keys: [{}] }], root: { keys: [{}] } });
    const ids = [...account.users.flatMap(({ keys }) => keys), ...account.root.keys].map(
      ({ accessKeyId }) => accessKeyId,
    );
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^AKIA[A-Z2-7]{9}EXAMPLE$/);
  });

  it('does not know a deleted user', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: [{ userName: 'gone' }] }] }) });
    const iam = new IAMClient(once(aws));
    await iam.send(new ListAccessKeysCommand({ UserName: 'gone' }));
    aws.world.accounts[0]?.users.pop();
    for (const command of [
      new ListAccessKeysCommand({ UserName: 'gone' }),
      new ListUserTagsCommand({ UserName: 'gone' }),
    ]) {
      expect(await refusal(iam.send(command as ListUserTagsCommand))).toEqual({
        name: 'NoSuchEntityException',
        status: 404,
        message: 'The user with name gone cannot be found.',
      });
    }
  });

  it('tells of the root keys and the alias', async () => {
    const aws = await start({
      world: fakeWorld({ accounts: [{ alias: 'govuk', root: { keys: [{ status: 'Inactive' }] }, users: [{}, {}] }] }),
    });
    const iam = new IAMClient(once(aws));
    expect((await iam.send(new GetAccountSummaryCommand({}))).SummaryMap).toMatchObject({
      AccountAccessKeysPresent: 1,
      Users: 2,
    });
    expect((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual(['govuk']);
    aws.world.accounts[0]?.root.keys.pop();
    expect((await iam.send(new GetAccountSummaryCommand({}))).SummaryMap).toMatchObject({
      AccountAccessKeysPresent: 0,
    });
  });
});

describe('GetAccessKeyLastUsed', () => {
  it('answers a use, and N/A without a date for a key that was never used', async () => {
    const used = fakeKey({ lastUsed: { date: NOW, service: 's3', region: 'eu-west-1' } });
    const never = fakeKey();
    const aws = await start({
      world: fakeWorld({ accounts: [{ users: [{ userName: 'deployer', keys: [used, never] }] }] }),
    });
    const ask = async (key: typeof used) => {
      const { UserName, AccessKeyLastUsed } = await new IAMClient(once(aws)).send(
        new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }),
      );
      return { UserName, ...AccessKeyLastUsed };
    };
    expect(await ask(used)).toEqual({
      UserName: 'deployer',
      LastUsedDate: NOW,
      ServiceName: 's3',
      Region: 'eu-west-1',
    });
    expect(await ask(never)).toEqual({ UserName: 'deployer', ServiceName: 'N/A', Region: 'N/A' });
  });

  it('answers AccessDenied for a key that was deleted meanwhile', async () => {
    const key = fakeKey();
    const aws = await start({ world: fakeWorld({ accounts: [{ users: [{ keys: [key] }] }] }) });
    const iam = new IAMClient(once(aws));
    const ask = () => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }));
    await ask();
    aws.world.accounts[0]?.users[0]?.keys.pop();
    expect(await refusal(ask())).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  it('finds a key that was created, or moved, after the first question', async () => {
    const aws = await start({
      world: fakeWorld({ accounts: [{ users: [{ userName: 'a' }, { userName: 'b', keys: [{}] }] }] }),
    });
    const [account] = aws.world.accounts;
    const iam = new IAMClient(once(aws));
    const owner = async (id: string) => (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }))).UserName;
    const old = account?.users[1]?.keys[0]?.accessKeyId ?? '';
    expect(await owner(old)).toBe('b');
    const created = fakeKey();
    account?.users.shift();
    account?.users.push(fakeUser({ userName: 'c', keys: [created] }));
    expect([await owner(old), await owner(created.accessKeyId)]).toEqual(['b', 'c']);
  });
});

describe('the credential report', () => {
  it('is STARTED, INPROGRESS, then COMPLETE; until then there is none to get', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ report: { polls: 2 } }] }), now: () => NOW });
    const iam = new IAMClient(once(aws));
    const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportNotPresentException', status: 410 });
    expect([await generate(), await generate()]).toEqual(['STARTED', 'INPROGRESS']);
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportNotReadyException', status: 404 });
    expect(await generate()).toBe('COMPLETE');
    expect(await iam.send(new GetCredentialReportCommand({}))).toMatchObject({
      GeneratedTime: NOW,
      ReportFormat: 'text/csv',
    });
  });

  it('is kept for four hours while the world moves on, then has expired', async () => {
    let now = NOW;
    const world = fakeWorld({ accounts: [{ users: [{ userName: 'first' }], report: { polls: 0 } }] });
    const aws = await start({ world, now: () => now });
    const iam = new IAMClient(once(aws));
    const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
    await generate();
    const first = await report(iam);
    world.accounts[0]?.users.splice(0, 1, fakeUser({ userName: 'second' }));

    now = new Date(NOW.getTime() + 4 * HOUR);
    expect(await generate()).toBe('COMPLETE');
    expect(await report(iam)).toBe(first);
    expect((await iam.send(new GetCredentialReportCommand({}))).GeneratedTime).toEqual(NOW);

    now = new Date(now.getTime() + 1000);
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportExpiredException', status: 410 });
    await generate();
    expect((await iam.send(new GetCredentialReportCommand({}))).GeneratedTime).toEqual(now);
    expect([(await report(iam)).includes('first'), (await report(iam)).includes('second')]).toEqual([false, true]);
  });

  it('has the live columns, the root user first, LF, no line end at its end, and quotes commas', async () => {
    const created = new Date('2026-01-02T03:04:05Z');
    const rotated = new Date('2026-06-07T08:09:10Z');
    const world = fakeWorld({
      accounts: [
        {
          report: { polls: 0 },
          root: { created, keys: [{ created }], passwordLastUsed: rotated },
          users: [
            { userName: 'human', created, password: {}, mfaActive: true },
            {
              userName: 'ci,deploy',
              created,
              slotOrder: [1, 0],
              keys: [
                { created, lastRotated: rotated, lastUsed: { date: NOW, service: 'iam', region: 'N/A' } },
                { created: rotated, status: 'Inactive' },
              ],
            },
          ],
        },
      ],
    });
    const aws = await start({ world });
    const iam = new IAMClient(once(aws));
    await iam.send(new GenerateCredentialReportCommand({}));
    const none = 'false,N/A,N/A,N/A,N/A';
    const certificates = 'false,N/A,false,N/A';
    expect((await report(iam)).split('\n')).toEqual([
      'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
        'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
        'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
        'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
      `<root_account>,arn:aws:iam::${HUB_ACCOUNT_ID}:root,2026-01-02T03:04:05Z,not_supported,2026-06-07T08:09:10Z,not_supported,not_supported,true,` +
        `true,2026-01-02T03:04:05Z,N/A,N/A,N/A,${none},${certificates}`,
      `human,arn:aws:iam::${HUB_ACCOUNT_ID}:user/human,2026-01-02T03:04:05Z,true,no_information,2026-01-02T03:04:05Z,N/A,true,${none},${none},${certificates}`,
      `"ci,deploy","arn:aws:iam::${HUB_ACCOUNT_ID}:user/ci,deploy",2026-01-02T03:04:05Z,false,N/A,N/A,N/A,false,` +
        `false,2026-06-07T08:09:10Z,N/A,N/A,N/A,true,2026-06-07T08:09:10Z,2026-11-23T09:00:00Z,N/A,iam,${certificates}`,
    ]);
  });

  it('has the older date form, upper case booleans and the additional column when told, or when keys do not fit', async () => {
    const world = fakeWorld({
      accounts: [
        {
          report: { polls: 0, dateSuffix: '+00:00', upperCaseBooleans: true },
          users: [{ userName: 'many', keys: [{}, {}, {}] }],
        },
        { id: OTHER, report: { polls: 0, additionalInfo: 'N/A' } },
      ],
    });
    const aws = await start({ world });
    const read = async (iam: IAMClient) => {
      await iam.send(new GenerateCredentialReportCommand({}));
      return (await report(iam)).split('\n').map((line) => line.split(','));
    };
    const [header, root, many] = await read(new IAMClient(once(aws)));
    expect([header?.at(-1), root?.at(-1), root?.[7], many?.[2]]).toEqual([
      'additional_credentials_info',
      '',
      'TRUE',
      '2026-01-01T00:00:00+00:00',
    ]);
    expect(many?.at(-1)).toMatch(/^1 additional access key/);
    const [, otherRoot] = await read(new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) }));
    expect(otherRoot?.at(-1)).toBe('N/A');
  });
});

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
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    expect(Organization).toMatchObject({ Id: 'o-exampleorgid', MasterAccountId: HUB_ACCOUNT_ID });
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

describe('faults', () => {
  const withUser = () => start({ world: fakeWorld({ accounts: [{ users: [{ userName: 'deployer' }] }] }) });
  const listUsers = (aws: FakeAws, config: object = {}) =>
    new IAMClient({ ...once(aws), ...config }).send(new ListUsersCommand({}));

  it.each([
    ['throttle', 'Throttling', 400, 'Rate exceeded'],
    ['deny', 'AccessDenied', 403, expect.any(String)],
    ['error500', 'ServiceFailureException', 500, expect.any(String)],
    ['expired-token', 'ExpiredToken', 403, expect.any(String)],
    ['not-found', 'NoSuchEntityException', 404, expect.any(String)],
    ['limit-exceeded', 'LimitExceededException', 409, expect.any(String)],
  ] as const)('%s is %s in IAM', async (kind, name, status, message) => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind });
    expect(await refusal(listUsers(aws))).toEqual({ name, status, message });
  });

  it.each([
    ['throttle', 'TooManyRequestsException'],
    ['deny', 'AccessDeniedException'],
    ['error500', 'ServiceException'],
  ] as const)('%s is %s in Organizations', async (kind, name) => {
    const aws = await start({ world: fakeWorld({ organization: {} }) });
    aws.faults.add({ operation: 'organizations:*', kind });
    expect(await refusal(new OrganizationsClient(once(aws)).send(new ListRootsCommand({})))).toMatchObject({ name });
  });

  it('of any other kind say what they are told', async () => {
    const aws = await withUser();
    aws.faults.add({
      operation: 'iam:ListUsers',
      kind: 'error',
      code: 'RequestExpired',
      status: 400,
      message: 'Clock skewed',
    });
    expect(await refusal(listUsers(aws))).toEqual({ name: 'RequestExpired', status: 400, message: 'Clock skewed' });
  });

  it('a throttled call is tried again by the adaptive retry', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'throttle', nth: 1 });
    const { Users, $metadata } = await fastForward(() => listUsers(aws, { maxAttempts: 3, retryMode: 'adaptive' }));
    expect([Users?.length, $metadata.attempts, aws.calls.count('iam:ListUsers')]).toEqual([1, 2, 2]);
  });

  it('a reset cuts the answer, and is seen as an error', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'reset', nth: 1 });
    expect((await refusal(listUsers(aws))).message).toMatch(/aborted|ECONNRESET|socket/i);
    expect((await listUsers(aws)).Users).toHaveLength(1);
  });

  it('a reset, or any fault that is told so, comes after the work is done', async () => {
    const aws = await start({ world: fakeWorld({ topicArns: [TOPIC] }) });
    aws.faults.add({ operation: 'sns:Publish', kind: 'reset', nth: 1 });
    aws.faults.add({ operation: 'sns:Publish', kind: 'error500', nth: 2, afterEffect: true });
    aws.faults.add({ operation: 'sns:Publish', kind: 'error500', nth: 3 });
    const publish = () => new SNSClient(once(aws)).send(new PublishCommand({ TopicArn: TOPIC, Message: 'hello' }));
    for (let call = 0; call < 3; call++) await refusal(publish());
    expect(aws.sns.published).toHaveLength(2);
  });

  it('a timeout never answers', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'timeout' });
    const impatient = { requestHandler: { requestTimeout: 30, throwOnRequestTimeout: true } };
    expect((await refusal(listUsers(aws, impatient))).name).toBe('TimeoutError');
  });

  it('a malformed answer is an error, not an empty list', async () => {
    const aws = await start({ world: fakeWorld({ organization: {} }) });
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'malformed' });
    aws.faults.add({ operation: 'organizations:ListRoots', kind: 'malformed' });
    const outcomes = await Promise.allSettled([
      listUsers(aws),
      new OrganizationsClient(once(aws)).send(new ListRootsCommand({})),
    ]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual([
      expect.stringContaining('XML parse error'),
      expect.stringContaining('not valid JSON'),
    ]);
  });

  it('are met by the n-th matching call of an account, with certain parameters, until taken away', async () => {
    const aws = await start({
      world: fakeWorld({
        accounts: [{ users: [{ userName: 'a' }, { userName: 'b' }] }, { id: OTHER, users: [{ userName: 'a' }] }],
      }),
    });
    const hub = new IAMClient(once(aws));
    const other = new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    const tags = async (iam: IAMClient, UserName: string) =>
      iam.send(new ListUserTagsCommand({ UserName })).then(
        () => 'ok',
        (error: Error) => error.name,
      );

    const remove = aws.faults.add({
      operation: 'iam:ListUserTags',
      kind: 'deny',
      nth: [2, 3],
      account: HUB_ACCOUNT_ID,
      when: ({ UserName }) => UserName === 'a',
    });
    const seen = [
      await tags(hub, 'a'),
      await tags(hub, 'b'),
      await tags(other, 'a'),
      await tags(hub, 'a'),
      await tags(hub, 'a'),
      await tags(hub, 'a'),
    ];
    expect(seen).toEqual(['ok', 'ok', 'ok', 'AccessDenied', 'AccessDenied', 'ok']);

    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'throttle', nth: 'every' });
    expect(await tags(other, 'a')).toBe('Throttling');
    remove();
    aws.faults.clear();
    expect(await tags(other, 'a')).toBe('ok');
  });
});

describe('the recorder', () => {
  it('counts calls by operation and account, with their parameters, in order', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: [{ userName: 'a' }] }, { id: OTHER }] }) });
    const other = new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    await new IAMClient(once(aws)).send(new ListAccessKeysCommand({ UserName: 'a' }));
    await other.send(new ListUsersCommand({ MaxItems: 7 }));
    await refusal(other.send(new ListAccessKeysCommand({ UserName: 'a' })));
    expect(aws.calls.byOperation()).toEqual({ 'sts:AssumeRole': 1, 'iam:ListAccessKeys': 2, 'iam:ListUsers': 1 });
    expect([
      aws.calls.count('iam:ListAccessKeys'),
      aws.calls.count('iam:ListAccessKeys', OTHER),
      aws.calls.count(),
    ]).toEqual([2, 1, 4]);
    expect(aws.calls.of('iam:ListUsers')).toEqual([
      { operation: 'iam:ListUsers', account: OTHER, params: { MaxItems: '7' } },
    ]);
    aws.calls.reset();
    expect(aws.calls.count()).toBe(0);
  });

  it('serves an account of 5,000 users with 10,000 keys', async () => {
    const lastUsed = { date: NOW, service: 's3', region: 'eu-west-1' };
    const users = Array.from({ length: 5000 }, (_, index) => ({ userName: `user-${index}`, keys: [{ lastUsed }, {}] }));
    const aws = await start({ world: fakeWorld({ accounts: [{ users, report: { polls: 0 } }] }) });
    const client = new IAMClient(once(aws));
    await client.send(new GenerateCredentialReportCommand({}));
    expect((await report(client)).split('\n')).toHaveLength(5002);
    expect(await collect(paginateListUsers({ client }, {}), ({ Users }) => Users)).toHaveLength(5000);
    expect(aws.calls.count('iam:ListUsers')).toBe(50);
  });
});
