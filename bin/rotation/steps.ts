import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import { reasonOf } from '../../lambda/domain/failure.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import type { ChangeKeys, CreatedKey } from '../aws/change-keys.ts';
import type { KeyChange, LiveKey } from './change.ts';
import type { Notice } from './notice.ts';
import type { SecretStore } from './store.ts';

/** One thing that will be done, in words that are shown before; then it is done. Shown and done are one list. */
export type Step = {
  says: string;
  /** Resolves to what came of it, where that is a text worth telling. */
  run: () => Promise<unknown>;
  /** Not to be interrupted after this step: the next one follows, whatever signal comes. */
  bindsNext?: true;
};

/** What the steps act with. */
export type StepContext = {
  keys: ChangeKeys;
  store: SecretStore;
  giveNotice: (notice: Notice) => Promise<void>;
  clock: () => Date;
};

/** The steps of a change, in the order that leaves no half-done thing hidden when they are interrupted between any two. */
export const stepsOf = (
  change: Exclude<KeyChange, { act: 'none' }>,
  user: IamUser,
  notices: readonly Notice[],
  context: StepContext,
): Step[] => [
  ...notices.map((notice) => ({
    says: `tell ${notice.channel} on Slack: ${notice.text}`,
    run: () => context.giveNotice(notice),
  })),
  ...changeSteps(change, user, context),
];

const changeSteps = (change: Exclude<KeyChange, { act: 'none' }>, user: IamUser, context: StepContext): Step[] => {
  switch (change.act) {
    case 'create':
      return [checkStore(context), ...createSteps(change.replaces, user, context)];
    case 'recreate':
      return [
        checkStore(context),
        deleteKey(change.discarded, user, context),
        ...createSteps(change.replaces, user, context),
      ];
    case 'deactivate':
      return [recordDeactivation(change.key, user, context), setStatus(change.key, 'Inactive', user, context)];
    case 'record':
      return [recordDeactivation(change.key, user, context)];
    case 'delete':
      return [
        deleteKey(change.key, user, context),
        ...removeTags([deactivationTag(change.key.accessKeyId), change.key.accessKeyId], user, context),
      ];
  }
};

/** What makes a key active again, and forgets that it was not. */
export const reactivationSteps = (key: LiveKey, user: IamUser, context: Pick<StepContext, 'keys'>): Step[] => [
  setStatus(key, 'Active', user, context),
  ...removeTags([deactivationTag(key.accessKeyId)], user, context),
];

const checkStore = ({ store }: StepContext): Step => ({
  says: 'check that the place for the secret is ready',
  run: () => store.check(),
});

const createSteps = (replaces: LiveKey, { userName, tags }: IamUser, { keys, store }: StepContext): Step[] => {
  let created: CreatedKey | undefined;
  const description = tags[replaces.accessKeyId];
  const made = (): CreatedKey => {
    if (!created) throw new Error('there is no new key');
    return created;
  };
  return [
    {
      says: call('CreateAccessKey', { UserName: userName }),
      bindsNext: true,
      run: async () => {
        created = await keys.create(userName);
        return created.AccessKeyId;
      },
    },
    {
      says: `${store.says}; if that fails, iam:DeleteAccessKey of the new key`,
      run: () => keepOrDelete(made(), keys, store),
    },
    ...(description
      ? [
          {
            says: call('TagUser', { UserName: userName, '<the new key id>': description }),
            run: () => keys.tag(userName, { [made().AccessKeyId]: description }),
          },
        ]
      : []),
  ];
};

/** A key whose secret nobody has is of no use, and takes the slot of one that would be. */
const keepOrDelete = async (created: CreatedKey, keys: ChangeKeys, store: SecretStore): Promise<void> => {
  const { UserName, AccessKeyId } = created;
  try {
    await store.keep(created);
  } catch (cause) {
    const why = `The secret of ${AccessKeyId} was not kept: ${reasonOf(cause)}.`;
    await keys.remove(UserName, AccessKeyId).catch((error: unknown) => {
      throw new Error(
        `${why} Deleting ${AccessKeyId} again failed too: ${reasonOf(error)}. It is active and its secret is lost: ` +
          'run the same command again, it offers to discard it',
        { cause },
      );
    });
    throw new Error(`${why} ${AccessKeyId} is deleted again, so nothing has changed: mend the place and run it again`, {
      cause,
    });
  }
};

const setStatus = (
  { accessKeyId }: LiveKey,
  status: 'Active' | 'Inactive',
  { userName }: IamUser,
  { keys }: Pick<StepContext, 'keys'>,
): Step => ({
  says: call('UpdateAccessKey', { UserName: userName, AccessKeyId: accessKeyId, Status: status }),
  run: () => keys.setStatus(userName, accessKeyId, status),
});

/**
 * Before the key is made inactive: an interruption in between leaves an active key, of which the tag says nothing. The other
 * way round it would leave an inactive one of which nobody knows since when.
 */
const recordDeactivation = ({ accessKeyId }: LiveKey, { userName }: IamUser, { keys, clock }: StepContext): Step => ({
  says: call('TagUser', { UserName: userName, [deactivationTag(accessKeyId)]: '<now>' }),
  run: () => keys.tag(userName, { [deactivationTag(accessKeyId)]: clock().toISOString() }),
});

const deleteKey = ({ accessKeyId }: LiveKey, { userName }: IamUser, { keys }: StepContext): Step => ({
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
          says: call('UntagUser', { UserName: userName, TagKeys: there.join(',') }),
          run: () => keys.untag(userName, there),
        },
      ];
};

const call = (action: string, input: Readonly<Record<string, string>>): string =>
  `iam:${action} ${Object.entries(input)
    .map(([name, value]) => `${name}=${/\s/.test(value) ? JSON.stringify(value) : value}`)
    .join(' ')}`;
