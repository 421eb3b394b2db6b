import { isDeepStrictEqual } from 'node:util';
import type { IamUser } from '../../lambda/domain/model.ts';
import { DAY, formatInstant } from '../../lambda/domain/time.ts';
import type { SearchInfrastructureCode } from '../../lambda/ports.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import type { Settings } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import type { Operator } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import type { Terminal } from '../terminal.ts';
import { type KeyChange, newestKey, type Proposal, proposeChange } from './change.ts';
import { type Announcement, announce, NOBODY_IS_TOLD, type NoticeContext, noticeOf } from './notice.ts';
import { originOf } from './origin.ts';
import { agreed, perform, rotateExitCodes, StoppedError, showSteps } from './perform.ts';
import { factsOf, type Look, look, refuseWrongClock, tellWhatComes, tellWhereItStands } from './standing.ts';
import { preparationsOf, type Step, stepsOf } from './steps.ts';
import type { SecretStore } from './store.ts';
import { watch } from './watch.ts';
import { changeWords, refusalLines } from './words.ts';

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
  command: typeof keyaudit;
  /** Where infrastructure code is looked for. */
  searchInfrastructureCode?: SearchInfrastructureCode;
};

/** Does the one step that comes next in the rotation of a user's keys, after showing it and asking. Resolves to the exit code. */
export const rotate = async (request: RotateRequest, world: RotateWorld): Promise<number> => {
  const { operator, terminal } = world;
  refuseWrongClock(operator.clockOffset);
  const first = await look(request, world);
  const origin = await originOf(first.user, { ...world, reader: await operator.open(operator.account) });
  tellWhereItStands(first, origin, world);
  const asked = { ...request, secretLost: await isSecretLost(first.user, request, terminal) };
  const propose = (seen: Look): Proposal => proposeChange(seen.user, factsOf(asked, origin, seen, world));
  const proposal = propose(first);
  const { change } = proposal;
  tellWhatComes(first.user, change, world);
  if (change.act === 'none') return rotateExitCodes.done;
  if (asked.wait !== undefined && !asked.dryRun && !isFinal(proposal)) {
    return waitFor(asked.wait, proposal, asked, propose, world);
  }
  const { steps, withdraw } = await planned(change, proposal, first.user, asked, propose, world);
  if (isRefused(proposal, asked)) {
    refuse(proposal, first.user, asked, world);
    if (asked.dryRun && !isFinal(proposal)) showSteps(steps, 'With --force, this would be done:', terminal);
    return rotateExitCodes.notNow;
  }
  tellOverridden(proposal, asked, terminal);
  showSteps(steps, asked.dryRun ? 'This would be done:' : 'This will be done:', terminal);
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

const isFinal = ({ refusals }: Proposal): boolean => refusals.some(({ final }) => final);

const isRefused = (proposal: Proposal, { force, assumeYes }: RotateRequest): boolean =>
  proposal.refusals.length > 0 &&
  (force === undefined || isFinal(proposal) || (assumeYes && proposal.refusals.some(({ forPeople }) => forPeople)));

const refuse = (proposal: Proposal, user: IamUser, request: RotateRequest, world: RotateWorld): void => {
  const { terminal } = world;
  terminal.print(isFinal(proposal) ? 'No:' : 'Not yet:');
  for (const line of refusalLines(proposal.refusals)) terminal.print(line);
  for (const line of waysOn(proposal, user, request, world)) terminal.say(line);
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

const waysOn = (
  { change, refusals }: Proposal,
  user: IamUser,
  { force }: RotateRequest,
  { command }: RotateWorld,
): string[] => {
  if (refusals.some(({ final }) => final)) return [];
  const newest = newestKey(user);
  return [
    ...(change.act === 'deactivate' && change.key.lastUsed.state === 'used'
      ? [`Where ${change.key.accessKeyId} is used: ${command('locate', change.key.accessKeyId)}`]
      : []),
    ...(change.act === 'deactivate' &&
    newest?.lastUsed.state === 'never' &&
    newest.accessKeyId !== change.key.accessKeyId
      ? [`If the secret of ${newest.accessKeyId} was lost before it was kept: --secret-lost.`]
      : []),
    force === undefined
      ? `To do it all the same: ${command('rotate', user.userName, '--force', '--reason', 'why')}`
      : 'It cannot be undone, so --force takes an answer at the keyboard: run it without --yes.',
  ];
};

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
  const context = { keys: operator.keys, store, listAccessKeys, clock };
  const lookAgain: Step = {
    says: 'look again, and stop if anything has changed',
    run: async () => {
      const now = propose(await look({ force, noticeSent, ...request }, world));
      if (!isSame(now, proposal)) throw new ChangedMeanwhile();
    },
  };
  return {
    steps: [...preparationsOf(change, context), ...steps, lookAgain, ...stepsOf(change, user, context)],
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
  print(`Overridden, because ${oneLine(force ?? '')}:`);
  for (const line of refusalLines(refusals)) print(line);
};

/** The same change to the same keys, against which nothing speaks that the person has not read. */
const isSame = (now: Proposal, shown: Proposal): boolean =>
  isDeepStrictEqual(acting(now.change), acting(shown.change)) &&
  now.refusals.every(({ reason }) => shown.refusals.some((read) => read.reason === reason));

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
    case 'delete':
      terminal.print(`Whatever comes next, if anything does: ${again}`);
      break;
    case 'none':
      break;
  }
};
