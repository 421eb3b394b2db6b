import type { Account, Failure, IamUser } from '../../lambda/domain/model.ts';
import type { LocatorContext } from '../../lambda/locators/locator.ts';
import type { AccountReader } from '../../lambda/ports.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import { findKey, looksLikeKeyId } from '../find-key.ts';
import { type Operator, readOwnUser } from '../operator.ts';
import type { Reach } from '../reach-aws.ts';
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

const ofUser = async (userName: string, operator: Operator, { clock }: World): Promise<Subject> => {
  const { account } = operator;
  const { user, failures } = await readOwnUser(userName, operator, clock());
  const keys = user.accessKeys.flatMap((key) =>
    key.accessKeyId === null
      ? []
      : [{ accessKeyId: key.accessKeyId, isTemporary: false, isUnknown: false, account, userName, user, key }],
  );
  return { userName, keys, failures, ...asked(account, await operator.open(account), operator) };
};

const ofKey = async (accessKeyId: string, operator: Operator, { clock, signal }: World): Promise<Subject> => {
  const { reader, failures, ...key } = await findKey(accessKeyId, operator, clock(), signal);
  const { account, isUnknown } = key;
  if (account && reader) return { keys: [key], failures, ...asked(account, reader, operator) };
  const withoutAws = isUnknown
    ? NO_ACCOUNT
    : account
      ? `account ${accountLabel(account)} could not be read`
      : 'the account of the key is not known';
  return { keys: [key], failures, withoutAws };
};

/** How an account is asked. The audit role of another one may not list functions: it was not made for that. */
const asked = (
  account: Account,
  { lookUpEvents }: AccountReader,
  { account: own, region, findFunctions }: Operator,
): Pick<Subject, 'aws' | 'whyNot'> => {
  const isOwn = account.id === own.id;
  return {
    aws: { account, lookUpEvents, region, ...(isOwn && { findFunctions }) },
    ...(!isOwn && {
      whyNot: { 'lambda-environments': `the audit role may not list functions: sign in to ${accountLabel(account)}` },
    }),
  };
};
