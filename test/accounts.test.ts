import { describe, expect, it } from '@jest/globals';
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
