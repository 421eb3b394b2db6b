import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { accountTrail } from '../lambda/account-trail.ts';
import { connectAws } from '../lambda/aws/index.ts';
import { withDeactivationTags } from '../lambda/domain/deactivation.ts';
import type { Account, Failure, IamUser } from '../lambda/domain/model.ts';
import { lookAtUser } from '../lambda/look-at-user.ts';
import type { AccountReader, FindFunctions } from '../lambda/ports.ts';
import { oneLine } from '../lambda/render/safe-text.ts';
import { isAccountId, isProduction, type Settings } from '../lambda/settings.ts';
import { type ChangeKeys, changeKeys } from './aws/change-keys.ts';
import { findFunctions } from './aws/functions.ts';
import { readKeyAccount } from './aws/key-account.ts';
import { connectionProblem } from './aws-errors.ts';
import { UsageError } from './exit-codes.ts';
import { keyaudit } from './own-command.ts';

/** AWS as the person at the keyboard reaches it: with their own credentials, other accounts by the audit role. */
export type Operator = {
  /** The account of their own credentials: the only one in which they can change anything. */
  account: Account;
  ownAccessKeyId: string;
  /** The settings name accounts, and this is none of them. */
  isUnlisted: boolean;
  /** The region that their environment or profile names. */
  region: string;
  /** How much later AWS's clock is than this machine's, in ms. */
  clockOffset: number;
  accountOf: (id: string) => Promise<Account>;
  open: (account: Account) => Promise<AccountReader>;
  /**
   * Live values; `undefined` where the account has no such user. Rejects where not even its keys can be listed. CloudTrail is
   * asked since when keys are inactive, and what it does not tell is a failure, unless `withoutTrail`.
   */
  readUser: (account: Account, userName: string, now: Date, withoutTrail?: true) => Promise<UserReading | undefined>;
  /** The id of the account that has an access key, whosever it is; `undefined` where AWS knows no such key. */
  findKeyAccount: (accessKeyId: string) => Promise<string | undefined>;
  /** Functions of the own account. */
  findFunctions: FindFunctions;
  /** Changes keys of the own account. */
  keys: ChangeKeys;
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
    const account = (await knownAccount(id, settings, aws.findAccounts)) ?? { id, name: id, production: false };
    return { ...account, production: account.production || mayBeProduction(account, settings) };
  };
  const account = await accountOf(aws.identity.accountId);
  const options = await aws.clientOptionsFor(account);
  const sts = new STSClient(options);
  return {
    account,
    ownAccessKeyId: aws.identity.accessKeyId,
    isUnlisted: settings.accounts !== 'self' && !(await knownAccount(account.id, settings, aws.findAccounts)),
    accountOf,
    open: aws.openAccount,
    region: await sts.config.region(),
    clockOffset: aws.clockOffset(),
    findKeyAccount: readKeyAccount({ sts, abortSignal: signal }),
    findFunctions: findFunctions({
      clientIn: (region) => new LambdaClient({ ...options, region }),
      abortSignal: signal,
    }),
    readUser: async (of, userName, now, withoutTrail) => {
      const reader = await aws.openAccount(of);
      const listed = { userName, arn: `arn:${reader.partition}:iam::${of.id}:user/${userName}` };
      const trail = accountTrail(of, withoutTrail ? SILENT_TRAIL : reader, signal);
      const { read, failures } = await lookAtUser(of, listed, undefined, reader, {
        wouldFlag: () => true,
        readStatusChanges: trail.readStatusChanges,
        verifyDeactivations: true,
        signal,
        now,
      });
      if (read) {
        const cutShort = !withoutTrail && (await trail.isWhole()) === false && trail.failures().length === 0;
        const unverified = cutShort ? [cutShortOf(of)] : trail.failures();
        return { user: withDeactivationTags(read, now), failures: [...failures, ...unverified] };
      }
      if (failures.length === 0) return undefined;
      throw new Error(`${userName} could not be read: ${failures.map(({ reason }) => reason).join('; ')}`);
    },
    keys: changeKeys(new IAMClient(options), new IAMClient({ ...options, maxAttempts: 1 }), sleep),
  };
};

const SILENT_TRAIL: Pick<AccountReader, 'readStatusChanges'> = {
  readStatusChanges: async () => ({ last: new Map(), complete: false }),
};

const cutShortOf = ({ id }: Account): Failure => ({
  scope: 'account',
  id,
  reason: 'CloudTrail does not say since when keys are inactive: it has more calls than were read',
});

/** A user of the account that one is signed in to. Throws a `UsageError` where there is none of that name. */
export const readOwnUser = async (
  userName: string,
  { account, readUser }: Pick<Operator, 'account' | 'readUser'>,
  now: Date,
): Promise<UserReading> => {
  const reading = await readUser(account, userName, now);
  if (reading) return reading;
  throw new UsageError(
    `Account ${account.id}, which you are signed in to, has no user ${oneLine(userName)}. Whose a key is: ${keyaudit('whose', 'KEY-ID')}`,
  );
};

/** As the settings or the organization have it; `undefined` where they do not. */
const knownAccount = async (
  id: string,
  { accounts }: Settings,
  findAccounts: Awaited<ReturnType<typeof connectAws>>['findAccounts'],
): Promise<Account | undefined> => {
  if (accounts === 'self') return undefined;
  const { accounts: found } = await findAccounts();
  return found.find((account) => account.id === id);
};

/**
 * By its id, which `self` leaves as all there is. Where production accounts are known by name and nobody says what this one
 * is called, it may be any of them: then on-call is told, rather than not.
 */
const mayBeProduction = ({ id, name }: Account, settings: Pick<Settings, 'productionAccounts'>): boolean =>
  isProduction({ id, name }, settings) ||
  (name === id && settings.productionAccounts.some((word) => !isAccountId(word)));
