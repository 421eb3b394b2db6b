import {
  type Account as ListedAccount,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import { reasonOf } from '../domain/failure.ts';
import type { Account, Failure } from '../domain/model.ts';
import type { FindAccounts } from '../ports.ts';
import { isProduction, type Settings } from '../settings.ts';

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
    return { accounts: unique.map(asAccount), failures };

    async function find(): Promise<{ found: Named[]; failures: Failure[] }> {
      const { accounts } = settings;
      if (accounts === 'self') return { found: [{ id: ownAccountId, name: ownAccountId }], failures: [] };
      if (Array.isArray(accounts)) {
        return { found: accounts.map(({ id, name = id }) => ({ id, name })), failures: [] };
      }
      return accountsOf(accounts.organization, { client: organizations, abortSignal });
    }

    function asAccount({ id, name }: Named): Account {
      return { id, name, production: isProduction({ id, name }, settings) };
    }
  };

type Organization = Exclude<Settings['accounts'], 'self' | unknown[]>['organization'];
type Client = { client: OrganizationsClient; abortSignal: AbortSignal };

/** Without units to include or leave out, one list; else every unit, down to the last nested one. */
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
    const hasUnits = include.length > 0 || exclude.some((id) => !/^\d+$/.test(id));
    if (!hasUnits) found.push(...(await allAccounts(client)));
    else for (const parent of include.length > 0 ? include : await roots(client)) await walk(parent);
  });
  return { found: found.filter(({ id }) => !exclude.includes(id)), failures };
};

const allAccounts = async ({ client, abortSignal }: Client): Promise<Named[]> => {
  const found: Named[] = [];
  for await (const page of paginateListAccounts({ client }, {}, { abortSignal })) found.push(...active(page.Accounts));
  return found;
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
  for await (const page of pages) units.push(...(page.OrganizationalUnits ?? []).flatMap(({ Id }) => Id ?? []));
  return units;
};

const roots = async ({ client, abortSignal }: Client): Promise<string[]> => {
  const ids: string[] = [];
  for await (const page of paginateListRoots({ client }, {}, { abortSignal })) {
    ids.push(...(page.Roots ?? []).flatMap(({ Id }) => Id ?? []));
  }
  return ids;
};

/**
 * `State` replaces `Status`. Accounts that are suspended or being closed answer no API.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
 */
const active = (accounts: readonly ListedAccount[] | undefined): Named[] =>
  (accounts ?? []).flatMap(({ Id, Name, State, Status }) =>
    Id && (State ?? Status) === 'ACTIVE' ? [{ id: Id, name: Name ?? Id }] : [],
  );
