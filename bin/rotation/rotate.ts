import { isDeepStrictEqual } from 'node:util';
import type { IamUser } from '../../lambda/domain/model.ts';
import { nextStepOf } from '../../lambda/domain/next-step.ts';
import { formatInstant } from '../../lambda/domain/time.ts';
import type { SearchRepositories } from '../../lambda/ports.ts';
import { manyLines, oneLine } from '../../lambda/render/safe-text.ts';
import { findingContextOf, type Settings } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import type { Operator } from '../operator.ts';
import type { Terminal } from '../terminal.ts';
import { type ChangeFacts, type KeyChange, type Proposal, proposeChange } from './change.ts';
import { giveNotice, type Notice, type NoticeContext, onCallNotice } from './notice.ts';
import { type KeyOrigin, originOf } from './origin.ts';
import { agreed, perform, rotateExitCodes, showSteps } from './perform.ts';
import { type StepContext, stepsOf } from './steps.ts';
import type { SecretStore } from './store.ts';
import { watch } from './watch.ts';
import { changeWords, keyaudit, keyLines, refusalLines, standing } from './words.ts';

/** What is asked of a rotation. */
export type RotateRequest = {
  userName: string;
  /** Watch for so many ms. */
  wait?: number | undefined;
  confirmedUnused: boolean;
  secretLost: boolean;
  /** Override refusals, for this reason. */
  force?: string | undefined;
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
  notices: NoticeContext;
  /** How the person starts a command of ours, with the settings that they gave this one. */
  command: (...words: string[]) => string;
  /** Where infrastructure code is looked for. */
  searchRepositories?: SearchRepositories;
};

/** Does the one step that comes next in the rotation of a user's keys, after showing it and asking. Resolves to the exit code. */
export const rotate = async (request: RotateRequest, world: RotateWorld): Promise<number> => {
  const { terminal } = world;
  const first = await look(request, world);
  const origin = await originOf(first.user, { ...world, reader: await world.operator.open(world.operator.account) });
  tellWhereItStands(first, origin, request, world);

  const secretLost = request.secretLost || (await isSecretLost(first, request, terminal));
  const asked = { ...request, secretLost };
  const proposal = proposeChange(first.user, factsOf(asked, origin, first.failures, world));
  const { change } = proposal;
  terminal.print(`\nNext: ${changeWords(change)}.`);
  if (change.act === 'none') return rotateExitCodes.done;
  if (asked.wait !== undefined && !asked.dryRun) return waitFor(asked.wait, asked, origin, world);
  if (isRefused(proposal, asked)) return refuse(proposal, world);

  const context = await stepContext(asked, world);
  const steps = stepsOf(change, first.user, noticesOf(proposal, first.user, asked, world), context);
  tellOverridden(proposal, asked, terminal);
  showSteps(steps, asked.dryRun, terminal);
  if (asked.dryRun) return rotateExitCodes.done;
  if (!(await agreed(asked.assumeYes, terminal))) return rotateExitCodes.notNow;

  // Time has passed while somebody read and thought: what is done rests on what IAM says now.
  const again = await look(asked, world);
  const now = proposeChange(again.user, factsOf(asked, origin, again.failures, world));
  if (!isSame(now, proposal)) {
    terminal.say('Things changed meanwhile, so nothing was done. Run it again to see how they stand now.');
    return rotateExitCodes.notNow;
  }
  await perform(steps, terminal);
  tellWhatComesNext(change, first.user, world);
  return rotateExitCodes.done;
};

type Look = { user: IamUser; failures: string[] };

const look = async ({ userName }: RotateRequest, { operator, clock }: RotateWorld): Promise<Look> => {
  const reading = await operator.readUser(operator.account, userName, clock());
  if (!reading) {
    throw new UsageError(
      `Account ${operator.account.id}, which you are signed in to, has no user ${userName}. Whose a key is: ${keyaudit('whose', 'KEY-ID')}`,
    );
  }
  return { user: reading.user, failures: reading.failures.map(({ reason }) => reason) };
};

const factsOf = (
  { confirmedUnused, secretLost, force }: RotateRequest,
  { managedBy }: KeyOrigin,
  unread: readonly string[],
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
});

