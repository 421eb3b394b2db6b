import { inactiveSinceAtLeast } from './deactivation.ts';
import { type AccessKey, activeKeys, type IamUser, isRoot, type Policy } from './model.ts';
import { DAY, HOUR, olderThan } from './time.ts';

/** Where a user's keys stand on the way from an old key to a new one. In the order in which the stages are tried. */
export const rotationStages = [
  'root-key',
  'unknown',
  'unused',
  'unordered',
  'replacement-created',
  'lingering',
  'cutting-over',
  'ready-to-deactivate',
  'overdue',
  'due-soon',
  'deactivated',
  'no-keys',
  'current',
] as const;
export type RotationStage = (typeof rotationStages)[number];

/** What a stage asks a person to do. */
export const nextActions = [
  'remove-root-key',
  'look-again',
  'deactivate',
  'confirm-unused',
  'find-usage',
  'deploy-replacement',
  'find-remaining-usage',
  'wait',
  'free-a-slot',
  'delete',
  'confirm-live',
  'none',
] as const;
export type NextAction = (typeof nextActions)[number];

/** A user's stage, the action it asks for, and the key to act on (`null`: none). */
export type RotationPosition = {
  stage: RotationStage;
  action: NextAction;
  key: AccessKey | null;
  /** Not to be done before this instant. */
  notBefore?: Date;
};

export type Clock = { policy: Policy; now: Date };

/** The replacement and the Active keys that it supersedes. `undefined` when no Active key is older than another. */
export type Succession = { newest: AccessKey & { createDate: Date }; superseded: readonly AccessKey[] };

/**
 * Orders a user's Active keys: `newest` is the one with the latest CreateDate, `superseded` every one created before it,
 * oldest first. Keys of the same instant do not supersede each other; keys whose CreateDate is unknown are not ordered.
 */
export const succession = (user: Pick<IamUser, 'accessKeys'>): Succession | undefined => {
  const oldestFirst = activeKeys(user)
    .filter((key): key is AccessKey & { createDate: Date } => key.createDate !== null)
    .sort((a, b) => a.createDate.getTime() - b.createDate.getTime());
  const newest = oldestFirst.at(-1);
  if (!newest) return undefined;
  const superseded = oldestFirst.filter((key) => key.createDate.getTime() < newest.createDate.getTime());
  return superseded.length > 0 ? { newest, superseded } : undefined;
};

/**
 * Since when a superseded key is quiet: its last use, or its replacement's creation if that is later or it was never
 * used. `undefined` when its last use is unknown.
 */
export const quietSince = (old: AccessKey, newest: Succession['newest']): Date | undefined => {
  if (old.lastUsed.state === 'unknown') return undefined;
  if (old.lastUsed.state === 'never') return newest.createDate;
  return old.lastUsed.date > newest.createDate ? old.lastUsed.date : newest.createDate;
};

/** Whether a superseded key has been quiet for longer than `settleDays`. `undefined`: its last use is unknown. */
export const isSettled = (
  old: AccessKey,
  newest: Succession['newest'],
  { policy, now }: Clock,
): boolean | undefined => {
  const since = quietSince(old, newest);
  return since && olderThan(since, policy.settleDays * DAY, now);
};

/** Whether a superseded key was used later than the grace period that its replacement's creation opened. */
export const usedAfterGrace = (old: AccessKey, newest: Succession['newest'], policy: Policy): boolean =>
  old.lastUsed.state === 'used' && olderThan(newest.createDate, policy.lingerGraceHours * HOUR, old.lastUsed.date);

/** Whether the old key was used later than its replacement ever was: then the quiet one may be the one that is needed. */
export const usedAfterReplacement = (old: AccessKey, newest: AccessKey | undefined): boolean =>
  old.lastUsed.state === 'used' && newest?.lastUsed.state === 'used' && old.lastUsed.date > newest.lastUsed.date;

/** Active and not used for too long, or never used at all. Unknown is not unused. */
export const isUnused = (key: AccessKey, { policy, now }: Clock): boolean => {
  if (key.status !== 'Active') return false;
  if (key.lastUsed.state === 'used') return olderThan(key.lastUsed.date, policy.unusedAfterDays * DAY, now);
  return key.lastUsed.state === 'never' && olderThan(key.createDate, policy.neverUsedAfterDays * DAY, now);
};

/** Active and older than `rotateAfterDays`. A key of unknown age is not. */
export const isOverdue = (key: AccessKey, { policy, now }: Clock): boolean =>
  key.status === 'Active' && olderThan(key.createDate, policy.rotateAfterDays * DAY, now);

/** Active and older than `warnAfterDays`, but not overdue yet. */
export const isDueSoon = (key: AccessKey, clock: Clock): boolean =>
  key.status === 'Active' &&
  olderThan(key.createDate, clock.policy.warnAfterDays * DAY, clock.now) &&
  !isOverdue(key, clock);

type StageLine = (user: IamUser, clock: Clock) => RotationPosition | undefined;

