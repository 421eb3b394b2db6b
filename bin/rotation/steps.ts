import { commandsFor } from '../../lambda/domain/commands.ts';
import { deactivationTag, staleNotes } from '../../lambda/domain/deactivation.ts';
import { reasonOf } from '../../lambda/domain/failure.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import type { ListAccessKeys } from '../../lambda/ports.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import type { ChangeKeys, CreatedKey } from '../aws/change-keys.ts';
import type { KeyChange, LiveKey } from './change.ts';
import type { SecretStore } from './store.ts';

/** One thing that will be done, in words that are shown before; then it is done. Shown and done are one list. */
export type Step = {
  says: string;
  /** Resolves to what came of it, where that is a text worth telling. */
  run: () => Promise<unknown>;
  /** It changes IAM. */
  changes?: true;
  /** Not to be interrupted after this step: the next one follows, whatever signal comes. */
  bindsNext?: true;
};

/** What the steps act with. */
export type StepContext = {
  keys: ChangeKeys;
  store: SecretStore;
  /** The user's keys as IAM lists them now. */
  listAccessKeys: ListAccessKeys;
  clock: () => Date;
};

/** What has to be ready before anybody is told of a change. It changes nothing. */
export const preparationsOf = ({ act }: KeyChange, context: Pick<StepContext, 'store'>): Step[] =>
  act === 'create' || act === 'recreate' ? [checkStore(context)] : [];

/**
 * The steps of a change, in the order that leaves no half-done thing hidden when they are interrupted between any two. Notes
 * that no longer hold go first: one that is left on a key would date its next deactivation back.
 */
export const stepsOf = (change: Exclude<KeyChange, { act: 'none' }>, user: IamUser, context: StepContext): Step[] => [
  ...removeTags(staleNotes(user), user, context),
  ...changeSteps(change, user, context),
];

const changeSteps = (change: Exclude<KeyChange, { act: 'none' }>, user: IamUser, context: StepContext): Step[] => {
  switch (change.act) {
    case 'create':
      return createSteps(change.replaces, user, context);
    case 'recreate':
      return [
        deleteKey(change.discarded, user, context),
        ...removeTags(change.discarded === change.replaces ? [] : [change.discarded.accessKeyId], user, context),
        ...createSteps(change.replaces, user, context),
      ];
    case 'deactivate':
      return [setStatus(change.key, 'Inactive', user, context), recordDeactivation(change.key, user, context)];
    case 'record':
      return [recordDeactivation(change.key, user, context)];
    case 'delete':
      return [
        confirmInactive(change.key, user, context),
        deleteKey(change.key, user, context),
        ...removeTags([deactivationTag(change.key.accessKeyId), change.key.accessKeyId], user, context),
      ];
  }
};

/**
 * What makes a key active again, and forgets that it was not. Of one that is active already, the note only. Where the user's tags
 * could not be read, the note may be there: removing a tag that is not is no error.
 */
export const reactivationSteps = (
  key: LiveKey,
  user: IamUser,
  tagsAreKnown: boolean,
  context: Pick<StepContext, 'keys'>,
): Step[] => {
  const note = deactivationTag(key.accessKeyId);
  return [
    ...(key.status === 'Active' ? [] : [setStatus(key, 'Active', user, context)]),
    ...removeTags([note], tagsAreKnown ? user : { ...user, tags: { [note]: '' } }, context),
  ];
};

const checkStore = ({ store }: Pick<StepContext, 'store'>): Step => ({
  says: 'check that the place for the secret is ready',
  run: () => store.check(),
});

const createSteps = (replaces: LiveKey, user: IamUser, { keys, store }: StepContext): Step[] => {
  const { userName, tags } = user;
  let created: CreatedKey | undefined;
  const description = tags[replaces.accessKeyId];
  const made = (): CreatedKey => {
    if (!created) throw new Error('there is no new key');
    return created;
  };
  return [
    {
      changes: true,
      says: call('CreateAccessKey', { UserName: userName }),
      bindsNext: true,
      run: async () => {
        created = await keys.create(userName);
        return created.AccessKeyId;
      },
    },
    {
      says: `${store.says}; if that fails, iam:DeleteAccessKey of the new key until iam:ListAccessKeys has it no more`,
      run: () => keepOrUndo(made(), user, { keys, store }),
    },
    ...(description
      ? [
          {
            changes: true as const,
            says: call('TagUser', { UserName: userName, '<the new key id>': description }),
            run: () => keys.tag(userName, { [made().AccessKeyId]: description }),
          },
        ]
      : []),
  ];
};

