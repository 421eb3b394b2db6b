import { isDeepStrictEqual } from 'node:util';
import type { IamUser } from '../../lambda/domain/model.ts';
import { nextStepOf } from '../../lambda/domain/next-step.ts';
import { DAY, formatInstant, plural } from '../../lambda/domain/time.ts';
import type { SearchInfrastructureCode } from '../../lambda/ports.ts';
import { manyLines, oneLine } from '../../lambda/render/safe-text.ts';
import { findingContextOf, type Settings } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import { type Operator, readOwnUser } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import type { Terminal } from '../terminal.ts';
import { type ChangeFacts, type KeyChange, newestKey, type Proposal, proposeChange } from './change.ts';
import { type Announcement, announce, NOBODY_IS_TOLD, type NoticeContext, noticeOf } from './notice.ts';
import { type KeyOrigin, originOf } from './origin.ts';
import { agreed, perform, rotateExitCodes, StoppedError, showSteps } from './perform.ts';
import { type Step, stepsOf } from './steps.ts';
import type { SecretStore } from './store.ts';
import { watch } from './watch.ts';
import { changeWords, keyLines, refusalLines, standing } from './words.ts';

/** What is asked of a rotation. */
export type RotateRequest = {
  userName: string;
  /** Watch for so many ms. */
  wait?: number | undefined;
  confirmedUnused: boolean;
  secretLost: boolean;
  /** Override refusals, for this reason. */
  force?: string | undefined;
  /** Who is to be told has been told by hand. */
  noticeSent: boolean;
  dryRun: boolean;
  assumeYes: boolean;
};

/** The outside world of a rotation. */
export type RotateWorld = {
  settings: Settings;
  operator: Operator;
  terminal: Terminal;
  clock: () => Date;
  sleep: (ms: number) => Promise<void>;
  store: SecretStore;
  slack: NoticeContext;
  /** How the person starts a command of ours, with the settings that they gave this one. */
  command: (...words: string[]) => string;
  /** Where infrastructure code is looked for. */
  searchInfrastructureCode?: SearchInfrastructureCode;
};

/** Does the one step that comes next in the rotation of a user's keys, after showing it and asking. Resolves to the exit code. */
export const rotate = async (request: RotateRequest, world: RotateWorld): Promise<number> => {
  const { operator, terminal } = world;
  refuseWrongClock(operator.clockOffset);
  const first = await look(request, world);
  const origin = await originOf(first.user, { ...world, reader: await operator.open(operator.account) });
  tellWhereItStands(first, origin, request, world);

  const asked = { ...request, secretLost: await isSecretLost(first.user, request, terminal) };
  const propose = (seen: Look): Proposal => proposeChange(seen.user, factsOf(asked, origin, seen, world));
  const proposal = propose(first);
  const { change } = proposal;
  terminal.print(`\nNext: ${changeWords(change)}.`);
  if (change.act === 'none') return rotateExitCodes.done;
  if (asked.wait !== undefined && !asked.dryRun) return waitFor(asked.wait, proposal, asked, propose, world);
  if (isRefused(proposal, asked)) return refuse(proposal, world);

  const { steps, withdraw } = await planned(change, proposal, first.user, asked, propose, world);
  tellOverridden(proposal, asked, terminal);
  showSteps(steps, asked.dryRun, terminal);
  if (asked.dryRun) return rotateExitCodes.done;
  if (!(await agreed(asked.assumeYes, terminal))) return rotateExitCodes.notNow;
  try {
    await perform(steps, terminal);
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    await withdraw(error);
    if (!(error.cause instanceof ChangedMeanwhile)) throw error;
    terminal.say('Things changed meanwhile, so nothing was done. Run it again to see how they stand now.');
    return rotateExitCodes.notNow;
  }
  tellWhatComesNext(change, first.user, world);
  return rotateExitCodes.done;
};

