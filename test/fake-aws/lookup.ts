/**
 * Finding a user or a key without a scan of the whole account for every call: an account of 5,000 users and 10,000 keys is asked
 * 10,000 times. The world may change under the index at any time, so every hit is checked, and a miss looks again.
 */
import { WireError } from './wire.ts';
import type { FakeAccount, FakeKey, FakeUser } from './world.ts';

interface Index {
  users: Map<string, number>;
  keyOwners: Map<string, number>;
}

const indexes = new WeakMap<FakeAccount, Index>();

const findUser = (account: FakeAccount, userName: string): FakeUser | undefined =>
  find(
    account,
    ({ users }) => users.get(userName),
    (user) => (user.userName === userName ? user : undefined),
  );

/** @throws WireError in IAM's words */
export const existingUser = (account: FakeAccount, userName: string): FakeUser => {
  const user = findUser(account, userName);
  if (!user) throw new WireError(404, 'NoSuchEntity', `The user with name ${userName} cannot be found.`);
  return user;
};

export const findKey = (account: FakeAccount, accessKeyId: string): { user: FakeUser; key: FakeKey } | undefined =>
  find(
    account,
    ({ keyOwners }) => keyOwners.get(accessKeyId),
    (user) => {
      const key = user.keys.find((candidate) => candidate.accessKeyId === accessKeyId);
      return key && { user, key };
    },
  );

const find = <Found>(
  account: FakeAccount,
  position: (index: Index) => number | undefined,
  check: (user: FakeUser) => Found | undefined,
): Found | undefined => {
  const known = indexes.get(account);
  const user = known && account.users[position(known) ?? -1];
  const hit = user && check(user);
  if (hit) return hit;
  const fresh = buildIndex(account);
  indexes.set(account, fresh);
  const found = account.users[position(fresh) ?? -1];
  return found && check(found);
};

const buildIndex = ({ users }: FakeAccount): Index => {
  const index: Index = { users: new Map(), keyOwners: new Map() };
  for (const [position, user] of users.entries()) {
    index.users.set(user.userName, position);
    for (const key of user.keys) index.keyOwners.set(key.accessKeyId, position);
  }
  return index;
};
