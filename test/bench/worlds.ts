/** The accounts that are measured: the same in every run. */
import { daysAgo, hoursAgo } from '../builders.ts';
import {
  type FakeAccountOverrides,
  type FakeKey,
  type FakeLastUsed,
  type FakeUserOverrides,
  type FakeWorldOverrides,
  fakeAccount,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from '../fake-aws/world.ts';

/**
 * `old` users are older than the rotation limit, so that a report can not prove how young their keys are (`last_rotated` also
 * moves on reactivation); `young` ones are too young for any key of theirs to be due.
 */
export type BenchWorld = {
  users: number;
  age: 'old' | 'young';
  /** How many calls for a report do not find it ready. */
  polls: number;
  /** So many members of an organization, each with so many users, beside a hub with none. Default: the hub alone. */
  members?: number;
};

/** 5 %: one user in so many needs attention. */
const ONE_IN = 20;

const needsAttention = (index: number): boolean => index % ONE_IN === ONE_IN / 2;

const userName = (index: number): string => `user-${String(index).padStart(5, '0')}`;

export const benchAccount = (world: BenchWorld) => fakeAccount(accountOf(world));

/** Where the world has an organization, the hub is its management account. */
export const benchWorld = (world: BenchWorld, overrides: FakeWorldOverrides = {}) => {
  const members = memberIds(world);
  return members.length === 0
    ? fakeWorld({ ...overrides, accounts: [accountOf(world)] })
    : fakeWorld({
        ...overrides,
        accounts: [{}, ...members.map((id) => ({ ...accountOf(world), id, name: `member-${id}` }))],
        organization: { members: [HUB_ACCOUNT_ID, ...members].map((id) => ({ id, name: `member-${id}` })) },
      });
};

/** The accounts that have the users. */
export const accountIds = (world: BenchWorld): string[] => {
  const members = memberIds(world);
  return members.length === 0 ? [HUB_ACCOUNT_ID] : members;
};

const memberIds = ({ members = 0 }: BenchWorld): string[] =>
  Array.from({ length: members }, (_, index) => String(222_200_000_000 + index));

export const usersNeedingAttention = ({ users }: Pick<BenchWorld, 'users'>): string[] =>
  Array.from({ length: users }, (_, index) => index)
    .filter(needsAttention)
    .map(userName);

const accountOf = ({ users, age, polls }: BenchWorld): FakeAccountOverrides => ({
  report: { polls },
  users: Array.from({ length: users }, (_, index): FakeUserOverrides => {
    const common = { userName: userName(index), slotOrder: index % 2 ? [1, 0] : [0, 1] };
    return needsAttention(index)
      ? { ...common, created: daysAgo(400), keys: attention[Math.floor(index / ONE_IN) % attention.length] ?? [] }
      : { ...common, ...inOrder(index, age) };
  }),
});

type Key = Partial<FakeKey>;

/** Rotated not long ago: the new key is in use, the old one Inactive and kept for a while. */
const inOrder = (index: number, age: BenchWorld['age']): Required<Pick<FakeUserOverrides, 'created' | 'keys'>> => ({
  created: age === 'old' ? daysAgo(200 + (index % 500)) : daysAgo(40 + (index % 30)),
  keys: [
    { created: daysAgo(5 + (index % 30)), lastUsed: used(hoursAgo(1 + (index % 48))) },
    {
      status: 'Inactive',
      created: age === 'old' ? daysAgo(100 + (index % 60)) : daysAgo(38),
      lastUsed: used(daysAgo(6 + (index % 20))),
    },
  ],
});

const used = (date: Date): FakeLastUsed => ({ date, service: 's3', region: 'eu-west-2' });
const inUse = used(hoursAgo(1));
const deactivated: Key = { status: 'Inactive', created: daysAgo(100), lastUsed: used(daysAgo(10)) };

/** Two keys each, every rule for users once. */
const attention: readonly (readonly Key[])[] = [
  [{ created: daysAgo(120), lastUsed: inUse }, deactivated], // key-overdue
  [
    { created: daysAgo(60), lastUsed: used(hoursAgo(2)) }, // superseded-key-in-use
    { created: daysAgo(20), lastUsed: inUse },
  ],
  [
    { created: daysAgo(60), lastUsed: inUse },
    { created: daysAgo(5) }, // replacement-not-used
  ],
  [
    { created: daysAgo(60), lastUsed: used(daysAgo(30)) }, // superseded-key-idle
    { created: daysAgo(29), lastUsed: inUse },
  ],
  [{ created: daysAgo(60), lastUsed: used(daysAgo(50)) }, deactivated], // key-unused
  [{ created: daysAgo(80), lastUsed: inUse }, deactivated], // key-due-soon
  [
    { created: daysAgo(20), lastUsed: inUse },
    { ...deactivated, lastUsed: used(daysAgo(40)) },
  ], // inactive-key-kept
];
