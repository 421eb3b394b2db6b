import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { findAccounts } from '../lambda/aws/accounts.ts';
import { connectAws } from '../lambda/aws/index.ts';
import { parseSettings } from '../lambda/settings.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeWorldOverrides, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';

const id = (digit: number): string => String(digit).repeat(12);
const TEAMS = 'ou-exam-11111111';
const TEAM_A = 'ou-exam-22222222';
const SANDBOXES = 'ou-exam-33333333';

/** root: hub, 2; teams: 3, teams/a: 4, 5; sandboxes: 6; and two that are not active. */
const organisation = (overrides: FakeWorldOverrides = {}) =>
  fakeWorld({
    organization: {
      units: [
        { id: TEAMS, name: 'teams' },
        { id: TEAM_A, name: 'a', parentId: TEAMS },
        { id: SANDBOXES, name: 'sandboxes' },
      ],
      members: [
        { id: HUB_ACCOUNT_ID, name: 'hub' },
        { id: id(2), name: 'two' },
        { id: id(3), name: 'three', parentId: TEAMS },
        { id: id(4), name: 'four', parentId: TEAM_A },
        { id: id(5), name: 'five', parentId: TEAM_A, status: undefined },
        { id: id(6), name: 'six', parentId: SANDBOXES },
        { id: id(7), name: 'seven', parentId: TEAM_A, state: 'PENDING_CLOSURE' },
        { id: id(8), name: 'eight', state: 'SUSPENDED', status: 'ACTIVE' },
      ],
    },
    ...overrides,
  });

const find = async (accounts: unknown, productionAccounts: string[] = []) => {
  const settings = parseSettings({ accounts, productionAccounts });
  return (await connectAws({ settings, signal: new AbortController().signal })).findAccounts();
};
const namesOf = async (accounts: unknown): Promise<string[]> =>
  (await find(accounts)).accounts.map(({ name }) => name).sort();

describe('the accounts of an organisation', () => {
  it.each([
    ['all of it', {}, ['five', 'four', 'hub', 'six', 'three', 'two']],
    ['but an account', { exclude: [id(2)] }, ['five', 'four', 'hub', 'six', 'three']],
    ['but a unit with everything below it', { exclude: [TEAMS] }, ['hub', 'six', 'two']],
    ['of a unit, nested ones included', { include: [TEAMS] }, ['five', 'four', 'three']],
    ['of a unit without a nested one', { include: [TEAMS], exclude: [TEAM_A] }, ['three']],
    ['of units that overlap, once each', { include: [TEAMS, TEAM_A, SANDBOXES] }, ['five', 'four', 'six', 'three']],
    ['of the root', { include: ['r-exam'], exclude: [id(6)] }, ['five', 'four', 'hub', 'three', 'two']],
  ])('%s: the active ones', async (_what, organization, expected) => {
    await embeddedAws({ world: organisation() });
    expect(await namesOf({ organization })).toEqual(expected);
  });

  it('come from every page, short and empty ones included', async () => {
    await embeddedAws({ world: organisation({ paging: { size: 2, short: true, empty: true } }) });
    expect(await namesOf({ organization: {} })).toHaveLength(6);
    expect(await namesOf({ organization: { include: ['r-exam'] } })).toHaveLength(6);
  });

  it('are listed by delegated administrators too', async () => {
    const world = organisation();
    world.organization!.managementAccountId = id(2);
    world.organization!.delegatedAdministrators = [HUB_ACCOUNT_ID];
    await embeddedAws({ world });
    expect(await namesOf({ organization: {} })).toHaveLength(6);
  });
});

describe('accounts that cannot be listed', () => {
  it.each([
    ['the caller is neither management nor delegate', 'organizations:ListAccounts', /AccessDenied/],
    ['there is no organisation', undefined, /AWSOrganizationsNotInUse/],
  ])('because %s are a failure, not an empty organisation', async (_why, operation, reason) => {
    const world = operation ? organisation() : fakeWorld();
    const aws = await embeddedAws({ world });
    if (operation) aws.faults.add({ operation, kind: 'deny' });
    expect(await find({ organization: {} })).toEqual({
      accounts: [],
      failures: [{ scope: 'account', id: 'organization', reason: expect.stringMatching(reason) }],
    });
  });

  it('of one unit are a failure of that unit, and the others are found', async () => {
    const aws = await embeddedAws({ world: organisation() });
    aws.faults.add({
      operation: 'organizations:ListAccountsForParent',
      kind: 'deny',
      when: ({ ParentId }) => ParentId === TEAM_A,
    });
    const { accounts, failures } = await find({ organization: { include: [TEAMS, SANDBOXES] } });
    expect(accounts.map(({ name }) => name)).toEqual(['three', 'six']);
    expect(failures).toMatchObject([{ scope: 'account', id: TEAM_A }]);
  });
});

describe('accounts that the settings name', () => {
  it('are taken as they are, once each, and production by id or name', async () => {
    await embeddedAws();
    const named = [{ id: id(2), name: 'live' }, { id: id(3) }, { id: id(3) }, { id: id(4), name: 'test' }];
    expect((await find(named, ['live', id(3)])).accounts).toEqual([
      { id: id(2), name: 'live', production: true },
      { id: id(3), name: id(3), production: true },
      { id: id(4), name: 'test', production: false },
    ]);
  });

  it('by “self” are the one of the credentials', async () => {
    await embeddedAws();
    expect((await find('self')).accounts).toEqual([{ id: HUB_ACCOUNT_ID, name: HUB_ACCOUNT_ID, production: false }]);
  });
});

