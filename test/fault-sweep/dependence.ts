import { ROOT_USER_NAME } from '../../lambda/domain/model.ts';
import type { Finding } from '../../lambda/domain/report.ts';
import type { Call, FakeUser, FakeWorld } from '../fake-aws/index.ts';
import type { Cell } from './matrix.ts';

/** Which findings may depend on a call: by what it asks of whom. No other finding may change when it fails. */

export type Key = Pick<Finding, 'account' | 'userName' | 'accessKeyId'>;

export const dependsOn =
  ({ calls }: Cell, world: FakeWorld) =>
  (key: Key): boolean =>
    calls.some((call) => tellsOf(call, key, world));

const tellsOf = ({ operation, account, params }: Call, key: Key, world: FakeWorld): boolean => {
  const [service, action] = operation.split(':');
  switch (service) {
    case 'sts':
      return action === 'GetCallerIdentity' || textOf(params, 'RoleArn').includes(key.account.id);
    case 'organizations':
      return isListedUnder(textOf(params, 'ParentId'), key, world);
    case 'cloudtrail':
      return account === key.account.id && isOfStatus(params) && hasInactiveKey(userOf(key, world));
    case 'iam':
      return account === key.account.id && tellsOfUser(action, params, key, world);
    default:
      return false;
  }
};

const textOf = (params: Call['params'], name: string): string => {
  const value = params[name];
  return typeof value === 'string' ? value : '';
};

const tellsOfUser = (action: string | undefined, params: Call['params'], key: Key, world: FakeWorld): boolean => {
  const isRoot = key.userName === ROOT_USER_NAME;
  const { UserName: userName, AccessKeyId: accessKeyId } = params;
  if (userName !== undefined) return userName === key.userName;
  if (accessKeyId !== undefined)
    return userOf(key, world)?.keys.some((each) => each.accessKeyId === accessKeyId) ?? false;
  // Without a credential report all users are read live; of root's key only its presence is known.
  return action === 'ListUsers' ? !isRoot : isRoot;
};

/** The user whom a call of IAM asks about; `undefined` where it asks about the account. */
export const subjectOf = (params: Call['params'], account: string, { accounts }: FakeWorld): string | undefined => {
  const { UserName: userName, AccessKeyId: accessKeyId } = params;
  if (typeof userName === 'string') return userName;
  const users = accounts.find(({ id }) => id === account)?.users ?? [];
  return users.find(({ keys }) => keys.some((key) => key.accessKeyId === accessKeyId))?.userName;
};

const userOf = ({ account, userName }: Key, { accounts }: FakeWorld): FakeUser | undefined =>
  accounts.find(({ id }) => id === account.id)?.users.find((user) => user.userName === userName);

/** CloudTrail is asked since when keys are inactive, and who uses a key: that is only added to a finding. */
const isOfStatus = (params: Call['params']): boolean => JSON.stringify(params).includes('UpdateAccessKey');
const hasInactiveKey = (user: FakeUser | undefined): boolean =>
  user?.keys.some(({ status }) => status === 'Inactive') ?? false;

/** Whether the account hangs below the parent, at any depth; where no parent is named, all do. */
const isListedUnder = (parentId: string, { account }: Key, { organization }: FakeWorld): boolean => {
  const parents = [organization?.members.find(({ id }) => id === account.id)?.parentId];
  for (const id of parents) {
    const unit = organization?.units.find((each) => each.id === id);
    if (unit) parents.push(unit.parentId);
  }
  return parentId === '' || parents.includes(parentId);
};