/** As AWS itself allows: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const CLOCK_SKEW_MINUTES = 5;

/** Ages, and the times that keys are waited for, are told by this machine's clock and AWS's together. */
const refuseWrongClock = (offset: number): void => {
  if (Math.abs(offset) <= CLOCK_SKEW_MINUTES * 60_000) return;
  const minutes = plural(Math.round(Math.abs(offset) / 60_000), 'minute');
  throw new UsageError(
    `This machine’s clock is ${minutes} ${offset > 0 ? 'behind' : 'ahead of'} AWS’s: set it right first, as keys are judged by it`,
  );
};

/** What IAM says now. */
type Look = { user: IamUser; unread: string[]; unverified: string[] };

const look = async ({ userName }: RotateRequest, { operator, clock }: RotateWorld): Promise<Look> => {
  const { user, failures } = await readOwnUser(userName, operator, clock());
  const ofUser = failures.filter(({ scope }) => scope === 'user');
  return {
    user,
    unread: ofUser.map(({ reason }) => reason),
    unverified: failures.filter((failure) => !ofUser.includes(failure)).map(({ reason }) => reason),
  };
};

const factsOf = (
  { confirmedUnused, secretLost, force }: RotateRequest,
  { managedBy }: KeyOrigin,
  { unread, unverified }: Look,
  { settings, operator, clock }: RotateWorld,
): ChangeFacts => ({
  policy: settings.policy,
  now: clock(),
  confirmedUnused,
  secretLost,
  force: force !== undefined,
  ownAccessKeyId: operator.ownAccessKeyId,
  managedBy,
  unread,
  unverified,
});

const tellWhereItStands = (
  { user, unread, unverified }: Look,
  origin: KeyOrigin,
  { force }: RotateRequest,
  { terminal, clock, settings, operator }: RotateWorld,
): void => {
  const { team, ...context } = findingContextOf(settings, clock());
  const { stage, nextStep } = nextStepOf(user, context, team);
  terminal.print(standing(user, stage));
  for (const line of keyLines(user, clock())) terminal.print(line);
  if (force === undefined && nextStep.action !== 'none') terminal.print(`\n${manyLines(nextStep.text)}`);
  for (const note of [...unread, ...unverified, ...origin.unknown]) terminal.say(`Not known: ${oneLine(note)}.`);
  if (operator.isUnlisted) terminal.say(unlistedWords(user));
};

const unlistedWords = ({ account: { id, production } }: IamUser): string =>
  `Account ${id}, which you are signed in to, is not among the settings’ accounts${
    production ? ', so it is treated as production' : ''
  }.`;

/** A replacement that nobody used may be one whose secret went missing between its creation and its keeping. */
const isSecretLost = async (user: IamUser, request: RotateRequest, terminal: Terminal): Promise<boolean> => {
  const newest = newestKey(user);
  if (request.secretLost && !newest) {
    throw new UsageError(
      '--secret-lost is about the newest active key, and there is none that is newer than all others',
    );
  }
  const hasOlder = user.accessKeys.length > 1;
  const isAsked = terminal.interactive && !request.dryRun && !request.assumeYes && request.wait === undefined;
  if (request.secretLost || !newest || newest.lastUsed.state !== 'never' || !hasOlder || !isAsked) {
    return request.secretLost;
  }
  return terminal.ask(`${newest.accessKeyId} has never been used. Was its secret lost before it was kept anywhere?`);
};

const isRefused = ({ refusals }: Proposal, { force }: RotateRequest): boolean =>
  refusals.length > 0 && (force === undefined || refusals.some(({ final }) => final));

const refuse = (proposal: Proposal, world: RotateWorld): number => {
  const { terminal } = world;
  terminal.print('Not yet:');
  for (const line of refusalLines(proposal.refusals)) terminal.print(line);
  for (const line of waysOn(proposal, world)) terminal.say(line);
  return rotateExitCodes.notNow;
};

