import {
  type Account as ListedAccount,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import { reasonOf } from '../domain/failure.ts';
import { given } from '../domain/given.ts';
import type { Account, Failure } from '../domain/model.ts';
import type { FindAccounts } from '../ports.ts';
import { isAccountId, isProduction, type Settings } from '../settings.ts';

type Named = { id: string; name: string };

export type AccountsCall = {
  settings: Pick<Settings, 'accounts' | 'productionAccounts'>;
  /** The account of the program's own credentials. */
  ownAccountId: string;
  organizations: OrganizationsClient;
  abortSignal: AbortSignal;
};

/** The accounts that the settings name, or that the organization has. What cannot be listed is a failure. */
export const findAccounts =
  ({ settings, ownAccountId, organizations, abortSignal }: AccountsCall): FindAccounts =>
  async () => {
    const { found, failures } = await find();
    const unique = [...new Map(found.map((account) => [account.id, account])).values()];
    const nothing: Failure = { scope: 'account', id: 'accounts', reason: 'the settings lead to no active account' };
    return {
      accounts: withUniqueNames(unique.map(asAccount)),
      failures: unique.length + failures.length === 0 ? [nothing] : failures,
    };

    async function find(): Promise<{ found: Named[]; failures: Failure[] }> {
      const { accounts } = settings;
      if (accounts === 'self') return { found: [{ id: ownAccountId, name: ownAccountId }], failures: [] };
      if (Array.isArray(accounts)) {
        return { found: accounts.map(({ id, name = id }) => ({ id, name })), failures: [] };
      }
      const { only, exclude } = accounts.organization;
      const all = await accountsOf(accounts.organization, { client: organizations, abortSignal });
      const failures = all.failures.length > 0 ? all.failures : nameless(settings, all.found);
      const found = all.found.filter(({ id }) => !exclude.includes(id));
      return only.length > 0 ? chosen(only, { found, failures }) : { found, failures };
    }

    function asAccount({ id, name }: Named): Account {
      return { id, name, production: isProduction({ id, name }, settings) };
    }
  };

/** Ids that the organisation does not have are taken as they are; names that nobody has are mistakes. */
const chosen = (
  only: readonly string[],
  { found, failures }: { found: Named[]; failures: Failure[] },
): { found: Named[]; failures: Failure[] } => {
  const matches = only.map((word) => ({ word, account: found.find(({ id, name }) => id === word || name === word) }));
  return {
    found: matches.flatMap(({ word, account }) => account ?? (isAccountId(word) ? { id: word, name: word } : [])),
    failures: [
      ...failures,
      ...matches
        .filter(({ word, account }) => !account && !isAccountId(word))
        .map(({ word }): Failure => ({ scope: 'account', id: word, reason: 'the organisation has no such account' })),
    ],
  };
};

/**
 * A production account that nobody finds is a mistyped one, and its steps would not say to tell on-call first. Where units are
 * chosen or left out, it may be in another.
 */
const nameless = ({ accounts, productionAccounts }: AccountsCall['settings'], found: readonly Named[]): Failure[] => {
  const isWhole = typeof accounts === 'object' && 'organization' in accounts && !hasUnits(accounts.organization);
  const missing = isWhole
    ? productionAccounts.filter((word) => !found.some(({ id, name }) => id === word || name === word))
    : [];
  return missing.map((word) => ({
    scope: 'account',
    id: word,
    reason: 'productionAccounts names it, but the organisation does not have it',
  }));
};

const hasUnits = ({ include, exclude }: Pick<Organization, 'include' | 'exclude'>): boolean =>
  include.length > 0 || exclude.some((id) => !isAccountId(id));

/** Messages tell accounts apart by their names. */
const withUniqueNames = (accounts: Account[]): Account[] =>
  accounts.map((account) =>
    accounts.some(({ id, name }) => id !== account.id && name === account.name)
      ? { ...account, name: `${account.name} ${account.id}` }
      : account,
  );

type Organization = Exclude<Settings['accounts'], 'self' | unknown[]>['organization'];
type Client = { client: OrganizationsClient; abortSignal: AbortSignal };

/** Without units to include or leave out, one list; else every unit, down to the last nested one. Accounts are not left out yet. */
const accountsOf = async (
  { include, exclude }: Organization,
  client: Client,
): Promise<{ found: Named[]; failures: Failure[] }> => {
  const found: Named[] = [];
  const failures: Failure[] = [];
  const attempt = async (what: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      failures.push({ scope: 'account', id: what, reason: `its accounts could not be listed: ${reasonOf(error)}` });
    }
  };
  const walk = (parent: string): Promise<void> =>
    attempt(parent, async () => {
      if (exclude.includes(parent)) return;
      found.push(...(await accountsIn(parent, client)));
      for (const unit of await unitsIn(parent, client)) await walk(unit);
    });
  await attempt('organization', async () => {
    if (!hasUnits({ include, exclude })) await allAccounts(client, found);
    else for (const parent of include.length > 0 ? include : await roots(client)) await walk(parent);
  });
  return { found, failures };
};

/** Page by page, so that what was listed before a failure counts. */
const allAccounts = async ({ client, abortSignal }: Client, found: Named[]): Promise<void> => {
  for await (const page of paginateListAccounts({ client }, {}, { abortSignal })) found.push(...active(page.Accounts));
};

const accountsIn = async (parent: string, { client, abortSignal }: Client): Promise<Named[]> => {
  const found: Named[] = [];
  for await (const page of paginateListAccountsForParent({ client }, { ParentId: parent }, { abortSignal })) {
    found.push(...active(page.Accounts));
  }
  return found;
};

const unitsIn = async (parent: string, { client, abortSignal }: Client): Promise<string[]> => {
  const units: string[] = [];
  const pages = paginateListOrganizationalUnitsForParent({ client }, { ParentId: parent }, { abortSignal });
  for await (const page of pages)
    units.push(...given(page.OrganizationalUnits, 'OrganizationalUnits').map(({ Id }) => given(Id, 'Id')));
  return units;
};

const roots = async ({ client, abortSignal }: Client): Promise<string[]> => {
  const ids: string[] = [];
  for await (const page of paginateListRoots({ client }, {}, { abortSignal })) {
    ids.push(...given(page.Roots, 'Roots').map(({ Id }) => given(Id, 'Id')));
  }
  return ids;
};

/**
 * `State` replaces `Status`. Accounts that are suspended or being closed answer no API.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
 */
const active = (accounts: readonly ListedAccount[] | undefined): Named[] =>
  given(accounts, 'Accounts').flatMap(({ Id, Name, State, Status }) =>
    Id && (State ?? Status) === 'ACTIVE' ? [{ id: Id, name: Name ?? Id }] : [],
  );
