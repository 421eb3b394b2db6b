import { IAMClient } from '@aws-sdk/client-iam';
import { connectAws } from '../lambda/aws/index.ts';
import { withDeactivationTags } from '../lambda/domain/deactivation.ts';
import type { Account, Failure, IamUser } from '../lambda/domain/model.ts';
import { lookAtUser } from '../lambda/look-at-user.ts';
import type { AccountReader } from '../lambda/ports.ts';
import { isAccountId, isProduction, type Settings } from '../lambda/settings.ts';
import { type ChangeKeys, changeKeys } from './aws/change-keys.ts';
import { connectionProblem } from './aws-errors.ts';

/** AWS as the person at the keyboard reaches it: with their own credentials, other accounts by the audit role. */
export type Operator = {
  /** The account of their own credentials: the only one in which they can change anything. */
  account: Account;
  ownAccessKeyId: string;
  accountOf: (id: string) => Promise<Account>;
  open: (account: Account) => Promise<AccountReader>;
  /** Live values; `undefined` where the account has no such user. Rejects where not even its keys can be listed. */
  readUser: (account: Account, userName: string, now: Date) => Promise<UserReading | undefined>;
  clientOptionsFor: Awaited<ReturnType<typeof connectAws>>['clientOptionsFor'];
  /** Changes keys of the own account. */
  keys: () => Promise<ChangeKeys>;
};

/** A user with everything that could be read of it, and what could not. */
export type UserReading = { user: IamUser; failures: Failure[] };

/**
 * Rejects with a `UsageError` that says what to do when there are no credentials. `sleep` is for tests: how to wait for AWS's
 * limits.
 */
export const connectOperator = async (
  settings: Settings,
  signal: AbortSignal,
  sleep?: (ms: number) => Promise<void>,
): Promise<Operator> => {
  const aws = await connectAws({ settings, signal, ...(sleep && { sleep }) }).catch((error: unknown) => {
    throw connectionProblem(error);
  });
  const accountOf = async (id: string): Promise<Account> => {
    const name = await nameOf(id, settings, aws.findAccounts);
    return name === undefined
      ? { id, name: id, production: isProduction({ id, name: id }, settings) || mayBeAnyAccount(settings) }
      : { id, name, production: isProduction({ id, name }, settings) };
  };
  const account = await accountOf(aws.identity.accountId);
  return {
    account,
    ownAccessKeyId: aws.identity.accessKeyId,
    accountOf,
    open: aws.openAccount,
    clientOptionsFor: aws.clientOptionsFor,
    readUser: async (of, userName, now) => {
      const reader = await aws.openAccount(of);
      const listed = { userName, arn: `arn:${reader.partition}:iam::${of.id}:user/${userName}` };
      const { read, failures } = await lookAtUser(of, listed, undefined, reader, {
        wouldFlag: () => true,
        verifyDeactivations: true,
        signal,
        now,
      });
      if (read) return { user: withDeactivationTags(read, now), failures };
      if (failures.length === 0) return undefined;
      throw new Error(`${userName} could not be read: ${failures.map(({ reason }) => reason).join('; ')}`);
    },
    keys: async () => {
      const options = await aws.clientOptionsFor(account);
      return changeKeys(new IAMClient(options), new IAMClient({ ...options, maxAttempts: 1 }));
    },
  };
};

/** As the settings name it, or the organization; `undefined` where an organization does not tell. */
const nameOf = async (
  id: string,
  { accounts }: Settings,
  findAccounts: Awaited<ReturnType<typeof connectAws>>['findAccounts'],
): Promise<string | undefined> => {
  if (accounts === 'self') return id;
  if (Array.isArray(accounts)) return accounts.find((account) => account.id === id)?.name ?? id;
  const { accounts: found } = await findAccounts();
  return found.find((account) => account.id === id)?.name;
};

/** Production accounts are known by name, and this one's name is not: then on-call is told, rather than not. */
const mayBeAnyAccount = ({ productionAccounts }: Settings): boolean =>
  productionAccounts.some((word) => !isAccountId(word));