/** A key whose secret nobody has is of no use, and takes the slot of one that would be. */
const keepOrUndo = async (
  created: CreatedKey,
  user: IamUser,
  { keys, store }: Pick<StepContext, 'keys' | 'store'>,
): Promise<void> => {
  const { AccessKeyId } = created;
  try {
    await store.keep(created);
  } catch (cause) {
    const why = `Keeping the secret of ${AccessKeyId} failed: ${reasonOf(cause)}.`;
    await keys.undoCreate(created).catch((error: unknown) => {
      throw new Error(
        `${why} Deleting ${AccessKeyId} again failed too: ${reasonOf(error)}. THE NEW KEY MAY STILL EXIST ` +
          `(to delete it: ${deleteCommand(created, user)})`,
        { cause },
      );
    });
    throw new Error(`${why} ${AccessKeyId} is deleted again`, { cause });
  }
};

const deleteCommand = ({ AccessKeyId, CreateDate }: CreatedKey, user: IamUser): string | undefined =>
  commandsFor(user, {
    accessKeyId: AccessKeyId,
    status: 'Active',
    createDate: new Date(CreateDate),
    lastUsed: { state: 'never' },
  })?.delete;

const setStatus = (
  { accessKeyId }: LiveKey,
  status: 'Active' | 'Inactive',
  { userName }: IamUser,
  { keys }: Pick<StepContext, 'keys'>,
): Step => ({
  changes: true,
  says: call('UpdateAccessKey', { UserName: userName, AccessKeyId: accessKeyId, Status: status }),
  run: () => keys.setStatus(userName, accessKeyId, status),
});

/**
 * After the key is made inactive: an interruption in between leaves an inactive key without a note, which the next run writes
 * with its own, later time. The other way round, a note would stand that dates a later deactivation back.
 */
const recordDeactivation = ({ accessKeyId }: LiveKey, { userName }: IamUser, { keys, clock }: StepContext): Step => ({
  changes: true,
  says: call('TagUser', { UserName: userName, [deactivationTag(accessKeyId)]: '<now>' }),
  run: () => keys.tag(userName, { [deactivationTag(accessKeyId)]: clock().toISOString() }),
});

/** Somebody may have made it active again since IAM was asked. Small as the time is, what follows cannot be undone. */
const confirmInactive = (
  { accessKeyId }: LiveKey,
  { userName }: IamUser,
  { listAccessKeys }: Pick<StepContext, 'listAccessKeys'>,
): Step => ({
  says: `check that ${accessKeyId} is still inactive`,
  run: async () => {
    const key = (await listAccessKeys(userName))?.find((each) => each.accessKeyId === accessKeyId);
    if (key?.status === 'Active') throw new Error(`${accessKeyId} is active again`);
  },
});

const deleteKey = ({ accessKeyId }: LiveKey, { userName }: IamUser, { keys }: StepContext): Step => ({
  changes: true,
  says: call('DeleteAccessKey', { UserName: userName, AccessKeyId: accessKeyId }),
  run: () => keys.remove(userName, accessKeyId),
});

/** Only tags that are there: none is no call. */
const removeTags = (
  names: readonly string[],
  { userName, tags }: IamUser,
  { keys }: Pick<StepContext, 'keys'>,
): Step[] => {
  const there = names.filter((name) => name in tags);
  return there.length === 0
    ? []
    : [
        {
          changes: true as const,
          says: call('UntagUser', { UserName: userName, TagKeys: there.join(',') }),
          run: () => keys.untag(userName, there),
        },
      ];
};

const call = (action: string, input: Readonly<Record<string, string>>): string =>
  `iam:${action} ${Object.entries(input)
    .map(([name, value]) => `${name}=${shown(oneLine(value))}`)
    .join(' ')}`;

const shown = (value: string): string => (/\s/.test(value) ? JSON.stringify(value) : value);
