import { reasonOf } from '../lambda/domain/failure.ts';
import type { AccessKey, Account, Failure, IamUser } from '../lambda/domain/model.ts';
import type { AccountReader } from '../lambda/ports.ts';
import { accountLabel } from '../lambda/render/wording.ts';
import type { Operator } from './operator.ts';

/** What AWS tells of an access key id, as far as it does. What it did not tell is a failure. */
export type FoundKey = {
  accessKeyId: string;
  /** Of a session: it has no user, and ends by itself. */
  isTemporary: boolean;
  /** AWS says that no account has it. */
  isUnknown: boolean;
  account?: Account;
  /** The account, opened. */
  reader?: AccountReader;
  userName?: string;
  /** The user with all its keys, and the key among them. */
  user?: IamUser;
  key?: AccessKey;
  failures: Failure[];
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
export const looksLikeKeyId = (word: string): boolean => /^A[KS]IA[A-Z0-9]{12,}$/.test(word);

/** Asks whose a key is: its account of STS, its user of that account, and how it stands. Rejects only when it is aborted. */
export const findKey = async (
  accessKeyId: string,
  operator: Operator,
  now: Date,
  abortSignal: AbortSignal,
): Promise<FoundKey> => {
  const found = { accessKeyId, isTemporary: accessKeyId.startsWith('ASIA'), isUnknown: false };
  let account: Account | undefined;
  let notTold: Failure[] = [];
  try {
    const id = await operator.findKeyAccount(accessKeyId);
    if (id === undefined) return { ...found, isUnknown: true, failures: [] };
    account = await operator.accountOf(id);
  } catch (error) {
    abortSignal.throwIfAborted();
    notTold = [failure(accessKeyId, `which account has it could not be asked: ${reasonOf(error)}`)];
  }
  // Where STS does not tell, it may still be in one's own account, which is asked anyway.
  const inside = await lookInside(found, account ?? operator.account, operator, now);
  abortSignal.throwIfAborted();
  if (account || inside.userName !== undefined) return inside;
  return { ...found, failures: notTold };
};

type Wanted = Pick<FoundKey, 'accessKeyId' | 'isTemporary' | 'isUnknown'>;

const lookInside = async (found: Wanted, account: Account, operator: Operator, now: Date): Promise<FoundKey> => {
  const { accessKeyId, isTemporary } = found;
  let reader: AccountReader;
  try {
    reader = await operator.open(account);
  } catch (error) {
    return { ...found, account, failures: [{ scope: 'account', id: account.id, reason: reasonOf(error) }] };
  }
  const opened = { ...found, account, reader };
  if (isTemporary) return { ...opened, failures: [] };
  let userName: string | undefined;
  try {
    userName = await reader.findKeyUser(accessKeyId);
  } catch (error) {
    return { ...opened, failures: [failure(accessKeyId, `whose it is could not be asked: ${reasonOf(error)}`)] };
  }
  if (userName === undefined) return { ...opened, failures: [failure(accessKeyId, whyNobody(account))] };
  return { ...opened, userName, ...(await lookAtUser(accessKeyId, account, userName, operator, now)) };
};

/** AWS answers for a key that is gone, and for one that the caller may not ask about, with the same refusal. */
const whyNobody = (account: Account): string =>
  `account ${accountLabel(account)} does not say whose it is: it was deleted, or is the root user’s, ` +
  'or you may not ask there (iam:GetAccessKeyLastUsed)';

const lookAtUser = async (
  accessKeyId: string,
  account: Account,
  userName: string,
  operator: Operator,
  now: Date,
): Promise<Pick<FoundKey, 'user' | 'key' | 'failures'>> => {
  try {
    const reading = await operator.readUser(account, userName, now);
    const key = reading?.user.accessKeys.find((each) => each.accessKeyId === accessKeyId);
    if (reading && key) return { user: reading.user, key, failures: reading.failures };
    return { failures: [failure(accessKeyId, `${userName} in ${accountLabel(account)} does not have it any more`)] };
  } catch (error) {
    return { failures: [{ scope: 'user', id: `${account.id}/${userName}`, reason: reasonOf(error) }] };
  }
};

const failure = (accessKeyId: string, reason: string): Failure => ({ scope: 'user', id: accessKeyId, reason });
