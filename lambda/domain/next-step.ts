import { commandsFor } from './commands.ts';
import { gapNote } from './memory.ts';
import { type AccessKey, activeKeys, type IamUser, isRoot } from './model.ts';
import { credentialsPage } from './partition.ts';
import {
  type Clock,
  isOverdue,
  type NextAction,
  quietSince,
  type RotationPosition,
  type RotationStage,
  rotationPosition,
  succession,
  usedAfterReplacement,
} from './rotation.ts';
import { ageInDays, formatInstant, plural } from './time.ts';

/** What to do next for a user. `text` is prose for people; `commands` are exact shell lines to copy, in order. */
export type NextStep = {
  action: NextAction;
  /** The key the step acts on; `null` where there is none, or its id is unknown. */
  accessKeyId: string | null;
  text: string;
  commands: string[];
  /** Not to be done before this instant. */
  notBefore?: Date;
};

/** What the team's own settings add to a step. */
export type TeamContext = {
  runbookUrl?: string;
  onCall?: string;
  /** The tag that names the infrastructure code which manages a user's keys, beside the usual ones. */
  managedByTag?: string;
};

/** The stage of a user's keys, and the next step with its words and commands. */
export const nextStepOf = (
  user: IamUser,
  clock: Clock,
  team: TeamContext,
): { stage: RotationStage; nextStep: NextStep } => {
  const position = rotationPosition(user, clock);
  const { stage, key, notBefore } = position;
  const action = needsLiveLook(user, position) ? 'confirm-live' : position.action;
  if (!key || action === 'none') {
    return { stage, nextStep: { action, accessKeyId: null, text: 'Nothing to do.', commands: [] } };
  }
  const sentences = [
    ...(changesKeys.has(action) && user.account.production ? [tellOnCall(team)] : []),
    capitalised(words[action]({ user, key, position, clock })),
    ...(action === 'confirm-live' || stage === 'unknown' || stage === 'unused' ? [] : mergeNote(user, clock)),
    ...(leadsToNewKey.has(action) ? smtpNote(user) : []),
    ...infrastructureCodeNote(user, team),
    ...(!isRoot(user) && key.accessKeyId === null ? [REPORT_ONLY] : []),
    ...links(user, team),
  ];
  return {
    stage,
    nextStep: {
      action,
      accessKeyId: key.accessKeyId,
      text: sentences.join(' '),
      commands: commandsOf(user, key, action, position),
      ...(notBefore && { notBefore }),
    },
  };
};

/** Without key ids there is only a report, and a report alone is no ground for taking a key away, or for looking at it again. */
const needsLiveLook = (user: IamUser, { action, key }: RotationPosition): boolean =>
  !isRoot(user) && key?.accessKeyId === null && notByReportAlone.has(action);

const notByReportAlone: ReadonlySet<NextAction> = new Set([
  'deactivate',
  'confirm-unused',
  'delete',
  'free-a-slot',
  'look-again',
]);

const changesKeys: ReadonlySet<NextAction> = new Set([
  'deactivate',
  'confirm-unused',
  'delete',
  'free-a-slot',
  'remove-root-key',
]);

/** What CloudTrail cannot show: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const EVENTS_ARE_NOT_ALL = 'CloudTrail’s list lacks S3 objects and SES mail: no events are no proof.';

const REPORT_ONLY = 'This rests on a report alone: scan the account live before you change anything.';

/** The steps at whose end there is a new key. */
const leadsToNewKey: ReadonlySet<NextAction> = new Set([
  'find-usage',
  'deploy-replacement',
  'find-remaining-usage',
  'free-a-slot',
]);

/** None without a key id, nor for root: nobody but root itself can touch its keys. */
const commandsOf = (
  user: IamUser,
  key: AccessKey,
  action: NextAction,
  { stage, notBefore }: RotationPosition,
): string[] => {
  const commands = commandsFor(user, key);
  if (!commands || isRoot(user)) return [];
  const lookUp = (keys: readonly AccessKey[]): string[] =>
    keys.flatMap((each) => commandsFor(user, each)?.lookUpEvents ?? []);
  switch (action) {
    case 'deactivate':
      return usedAfterReplacement(key, succession(user)?.newest)
        ? lookUp([key])
        : [commands.lastUsed, commands.deactivate];
    case 'delete':
    case 'free-a-slot':
      return [notBefore ? commands.lastUsed : commands.delete];
    case 'find-usage':
      return stage === 'unordered' ? lookUp(activeKeys(user)) : [commands.lookUpEvents, commands.createReplacement];
    case 'deploy-replacement':
      return lookUp(succession(user)?.superseded ?? []);
    case 'find-remaining-usage':
      return [commands.lookUpEvents];
    case 'confirm-unused':
    case 'look-again':
    case 'wait':
      return [commands.lastUsed];
    case 'remove-root-key':
    case 'confirm-live':
    case 'none':
      return [];
  }
};

