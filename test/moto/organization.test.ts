import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../lambda/audit.ts';
import { daysAgo, findingContext, NOW } from '../builders.ts';
import { connect, emptyMoto, HUB, seedUser } from './moto.ts';

/** moto chooses all ids: this is what the tests know them by. */
const ids = new Map<string, string>();
const idOf = (name: string): string => ids.get(name) ?? name;

const organizations = new OrganizationsClient();
let root: string;

const createUnit = async (name: string, parent: string): Promise<void> => {
  const command = new CreateOrganizationalUnitCommand({ Name: name, ParentId: parent });
  ids.set(name, (await organizations.send(command)).OrganizationalUnit!.Id!);
};

const createAccount = async (name: string, unit?: string): Promise<void> => {
  const command = new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` });
  const id = (await organizations.send(command)).CreateAccountStatus!.AccountId!;
  ids.set(name, id);
  if (!unit) return;
  await organizations.send(
    new MoveAccountCommand({ AccountId: id, SourceParentId: root, DestinationParentId: idOf(unit) }),
  );
};

/** Root holds the hub, `loose` and two units: workloads (staging, and nested in it live: production), and sandbox (play). */
beforeAll(async () => {
  await emptyMoto();
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  root = (await organizations.send(new ListRootsCommand({}))).Roots![0]!.Id!;
  await createUnit('workloads', root);
  await createUnit('live', idOf('workloads'));
  await createUnit('sandbox', root);
  await createAccount('loose');
  await createAccount('staging', 'workloads');
  await createAccount('production', 'live');
  await createAccount('play', 'sandbox');
  await createAccount('closed', 'live');
  await organizations.send(new CloseAccountCommand({ AccountId: idOf('closed') }));
});

const findByNames = async (include: string[], exclude: string[]) => {
  const organization = { include: include.map(idOf), exclude: exclude.map(idOf) };
  const { findAccounts } = await connect({ accounts: { organization }, productionAccounts: ['production'] });
  return findAccounts();
};

const namesOf = async (include: string[], exclude: string[]): Promise<string[]> => {
  const { accounts, failures } = await findByNames(include, exclude);
  expect(failures).toEqual([]);
  return accounts.map(({ name }) => name).sort();
};

/** What moto calls the management account. */
const HUB_NAME = 'master';

describe('accounts of an organization', () => {
  it.each<[what: string, include: string[], exclude: string[], expected: string[]]>([
    ['all but the closed one', [], [], ['loose', HUB_NAME, 'play', 'production', 'staging']],
    ['without an account', [], ['play'], ['loose', HUB_NAME, 'production', 'staging']],
    ['without a unit', [], ['sandbox'], ['loose', HUB_NAME, 'production', 'staging']],
    ['without a unit and the unit nested in it', [], ['workloads'], ['loose', HUB_NAME, 'play']],
    ['of a unit and the unit nested in it', ['workloads'], [], ['production', 'staging']],
    ['of a nested unit', ['live'], [], ['production']],
    ['of a unit without the unit nested in it', ['workloads'], ['live'], ['staging']],
    ['of two units, one within the other, each once', ['workloads', 'live'], [], ['production', 'staging']],
    ['of two units without an account', ['sandbox', 'workloads'], ['staging'], ['play', 'production']],
  ])('%s', async (_what, include, exclude, expected) => {
    expect(await namesOf(include, exclude)).toEqual(expected);
  });

  it('carry id, name and whether they are production', async () => {
    const { accounts } = await findByNames(['live'], []);
    expect(accounts).toEqual([{ id: idOf('production'), name: 'production', production: true }]);
  });

  it('a unit that does not exist is a failure, and the other units are still found', async () => {
    const { accounts, failures } = await findByNames(['ou-abcd-01234567', 'sandbox'], []);
    expect(accounts.map(({ name }) => name)).toEqual(['play']);
    expect(failures).toEqual([
      {
        scope: 'account',
        id: 'ou-abcd-01234567',
        reason: expect.stringContaining('its accounts could not be listed: '),
      },
    ]);
  });

  it('are audited: the hub by its own credentials, the others by AssumeRole', async () => {
    await seedUser(HUB, { userName: 'alice', accessKeys: [{ createDate: daysAgo(100) }] });
    await seedUser(idOf('production'), { userName: 'bob', accessKeys: [{ createDate: daysAgo(200) }] });
    const {
      report: { accounts, findings, failures },
    } = await audit(
      { scanId: 'scan-1', context: findingContext() },
      {
        ...(await connect({ accounts: { organization: {} } })),
        locators: [],
        clock: () => NOW,
        signal: new AbortController().signal,
      },
    );
    expect(failures).toEqual([]);
    expect(accounts.map(({ status }) => status)).toEqual(Array(5).fill('scanned'));
    expect(findings.map(({ account, userName, ageDays }) => [account.name, userName, ageDays])).toEqual([
      ['production', 'bob', 200],
      [HUB_NAME, 'alice', 100],
    ]);
  });
});
