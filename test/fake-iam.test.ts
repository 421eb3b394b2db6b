import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateListAccessKeys,
  paginateListUsers,
  paginateListUserTags,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { NOW } from './builders.ts';
import { fakeAccount, fakeKey, fakeUser, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { collect, once, refusal, start } from './fake-aws-clients.ts';

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

  it('tells of the root keys', async () => {
    const aws = await start({
      world: fakeWorld({ accounts: [{ root: { keys: [{ status: 'Inactive' }] }, users: [{}, {}] }] }),
    });
    const iam = new IAMClient(once(aws));
    expect((await iam.send(new GetAccountSummaryCommand({}))).SummaryMap).toMatchObject({
      AccountAccessKeysPresent: 1,
      Users: 2,
    });
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