type Scene = { user: IamUser; key: AccessKey; position: RotationPosition; clock: Clock };

const words: Record<NextAction, (scene: Scene) => string> = {
  'remove-root-key': ({ user, key }) =>
    `Root can do anything, so it should have no access key. Sign in as root of account ${user.account.id}, ` +
    `check that nothing uses the key (${lastUse(key)}), make it inactive, and delete it some days later.`,
  'look-again': ({ key }) =>
    `When ${named(key)} was last used could not be read, so nothing is safe to decide. ` +
    'The failures of this scan say what was refused: allow it to the role that scans, and scan again.',
  deactivate: (scene) => (scene.position.stage === 'unused' ? deactivateNeverUsed(scene) : deactivateSuperseded(scene)),
  'confirm-unused': ({ user, key, clock }) =>
    `No active key of this user was used within ${plural(clock.policy.unusedAfterDays, 'day')} ` +
    `(${latestUse(user)}). Ask the owner before anything else: monthly and quarterly jobs exist. ` +
    `When nobody needs it, make ${named(key)} inactive.${UNDO}`,
  'find-usage': ({ user, key, position }) =>
    position.stage === 'unordered'
      ? `This user has ${activeKeys(user).length} active keys created at the same instant, so neither replaces the ` +
        'other. Find where each is used, move every use onto one, then make the other inactive.'
      : `Find everywhere ${named(key)} is used, create its replacement, put it in every one of those places and deploy. ${EVENTS_ARE_NOT_ALL} The AWS CLI prints the new secret.`,
  'deploy-replacement': ({ user, key }) =>
    `${named(key)} was created ${on(key.createDate)} and has never been used. Put it wherever ` +
    `${(succession(user)?.superseded ?? []).map(named).join(' and ')} is used, and deploy.`,
  'find-remaining-usage': ({ user, key }) =>
    `${named(key)} is still in use (${lastUse(key)}), though its replacement ${replacementOf(user)}. ` +
    `A use was missed: find it, put the new key there and deploy. ${EVENTS_ARE_NOT_ALL}`,
  wait: ({ user, key, position, clock }) =>
    position.stage === 'deactivated'
      ? `${named(key)} is ${sinceInactive(key)}, ${lastUse(key)}. Give people ${settling(clock)} to miss it, then delete it.`
      : `${named(key)} has been quiet since ${on(quiet(user, key), '')}; its replacement ${replacementOf(user)}. ` +
        `${longestGap(key)}Once it has been quiet for ${settling(clock)}, make it inactive.`,
  'free-a-slot': ({ user, key }) =>
    `${activeKeys(user).map(named).join(', ')} is to be rotated, but AWS allows two keys a user and ` +
    `the other, ${named(key)}, is in the way: it is ${sinceInactive(key)}, ${lastUse(key)}. Delete it once nobody may want it back, ` +
    'then create the replacement.',
  delete: ({ key, clock }) =>
    `${named(key)} is ${sinceInactive(key)}. ` +
    (key.deactivatedAt && !key.deactivatedThenOrEarlier
      ? ''
      : `Make sure that it has been so for ${settling(clock)}, and that nobody may want it back. `) +
    'Delete it: that cannot be undone, and frees the slot for the next rotation.',
  'confirm-live': ({ position }) =>
    `By the credential report alone this would be “${position.action}”, but it has no key ids.`,
  none: () => 'Nothing to do.',
};

const deactivateNeverUsed = ({ key, clock }: Scene): string =>
  `${named(key)} was created ${on(key.createDate)} and has never been used` +
  `${key.createDate ? `, in ${plural(ageInDays(key.createDate, clock.now), 'day')}` : ''}. ` +
  `Ask the owner whether it still waits for something; if not, make it inactive.${UNDO}`;

const deactivateSuperseded = ({ user, key, clock }: Scene): string => {
  const since = quiet(user, key);
  return (
    `${named(key)} has been quiet since ${on(since, '')}` +
    `${since ? ` (${plural(ageInDays(since, clock.now), 'day')})` : ''}, and its replacement ${replacementOf(user)}. ` +
    (usedAfterReplacement(key, succession(user)?.newest)
      ? `But its own last use came after its replacement’s (${lastUse(key)}): it looks like the one in use. ` +
        'Find out what used it before you make it inactive.'
      : `${longestGap(key)}Quiet is not proof: ask about weekly and monthly jobs, then make it inactive.${UNDO}`)
  );
};