/** Watches, and changes nothing. */
const waitFor = async (
  duration: number,
  shown: Proposal,
  request: RotateRequest,
  propose: (seen: Look) => Proposal,
  world: RotateWorld,
): Promise<number> => {
  const { terminal } = world;
  const { change, refusals } = await watch(duration, shown, {
    ...world,
    look: async () => {
      const seen = await look(request, world);
      return { user: seen.user, proposal: propose(seen) };
    },
  });
  const another =
    changeWords(change) !== changeWords(shown.change) ? ` It is another step now: ${changeWords(change)}.` : '';
  terminal.print(
    refusals.length === 0
      ? `Nothing speaks against it: run it again without --wait.${another}`
      : `Still not:${another}`,
  );
  for (const line of refusalLines(refusals)) terminal.print(line);
  return refusals.length === 0 ? rotateExitCodes.done : rotateExitCodes.notNow;
};

const waysOn = ({ change, refusals }: Proposal, { command }: RotateWorld): string[] => [
  ...(change.act === 'deactivate' && change.key.lastUsed.state === 'used'
    ? [`Where ${change.key.accessKeyId} is used: ${command('locate', change.key.accessKeyId)}`]
    : []),
  ...(refusals.some(({ final }) => final) ? [] : ['To do it all the same: --force --reason "why".']),
];

/** Everything that a change comes to: who is told, the look at how things stand right before, and the calls. */
const planned = async (
  change: Exclude<KeyChange, { act: 'none' }>,
  proposal: Proposal,
  user: IamUser,
  { force, noticeSent, ...request }: RotateRequest,
  propose: (seen: Look) => Proposal,
  world: RotateWorld,
): Promise<Announcement> => {
  const { operator, settings, clock, store } = world;
  const { listAccessKeys } = await operator.open(operator.account);
  const notice = noticeOf(proposal, user, force, settings.slack, clock());
  const { steps, withdraw } = notice ? announce(notice, { ...world, sent: noticeSent }) : NOBODY_IS_TOLD;
  const lookAgain: Step = {
    says: 'look again, and stop if anything has changed',
    run: async () => {
      const now = propose(await look({ force, noticeSent, ...request }, world));
      if (!isSame(now, proposal)) throw new ChangedMeanwhile();
    },
  };
  return {
    steps: [...steps, lookAgain, ...stepsOf(change, user, { keys: operator.keys, store, listAccessKeys, clock })],
    withdraw,
  };
};

/** IAM says something else than what was shown. */
class ChangedMeanwhile extends UsageError {
  constructor() {
    super('things changed meanwhile');
  }
}

const tellOverridden = ({ refusals }: Proposal, { force }: RotateRequest, { print }: Terminal): void => {
  if (refusals.length === 0) return;
  print(`Overridden, because ${force}:`);
  for (const line of refusalLines(refusals)) print(line);
};

/** The same change to the same keys, against which nothing speaks that the person has not read. */
const isSame = (now: Proposal, shown: Proposal): boolean =>
  isDeepStrictEqual(acting(now.change), acting(shown.change)) &&
  now.refusals.every(({ reason, final }) => !final && shown.refusals.some((read) => read.reason === reason));

/** What a change does, to which keys: not what is known of these. */
const acting = (change: KeyChange): unknown =>
  Object.entries(change).map(([name, value]) => [name, typeof value === 'string' ? value : value.accessKeyId]);

const tellWhatComesNext = (
  change: KeyChange,
  user: IamUser,
  { terminal, settings, clock, command }: RotateWorld,
): void => {
  const again = command('rotate', user.userName);
  const later = formatInstant(new Date(clock().getTime() + settings.policy.settleDays * DAY));
  switch (change.act) {
    case 'create':
    case 'recreate':
      terminal.print(
        `Put the new key wherever ${change.replaces.accessKeyId} is used (${command('locate', change.replaces.accessKeyId)}), deploy, then: ${again}`,
      );
      break;
    case 'deactivate':
      terminal.print(`To undo it: ${keyaudit('reactivate', change.key.accessKeyId)}`);
      terminal.print(`From ${later} it may be deleted: ${again}`);
      break;
    case 'record':
      terminal.print(`From ${later} it may be deleted: ${again}`);
      break;
    default:
      break;
  }
};
