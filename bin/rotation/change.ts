import type { Exemption } from '../../lambda/domain/exemptions.ts';
import { type AccessKey, activeKeys, type IamUser } from '../../lambda/domain/model.ts';
import {
  type Clock,
  isSettled,
  type RotationPosition,
  rotationPosition,
  succession,
} from '../../lambda/domain/rotation.ts';
import { DAY, formatInstant, plural } from '../../lambda/domain/time.ts';
import {
  againstDeletion,
  againstDiscarding,
  againstSuperseded,
  againstTwin,
  againstUnused,
  type Refusal,
  standingRefusals,
} from './refusals.ts';

/** A key that can be acted on: its id is known. */
export type LiveKey = AccessKey & { accessKeyId: string };

/** What the next step of a rotation does to IAM. */
export type KeyChange =
  | { act: 'create'; replaces: LiveKey }
  /** A new key whose secret was lost goes, and another one comes. Without an older key, `replaces` is the lost one itself. */
  | { act: 'recreate'; discarded: LiveKey; replaces: LiveKey }
  | { act: 'deactivate'; key: LiveKey }
  /** Nobody knows since when the key is inactive: that it is so now is written down, and the waiting starts. */
  | { act: 'record'; key: LiveKey }
  | { act: 'delete'; key: LiveKey }
  | { act: 'none'; why: string };

export type Proposal = { change: KeyChange; refusals: Refusal[] };

/** What is known beside the user itself. */
export type ChangeFacts = Clock & {
  /** The owner said that nobody needs the unused key. */
  confirmedUnused: boolean;
  /** The key that the caller's own credentials are. */
  ownAccessKeyId?: string | undefined;
  /** Where infrastructure code makes the user's keys, in words; absent where nothing says so. */
  managedBy?: string | undefined;
  /** Somebody decided that the user's keys stay as they are for now. */
  exempt?: Exemption | undefined;
  /** The secret of the newest key was lost before anybody could use it. */
  secretLost: boolean;
  /** What of the user could not be read, in words. */
  unread: readonly string[];
  /** Why CloudTrail could not be asked since when keys are inactive, in words. */
  unverified: readonly string[];
  /** Refusals will be overridden: so nothing is put in the place of the change that they speak against. */
  force: boolean;
};

/**
 * The one change that the user's rotation needs next, by the same stages as every report, and everything that speaks against
 * making it now. Pure: the caller reads live values before, and again right before it acts.
 */
export const proposeChange = (user: IamUser, facts: ChangeFacts): Proposal => {
  const proposal = proposals(user, facts);
  return { ...proposal, refusals: [...proposal.refusals, ...standingRefusals(proposal.change, facts)] };
};

/** The key that was made last, of the active ones: where a secret was lost, this is whose. */
export const newestKey = (user: IamUser): LiveKey | undefined => {
  const active = activeKeys(user);
  const newest = succession(user)?.newest ?? (active.length === 1 ? active[0] : undefined);
  return newest && withId(newest);
};

const proposals = (user: IamUser, facts: ChangeFacts): Proposal => {
  const position = rotationPosition(user, facts);
  const lost = facts.secretLost ? newestKey(user) : undefined;
  if (lost && position.stage !== 'root-key') return replaceLost(user, lost, facts);
  switch (position.stage) {
    case 'root-key':
      return nothing('only root itself can touch its keys: sign in as root');
    case 'no-keys':
      return nothing('it has no access keys');
    case 'unused':
      return { change: { act: 'deactivate', key: live(position) }, refusals: againstUnused(live(position), facts) };
    case 'unordered':
      return deactivateOneOfTwins(user, facts);
    case 'unknown':
    case 'replacement-created':
    case 'lingering':
    case 'cutting-over':
    case 'ready-to-deactivate':
      return deactivateSuperseded(user, facts);
    case 'overdue':
    case 'due-soon':
      return position.action === 'free-a-slot' ? deleteInactive(user, live(position), facts) : create(live(position));
    case 'deactivated':
      return deleteInactive(user, live(position), facts);
    case 'current':
      return notDue(user, facts);
  }
};

const nothing = (why: string): Proposal => ({ change: { act: 'none', why }, refusals: [] });

const live = ({ key }: RotationPosition): LiveKey => withId(key);

/** IAM lists no key without its id: only credential reports do, and nothing here rests on one. */
const withId = (key: AccessKey | null | undefined): LiveKey => {
  if (!key?.accessKeyId) throw new Error('a key to act on has no id');
  return { ...key, accessKeyId: key.accessKeyId };
};

const create = (replaces: LiveKey, refusals: Refusal[] = []): Proposal => ({
  change: { act: 'create', replaces },
  refusals,
});

/** Somebody may want it sooner all the same, with a reason. */
const notDue = (user: IamUser, { policy, force }: ChangeFacts): Proposal => {
  const key = withId(activeKeys(user)[0]);
  const { createDate } = key;
  const reason =
    `${key.accessKeyId} is not due: it was created ${createDate ? `on ${formatInstant(createDate)}` : 'at an unknown time'}, ` +
    `and is to be rotated after ${plural(policy.rotateAfterDays, 'day')}`;
  if (force) return create(key, [{ reason }]);
  const dueAt = createDate && new Date(createDate.getTime() + policy.warnAfterDays * DAY);
  return nothing(dueAt ? `${reason}; it may be from ${formatInstant(dueAt)}` : reason);
};

/** The key that was superseded, or, while both are used, the reasons why it cannot go yet. */
const deactivateSuperseded = (user: IamUser, facts: ChangeFacts): Proposal => {
  const order = succession(user);
  if (!order) return nothing('its keys have no order: when they were created could not be read');
  const unsettled = order.superseded.find((key) => isSettled(key, order.newest, facts) !== true);
  const key = withId(unsettled ?? order.superseded[0]);
  return { change: { act: 'deactivate', key }, refusals: againstSuperseded(key, order.newest, facts) };
};

const replaceLost = (user: IamUser, discarded: LiveKey, facts: ChangeFacts): Proposal => ({
  change: { act: 'recreate', discarded, replaces: withId(succession(user)?.superseded.at(-1) ?? discarded) },
  refusals: againstDiscarding(discarded, facts),
});

/** Keys of the same instant: neither replaces the other, so the one that fell silent while the other is used is the old one. */
const deactivateOneOfTwins = (user: IamUser, facts: ChangeFacts): Proposal => {
  const [old, other] = activeKeys(user)
    .map(withId)
    .sort((a, b) => usedAt(a) - usedAt(b));
  if (!old || !other) throw new Error('two keys of one instant are not two');
  return { change: { act: 'deactivate', key: old }, refusals: againstTwin(old, other, facts) };
};

const usedAt = ({ lastUsed }: AccessKey): number => (lastUsed.state === 'used' ? lastUsed.date.getTime() : 0);

/**
 * Deleting cannot be undone, so somebody must have written down since when the key is inactive, or CloudTrail have seen it
 * made so. That CloudTrail saw nothing is no ground: it tells of a call minutes after it was made.
 */
const deleteInactive = (user: IamUser, key: LiveKey, facts: ChangeFacts): Proposal => {
  const since = key.deactivatedThenOrEarlier ? undefined : key.deactivatedAt;
  if (!since && !facts.force) return { change: { act: 'record', key }, refusals: [] };
  return { change: { act: 'delete', key }, refusals: againstDeletion(user, key, since, facts) };
};