const tellWhereItStands = (
  { user, failures }: Look,
  origin: KeyOrigin,
  { force }: RotateRequest,
  world: RotateWorld,
): void => {
  const { terminal, clock, settings } = world;
  const { team, ...context } = findingContextOf(settings, clock());
  const { stage, nextStep } = nextStepOf(user, context, team);
  terminal.print(standing(user, stage));
  for (const line of keyLines(user, clock())) terminal.print(line);
  if (force === undefined && nextStep.action !== 'none') terminal.print(`\n${manyLines(nextStep.text)}`);
  for (const note of [...failures, ...origin.unknown]) terminal.say(`Not known: ${oneLine(note)}.`);
};

/** A replacement that nobody used may be one whose secret went missing between its creation and its keeping. */
const isSecretLost = async ({ user }: Look, request: RotateRequest, terminal: Terminal): Promise<boolean> => {
  const fresh = user.accessKeys.filter(({ status, lastUsed }) => status === 'Active' && lastUsed.state === 'never');
  const [newest] = fresh.sort((a, b) => (b.createDate?.getTime() ?? 0) - (a.createDate?.getTime() ?? 0));
  const others = user.accessKeys.length > 1;
  if (!newest || !others || request.dryRun || request.assumeYes || request.wait !== undefined) return false;
  if (!terminal.interactive) return false;
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
  request: RotateRequest,
  origin: KeyOrigin,
  world: RotateWorld,
): Promise<number> => {
  const { terminal } = world;
  const left = await watch(duration, {
    ...world,
    look: async () => {
      const { user, failures } = await look(request, world);
      return { user, refusals: proposeChange(user, factsOf(request, origin, failures, world)).refusals };
    },
  });
  terminal.print(left.length === 0 ? 'Nothing speaks against it: run it again without --wait.' : 'Still not:');
  for (const line of refusalLines(left)) terminal.print(line);
  return left.length === 0 ? rotateExitCodes.done : rotateExitCodes.notNow;
};

const waysOn = ({ change, refusals }: Proposal, { command }: RotateWorld): string[] => [
  ...(change.act === 'deactivate' && change.key.lastUsed.state === 'used'
    ? [`Where ${change.key.accessKeyId} is used: ${command('locate', change.key.accessKeyId)}`]
    : []),
  ...(refusals.some(({ final }) => final) ? [] : ['To do it all the same: --force --reason "why".']),
];

const stepContext = async ({ assumeYes }: RotateRequest, world: RotateWorld): Promise<StepContext> => ({
  keys: await world.operator.keys(),
  store: world.store,
  giveNotice: (notice: Notice) => giveNotice(notice, world.notices, world.terminal, assumeYes),
  clock: world.clock,
});

/** On-call hears of what takes a key away in production, and the team of every refusal that somebody overrides. */
const noticesOf = (
  { change, refusals }: Proposal,
  user: IamUser,
  { force }: RotateRequest,
  world: RotateWorld,
): Notice[] => {
  const { settings, clock } = world;
  const what = `keyaudit: about to ${changeWords(change)} of ${user.userName} in ${user.account.name} (${user.account.id}).`;
  const undo = change.act === 'deactivate' ? ` To undo it: ${keyaudit('reactivate', change.key.accessKeyId)}` : '';
  const overridden =
    force !== undefined && refusals.length > 0
      ? ` Forced: ${force}. Against: ${refusals.map(({ reason }) => reason).join('; ')}.`
      : '';
  const takesAway = change.act === 'deactivate' || change.act === 'delete';
  if (takesAway && user.account.production) return [onCallNotice(settings.slack, what + overridden + undo, clock())];
  return overridden ? [{ channel: settings.slack.channel, text: what + overridden + undo }] : [];
};

const tellOverridden = ({ refusals }: Proposal, { force }: RotateRequest, { print }: Terminal): void => {
  if (refusals.length === 0) return;
  print(`Overridden, because ${force}:`);
  for (const line of refusalLines(refusals)) print(line);
};

/** The same change, against which nothing new speaks. */
const isSame = (now: Proposal, shown: Proposal): boolean =>
  isDeepStrictEqual(acting(now.change), acting(shown.change)) &&
  now.refusals.every(({ final }) => !final) &&
  now.refusals.length <= shown.refusals.length;

/** What a change does, to which keys: not what is known of these. */
const acting = (change: KeyChange): unknown =>
  Object.entries(change).map(([name, value]) => [name, typeof value === 'string' ? value : value.accessKeyId]);

const tellWhatComesNext = (
  change: KeyChange,
  user: IamUser,
  { terminal, settings, clock, command }: RotateWorld,
): void => {
  const again = command('rotate', user.userName);
  const later = formatInstant(new Date(clock().getTime() + settings.policy.settleDays * 24 * 60 * 60 * 1000));
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