const rootKey: StageLine = (user) =>
  isRoot(user) && user.accessKeys.length > 0
    ? { stage: 'root-key', action: 'remove-root-key', key: activeKeys(user)[0] ?? oldest(user.accessKeys) }
    : undefined;

/** Superseded keys can only be judged by when they and their replacement were made and last used. */
const unknown: StageLine = (user) => {
  const active = activeKeys(user);
  const undated = active.find((key) => key.createDate === null);
  if (undated && active.length > 1) return { stage: 'unknown', action: 'look-again', key: undated };
  const unreadable = active.find((key) => key.lastUsed.state === 'unknown');
  return unreadable && succession(user) ? { stage: 'unknown', action: 'look-again', key: unreadable } : undefined;
};

const unused: StageLine = (user, clock) => {
  const active = activeKeys(user);
  if (active.length === 0 || !active.every((key) => isUnused(key, clock))) return undefined;
  const allNever = active.every((key) => key.lastUsed.state === 'never');
  return { stage: 'unused', action: allNever ? 'deactivate' : 'confirm-unused', key: oldest(active) };
};

const unordered: StageLine = (user) => {
  const instants = activeKeys(user).map((key) => key.createDate?.getTime());
  const newest = Math.max(...instants.map((instant) => instant ?? Number.NEGATIVE_INFINITY));
  const tied = activeKeys(user).filter((key) => key.createDate?.getTime() === newest);
  return tied.length > 1 ? { stage: 'unordered', action: 'find-usage', key: tied[0] ?? null } : undefined;
};

const replacementCreated: StageLine = (user) => {
  const { newest } = succession(user) ?? {};
  return newest?.lastUsed.state === 'never'
    ? { stage: 'replacement-created', action: 'deploy-replacement', key: newest }
    : undefined;
};

const notYetQuiet: StageLine = (user, clock) => {
  const order = succession(user);
  if (!order) return undefined;
  const unsettled = order.superseded.filter((key) => isSettled(key, order.newest, clock) === false);
  const lingering = unsettled.find((key) => usedAfterGrace(key, order.newest, clock.policy));
  if (lingering) return { stage: 'lingering', action: 'find-remaining-usage', key: lingering };
  const [waiting] = unsettled;
  const since = waiting && quietSince(waiting, order.newest);
  return since
    ? {
        stage: 'cutting-over',
        action: 'wait',
        key: waiting,
        notBefore: new Date(since.getTime() + clock.policy.settleDays * DAY),
      }
    : undefined;
};

const readyToDeactivate: StageLine = (user) => {
  const [old] = succession(user)?.superseded ?? [];
  return old ? { stage: 'ready-to-deactivate', action: 'deactivate', key: old } : undefined;
};

/** From when a key that is not active has been so for `settleDays`, where that is still to come. */
const settlesAt = (key: AccessKey, { policy, now }: Clock): Date | undefined => {
  const since = inactiveSinceAtLeast(key);
  const settled = since && new Date(since.getTime() + policy.settleDays * DAY);
  return settled && now < settled ? settled : undefined;
};

const due: StageLine = (user, clock) => {
  const [key] = activeKeys(user);
  const stage = key && (isOverdue(key, clock) ? 'overdue' : isDueSoon(key, clock) ? 'due-soon' : undefined);
  if (!stage) return undefined;
  const other = oldest(user.accessKeys.filter((each) => each !== key));
  if (!other) return { stage, action: 'find-usage', key };
  const notBefore = settlesAt(other, clock);
  return { stage, action: 'free-a-slot', key: other, ...(notBefore && { notBefore }) };
};

const deactivated: StageLine = (user, clock) => {
  const key = oldest(user.accessKeys.filter(({ status }) => status !== 'Active'));
  if (!key) return undefined;
  const notBefore = settlesAt(key, clock);
  return notBefore
    ? { stage: 'deactivated', action: 'wait', key, notBefore }
    : { stage: 'deactivated', action: 'delete', key };
};

const noKeys: StageLine = (user) =>
  user.accessKeys.length === 0 ? { stage: 'no-keys', action: 'none', key: null } : undefined;

/** The stage table: the first line that matches wins. */
const stageLines: readonly StageLine[] = [
  rootKey,
  unknown,
  unused,
  unordered,
  replacementCreated,
  notYetQuiet,
  readyToDeactivate,
  due,
  deactivated,
  noKeys,
];

/** Where a user's keys stand at `now`, and what that asks for. Total: any set of keys has a position. */
export const rotationPosition = (user: IamUser, clock: Clock): RotationPosition => {
  for (const line of stageLines) {
    const position = line(user, clock);
    if (position) return position;
  }
  return { stage: 'current', action: 'none', key: null };
};

const oldest = (keys: readonly AccessKey[]): AccessKey | null =>
  [...keys].sort((a, b) => (a.createDate?.getTime() ?? 0) - (b.createDate?.getTime() ?? 0))[0] ?? null;
