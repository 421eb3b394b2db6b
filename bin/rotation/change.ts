import { type AccessKey, activeKeys, type IamUser } from '../../lambda/domain/model.ts';
import {
  type Clock,
  isSettled,
  quietSince,
  type RotationPosition,
  rotationPosition,
  type Succession,
  succession,
} from '../../lambda/domain/rotation.ts';
import { DAY, formatInstant, plural } from '../../lambda/domain/time.ts';

/** A key that can be acted on: its id is known. */
export type LiveKey = AccessKey & { accessKeyId: string };

/** What the next step of a rotation does to IAM. */
export type KeyChange =
  | { act: 'create'; replaces: LiveKey }
  /** A new key whose secret was lost goes, and another one comes. */
  | { act: 'recreate'; discarded: LiveKey; replaces: LiveKey }
  | { act: 'deactivate'; key: LiveKey }
  /** Nobody knows since when the key is inactive: that it is so now is written down, and the waiting starts. */
  | { act: 'record'; key: LiveKey }
  | { act: 'delete'; key: LiveKey }
  | { act: 'none'; why: string };

/** What speaks against a change now. `final` ones cannot be overridden. */
export type Refusal = { reason: string; notBefore?: Date; final?: true };

export type Proposal = { change: KeyChange; refusals: Refusal[] };