describe('accounts chosen from an organisation', () => {
  const choose = (only: string[], productionAccounts: string[] = []) =>
    find({ organization: { only } }, productionAccounts);

  it('are found by name or id, keep their names, and are production where the settings say so', async () => {
    await embeddedAws({ world: organisation() });
    expect(await choose(['three', id(2)], ['three', 'two'])).toEqual({
      accounts: [
        { id: id(3), name: 'three', production: true },
        { id: id(2), name: 'two', production: true },
      ],
      failures: [],
    });
  });

  it('by an id that the organisation does not have are taken as they are; by a name, they are a mistake', async () => {
    await embeddedAws({ world: organisation() });
    expect(await choose([id(9), 'prodution', 'two'])).toEqual({
      accounts: [
        { id: id(9), name: id(9), production: false },
        { id: id(2), name: 'two', production: false },
      ],
      failures: [{ scope: 'account', id: 'prodution', reason: 'the organisation has no such account' }],
    });
  });

  it('are a mistake, not nothing to do, where no name is right', async () => {
    await embeddedAws({ world: organisation() });
    expect(await choose(['prodution'])).toEqual({
      accounts: [],
      failures: [{ scope: 'account', id: 'prodution', reason: 'the organisation has no such account' }],
    });
  });

  it('are not those that it leaves out', async () => {
    await embeddedAws({ world: organisation() });
    const { accounts, failures } = await find({ organization: { exclude: [SANDBOXES], only: ['six', 'two'] } });
    expect(accounts.map(({ name }) => name)).toEqual(['two']);
    expect(failures).toMatchObject([{ id: 'six' }]);
  });
});

describe('a production account that the organisation does not have', () => {
  it.each([['prodution'], [id(9)]])(
    '(%s) is a failure: its steps would not say to tell on-call first',
    async (word) => {
      await embeddedAws({ world: organisation() });
      const { accounts, failures } = await find({ organization: {} }, ['two', word]);
      expect(accounts.filter(({ production }) => production).map(({ name }) => name)).toEqual(['two']);
      expect(failures).toEqual([
        { scope: 'account', id: word, reason: 'productionAccounts names it, but the organisation does not have it' },
      ]);
    },
  );

  it('is none where only some units are listed: it may be in another', async () => {
    await embeddedAws({ world: organisation() });
    expect((await find({ organization: { include: [TEAMS] } }, ['two'])).failures).toEqual([]);
  });
});

describe('accounts of one name', () => {
  it('are told apart by their ids, and the others keep their names', async () => {
    await embeddedAws();
    const named = [
      { id: id(2), name: 'production' },
      { id: id(3), name: 'production' },
      { id: id(4), name: 'staging' },
    ];
    expect((await find(named, ['production'])).accounts).toEqual([
      { id: id(2), name: `production ${id(2)}`, production: true },
      { id: id(3), name: `production ${id(3)}`, production: true },
      { id: id(4), name: 'staging', production: false },
    ]);
  });
});

describe('units in which no account is active', () => {
  it('are a failure: nothing to audit must not look like nothing to do', async () => {
    const world = organisation();
    world.organization!.units.push({ id: 'ou-exam-44444444', name: 'empty', parentId: 'r-exam' });
    await embeddedAws({ world });
    expect(await find({ organization: { include: ['ou-exam-44444444'] } })).toEqual({
      accounts: [],
      failures: [{ scope: 'account', id: 'accounts', reason: 'the settings lead to no active account' }],
    });
  });
});

describe('the answers of Organizations', () => {
  const client = new OrganizationsClient({ region: 'us-east-1' });
  const organizations = mockClient(client);
  const listed = (organization: object) => {
    const settings = parseSettings({ accounts: { organization } });
    return findAccounts({
      settings,
      ownAccountId: HUB_ACCOUNT_ID,
      organizations: client,
      abortSignal: new AbortController().signal,
    })();
  };

  it('are read by State, by the older Status where there is none, and left out without an id', async () => {
    organizations.reset();
    organizations.on(ListAccountsCommand).resolves({
      Accounts: [
        { Id: id(2), Name: 'active', State: 'ACTIVE', Status: 'SUSPENDED' },
        { Id: id(3), Name: 'older', Status: 'ACTIVE' },
        { Id: id(4), Name: 'closed', State: 'CLOSED' as never },
        { Id: id(5), Name: 'neither' },
        { Name: 'nobody', State: 'ACTIVE' },
        { Id: id(6), State: 'ACTIVE' },
      ],
    });
    expect((await listed({})).accounts.map(({ name }) => name)).toEqual(['active', 'older', id(6)]);
  });

  it('of pages before one that fails count', async () => {
    organizations.reset();
    organizations
      .on(ListAccountsCommand)
      .resolvesOnce({ Accounts: [{ Id: id(2), Name: 'two', State: 'ACTIVE' }], NextToken: 'one' })
      .rejectsOnce(new Error('TooManyRequests'));
    expect(await listed({})).toEqual({
      accounts: [{ id: id(2), name: 'two', production: false }],
      failures: [{ scope: 'account', id: 'organization', reason: 'its accounts could not be listed: TooManyRequests' }],
    });
  });

  it('of a unit that is left out are not asked for', async () => {
    organizations.reset();
    organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: 'r-exam' }] });
    organizations.on(ListAccountsForParentCommand).resolves({ Accounts: [] });
    organizations
      .on(ListOrganizationalUnitsForParentCommand)
      .resolves({})
      .on(ListOrganizationalUnitsForParentCommand, { ParentId: 'r-exam' })
      .resolves({ OrganizationalUnits: [{ Id: TEAMS }, { Id: SANDBOXES }] });
    await listed({ exclude: [SANDBOXES] });
    expect(organizations.commandCalls(ListAccountsForParentCommand).map(({ args }) => args[0].input.ParentId)).toEqual([
      'r-exam',
      TEAMS,
    ]);
  });
});
