import { LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import type { Account, Failure, IamUser } from '../../lambda/domain/model.ts';
import type { LocatorContext } from '../../lambda/locators/locator.ts';
import type { AccountReader } from '../../lambda/ports.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import { findFunctions } from '../aws/functions.ts';
import { UsageError } from '../exit-codes.ts';
import { findKey, looksLikeKeyId } from '../find-key.ts';
import type { Operator } from '../operator.ts';
import type { Reach } from '../reach-aws.ts';
import { keyaudit } from '../rotation/words.ts';
import type { LocatedKey } from './answer.ts';
import { NO_ACCOUNT } from './text.ts';

/** The keys that are looked for, all of one account, and how AWS can be asked about them. */
export type Subject = {
  /** Where a user was named. */
  userName?: string;
  keys: (Omit<LocatedKey, 'locations'> & { user?: IamUser })[];
  aws?: NonNullable<LocatorContext['aws']>;
  /** Why AWS is not asked where the keys are used. */
  withoutAws?: string;
  /** Better words for why a locator, by its id, is not asked. */
  whyNot?: Readonly<Record<string, string>>;
  failures: Failure[];
};

/** What the caller named: a key, or a user with all its keys. Throws a `UsageError` where there is no such user. */
export const subjectOf = async (
  wanted: string,
  reach: Reach,
  world: { clock: () => Date; signal: AbortSignal },
): Promise<Subject> => {
  if ('operator' in reach) {
    return looksLikeKeyId(wanted) ? ofKey(wanted, reach.operator, world) : ofUser(wanted, reach.operator, world);
  }
  const keys = [{ accessKeyId: wanted, isTemporary: false, isUnknown: false }];
  if ('withoutAws' in reach) return { keys, withoutAws: reach.withoutAws, failures: [] };
  const failures: Failure[] = [{ scope: 'account', id: 'AWS', reason: reach.problem.message }];
  return { keys, withoutAws: 'AWS could not be asked', failures };
};

type World = { clock: () => Date; signal: AbortSignal };

const ofUser = async (userName: string, operator: Operator, { clock, signal }: World): Promise<Subject> => {
  const { account } = operator;
  const reading = await operator.readUser(account, userName, clock());
  if (!reading) {
    throw new UsageError(
      `Account ${account.id}, which you are signed in to, has no user ${oneLine(userName)}. Whose a key is: ${keyaudit('whose', 'KEY-ID')}`,
    );
  }
  const { user, failures } = reading;
  const keys = user.accessKeys.flatMap((key) =>
    key.accessKeyId === null
      ? []
      : [{ accessKeyId: key.accessKeyId, isTemporary: false, isUnknown: false, account, userName, user, key }],
  );
  return { userName, keys, failures, ...(await asked(account, await operator.open(account), operator, signal)) };
};

const ofKey = async (accessKeyId: string, operator: Operator, { clock, signal }: World): Promise<Subject> => {
  const { reader, failures, ...key } = await findKey(accessKeyId, operator, clock(), signal);
  const { account, isUnknown } = key;
  if (account && reader) return { keys: [key], failures, ...(await asked(account, reader, operator, signal)) };
  const withoutAws = isUnknown
    ? NO_ACCOUNT
    : account
      ? `account ${accountLabel(account)} could not be read`
      : 'the account of the key is not known';
  return { keys: [key], failures, withoutAws };
};

/** How an account is asked. The audit role of another one may not list functions: it was not made for that. */
const asked = async (
  account: Account,
  { lookUpEvents }: AccountReader,
  operator: Operator,
  abortSignal: AbortSignal,
): Promise<Pick<Subject, 'aws' | 'whyNot'>> => {
  const options = await operator.clientOptionsFor(account);
  const region = await new STSClient(options).config.region();
  const isOwn = account.id === operator.account.id;
  const clientIn = (where: string): LambdaClient => new LambdaClient({ ...options, region: where });
  return {
    aws: { account, lookUpEvents, region, ...(isOwn && { findFunctions: findFunctions({ clientIn, abortSignal }) }) },
    ...(!isOwn && {
      whyNot: { 'lambda-environments': `the audit role may not list functions: sign in to ${accountLabel(account)}` },
    }),
  };
};