const UNDO = ' That can be undone: --status Active.';

const longestGap = (key: AccessKey): string => {
  const note = gapNote(key);
  return note && `${capitalised(note)}. `;
};

const settling = ({ policy }: Clock): string => plural(policy.settleDays, 'day');

/** Without an id, as in a report: by the date that the report gives. */
const named = ({ accessKeyId, createDate }: AccessKey): string =>
  accessKeyId ?? (createDate ? `the key of ${createDate.toISOString().slice(0, 10)}` : 'the key');

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const on = (instant: Date | null | undefined, preposition = 'on '): string =>
  instant ? `${preposition}${formatInstant(instant)}` : 'at an unknown time';

const quiet = (user: IamUser, key: AccessKey): Date | undefined => {
  const order = succession(user);
  return order && quietSince(key, order.newest);
};

const replacementOf = (user: IamUser): string => {
  const newest = succession(user)?.newest;
  return newest ? `${named(newest)} exists since ${on(newest.createDate, '')} (${lastUse(newest)})` : 'exists';
};

const lastUse = ({ lastUsed }: AccessKey): string => {
  if (lastUsed.state !== 'used') return lastUsed.state === 'never' ? 'never used' : 'last use unknown';
  const { date, serviceName, region } = lastUsed;
  return `last used ${on(date)}${serviceName ? ` by ${serviceName}` : ''}${region ? ` in ${region}` : ''}`;
};

const latestUse = (user: IamUser): string => {
  const [latest] = activeKeys(user)
    .flatMap((key) => (key.lastUsed.state === 'used' ? [{ key, at: key.lastUsed.date.getTime() }] : []))
    .sort((a, b) => b.at - a.at);
  return latest ? lastUse(latest.key) : 'never used';
};

const sinceInactive = (key: AccessKey): string =>
  `${key.status === 'Expired' ? 'expired' : 'inactive'} ${
    key.deactivatedAt
      ? `since ${on(key.deactivatedAt, '')}${key.deactivatedThenOrEarlier ? ' or longer' : ''}`
      : '(it is not known since when)'
  }`;

const tellOnCall = ({ onCall }: TeamContext): string =>
  `This is production: tell on-call${onCall ? ` (${onCall})` : ''} first.`;

/** Both keys overdue: there is no third slot, so the newer one has to carry everything before it is rotated itself. */
const mergeNote = (user: IamUser, clock: Clock): string[] => {
  const order = succession(user);
  if (!order || !isOverdue(order.newest, clock)) return [];
  return [
    `The newer key is overdue too: move every use onto ${named(order.newest)}, make the older one inactive and delete it, ` +
      `then rotate ${named(order.newest)}.`,
  ];
};

/** https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html: the password is computed from the secret key. */
const smtpNote = (user: IamUser): string[] =>
  activeKeys(user).some(({ lastUsed }) => lastUsed.state === 'used' && lastUsed.serviceName === 'ses')
    ? [
        'Used by SES: an SMTP password derives from the secret key, so a new key means a new SMTP password, ' +
          'or a new SMTP user with the date in its name.',
      ]
    : [];

const infrastructureCodeNote = (user: IamUser, team: TeamContext): string[] => {
  const tool = managedByTag(user, team.managedByTag);
  return tool ? [`Managed by ${tool}: change it in code, an apply will undo what is done by hand.`] : [];
};

/**
 * The tool that a user's tags name as its manager: by the team's own tag, or as teams and the tools themselves commonly
 * write it. `undefined` where no tag does.
 */
export const managedByTag = (user: IamUser, teamTag?: string): string | undefined => {
  const ownTag = teamTag && user.tags[teamTag];
  if (ownTag) return ownTag;
  for (const [key, value] of Object.entries(user.tags)) {
    if (key.startsWith('aws:cloudformation:')) return 'CloudFormation';
    if (/^managed[-_ ]?by$/i.test(key) && /terraform|opentofu|cloudformation|cdk|pulumi/i.test(value)) return value;
    if (/^(terraform|pulumi)$/i.test(key) && !/^(false|no|0)$/i.test(value)) return key;
  }
  return undefined;
};

const links = (user: IamUser, { runbookUrl }: TeamContext): string[] => {
  const page = credentialsPage(user, isRoot(user));
  return [...(page ? [`Console: ${page}`] : []), ...(runbookUrl ? [`Runbook: ${runbookUrl}`] : [])];
};