/** What is known beside the user itself. */
export type ChangeFacts = Clock & {
  /** The owner said that nobody needs the unused key. */
  confirmedUnused: boolean;
  /** The key that the caller's own credentials are. */
  ownAccessKeyId?: string | undefined;
  /** Where infrastructure code makes the user's keys, in words; absent where nothing says so. */
  managedBy?: string | undefined;
  /** The secret of the new key was lost before anybody could use it. */
  secretLost: boolean;
  /** What of the user could not be read, in words. */
  unread: readonly string[];
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

const proposals = (user: IamUser, facts: ChangeFacts): Proposal => {
  const position = rotationPosition(user, facts);
  switch (position.stage) {
    case 'root-key':
      return nothing('only root itself can touch its keys: sign in as root');
    case 'no-keys':
      return nothing('it has no access keys');
    case 'unused':
      return deactivateUnused(live(position), facts);
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

const notDue = (user: IamUser, { policy }: ChangeFacts): Proposal => {
  const key = withId(activeKeys(user)[0]);
  const dueAt = key.createDate && new Date(key.createDate.getTime() + policy.warnAfterDays * DAY);
  return create(key, [
    {
      reason: `${key.accessKeyId} is not due: it was created ${on(key.createDate)}, and is to be rotated after ${plural(policy.rotateAfterDays, 'day')}`,
      ...(dueAt && { notBefore: dueAt }),
    },
  ]);
};

/** Every Active key is unused. One that was used once may be a yearly job's, which only its owner knows. */
const deactivateUnused = (key: LiveKey, { confirmedUnused }: ChangeFacts): Proposal => ({
  change: { act: 'deactivate', key },
  refusals:
    key.lastUsed.state === 'never' || confirmedUnused
      ? []
      : [
          {
            reason: `${key.accessKeyId} was in use until ${lastUse(key)}: monthly and yearly jobs exist. Ask its owner; --confirmed-unused says that nobody needs it`,
          },
        ],
});

/** The key that was superseded, or, while both are used, the reasons why it cannot go yet. */
const deactivateSuperseded = (user: IamUser, facts: ChangeFacts): Proposal => {
  const order = succession(user);
  if (!order) return nothing('its keys have no order: when they were created could not be read');
  if (facts.secretLost) return replaceTheUnusable(withId(order.newest), withId(order.superseded.at(-1)));
  const unsettled = order.superseded.find((key) => isSettled(key, order.newest, facts) !== true);
  const key = withId(unsettled ?? order.superseded[0]);
  return { change: { act: 'deactivate', key }, refusals: againstSuperseded(key, order.newest, facts) };
};

/** Only a key that was never used: whatever uses it has its secret. */
const replaceTheUnusable = (newest: LiveKey, replaces: LiveKey): Proposal => ({
  change: { act: 'recreate', discarded: newest, replaces },
  refusals:
    newest.lastUsed.state === 'never'
      ? []
      : [
          {
            reason: `${newest.accessKeyId} has been used, or that could not be read: somebody has its secret`,
            final: true,
          },
        ],
});

const againstSuperseded = (old: LiveKey, newest: Succession['newest'], { policy, now }: ChangeFacts): Refusal[] => {
  const replacement = newest.accessKeyId ?? 'its replacement';
  if (newest.lastUsed.state === 'unknown') return [unreadable(replacement)];
  if (old.lastUsed.state === 'unknown') return [unreadable(old.accessKeyId)];
  const unused: Refusal[] =
    newest.lastUsed.state === 'never'
      ? [{ reason: `${replacement} has never been used: put it wherever ${old.accessKeyId} is used, and deploy` }]
      : [];
  const since = quietSince(old, newest);
  const quietFrom = since && new Date(since.getTime() + policy.settleDays * DAY);
  const busy: Refusal[] =
    since && quietFrom && now <= quietFrom
      ? [
          {
            reason:
              `${old.accessKeyId} is quiet only since ${formatInstant(since)}, when ` +
              `${since > newest.createDate ? `it was used${service(old)}` : `${replacement} was created`}: ` +
              `it has to be so for ${plural(policy.settleDays, 'day')}`,
            notBefore: quietFrom,
          },
        ]
      : [];
  const inverted: Refusal[] =
    busy.length === 0 && usedLater(old, newest)
      ? [
          {
            reason: `${old.accessKeyId} was last used ${lastUse(old)}, later than ${replacement}: it looks like the one that is needed`,
          },
        ]
      : [];
  return [...unused, ...busy, ...inverted];
};

/** Keys of the same instant: neither replaces the other, so the one that fell silent while the other is used is the old one. */
const deactivateOneOfTwins = (user: IamUser, facts: ChangeFacts): Proposal => {
  const [old, used] = activeKeys(user)
    .map(withId)
    .sort((a, b) => usedAt(a) - usedAt(b));
  if (!old || !used) throw new Error('two keys of one instant are not two');
  const unread = [old, used].find(({ lastUsed }) => lastUsed.state === 'unknown');
  const quietFrom = new Date(Math.max(usedAt(old), old.createDate?.getTime() ?? 0) + facts.policy.settleDays * DAY);
  const refusals: Refusal[] = [
    ...(unread ? [unreadable(unread.accessKeyId)] : []),
    ...(!unread && used.lastUsed.state !== 'used'
      ? [
          {
            reason: `neither ${old.accessKeyId} nor ${used.accessKeyId} was ever used, and both were created at the same instant`,
          },
        ]
      : []),
    ...(!unread && facts.now <= quietFrom
      ? [
          {
            reason: `${old.accessKeyId} and ${used.accessKeyId} were created at the same instant and both were used lately: move every use onto ${used.accessKeyId}`,
            notBefore: quietFrom,
          },
        ]
      : []),
  ];
  return { change: { act: 'deactivate', key: old }, refusals };
};

const usedAt = ({ lastUsed }: AccessKey): number => (lastUsed.state === 'used' ? lastUsed.date.getTime() : 0);

const usedLater = (old: AccessKey, newest: AccessKey): boolean =>
  old.lastUsed.state === 'used' && newest.lastUsed.state === 'used' && old.lastUsed.date > newest.lastUsed.date;

/** Deleting cannot be undone, so a key must have been inactive for so long that somebody would have missed it. */
const deleteInactive = (user: IamUser, key: LiveKey, { policy, now, force }: ChangeFacts): Proposal => {
  const change: KeyChange = { act: 'delete', key };
  const { deactivatedAt } = key;
  if (!deactivatedAt && !force) return { change: { act: 'record', key }, refusals: [] };
  const from = deactivatedAt && new Date(deactivatedAt.getTime() + policy.settleDays * DAY);
  const tooYoung: Refusal[] =
    deactivatedAt && from && now <= from
      ? [
          {
            reason: `${key.accessKeyId} is inactive only since ${formatInstant(deactivatedAt)}: give people ${plural(policy.settleDays, 'day')} to miss it`,
            notBefore: from,
          },
        ]
      : [];
  const unknown: Refusal[] = deactivatedAt
    ? []
    : [{ reason: `since when ${key.accessKeyId} is inactive is not known, which counts as too short` }];
  const unproven = activeKeys(user).filter(
    ({ lastUsed, createDate }) =>
      lastUsed.state !== 'used' && (createDate?.getTime() ?? 0) > (key.createDate?.getTime() ?? 0),
  );
  const wantedBack: Refusal[] = unproven.map((other) => ({
    reason: `${other.accessKeyId}, which replaces it, has ${other.lastUsed.state === 'never' ? 'never been used' : 'a last use that could not be read'}: ${key.accessKeyId} may be wanted back`,
  }));
  return { change, refusals: [...unknown, ...tooYoung, ...wantedBack] };
};

/** What speaks against any change of the user's keys by hand. */
const standingRefusals = (change: KeyChange, { ownAccessKeyId, managedBy, unread }: ChangeFacts): Refusal[] => {
  if (change.act === 'none' || change.act === 'record') return [];
  const own: Refusal[] =
    'key' in change && change.key.accessKeyId === ownAccessKeyId
      ? [{ reason: `${ownAccessKeyId} is the key you are signed in with: sign in with another one`, final: true }]
      : [];
  const inCode: Refusal[] = managedBy
    ? [
        {
          reason: `its keys are managed by ${managedBy}: change them in code, as the next apply undoes what is done by hand`,
        },
      ]
    : [];
  return [...own, ...inCode, ...unread.map((reason) => ({ reason }))];
};

const unreadable = (accessKeyId: string): Refusal => ({
  reason: `when ${accessKeyId} was last used could not be read, and unknown is not unused`,
});

const on = (instant: Date | null): string => (instant ? `on ${formatInstant(instant)}` : 'at an unknown time');

const lastUse = ({ lastUsed }: AccessKey): string =>
  lastUsed.state === 'used' ? `on ${formatInstant(lastUsed.date)}` : lastUsed.state;

const service = ({ lastUsed }: AccessKey): string =>
  lastUsed.state === 'used' && lastUsed.serviceName ? ` (${lastUsed.serviceName})` : '';
