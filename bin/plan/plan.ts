import { type Exemption, exemptionOf } from '../../lambda/domain/exemptions.ts';
import type { Account, Failure, IamUser } from '../../lambda/domain/model.ts';
import { type NextStep, nextStepOf } from '../../lambda/domain/next-step.ts';
import { type RotationStage, succession } from '../../lambda/domain/rotation.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import { evaluate } from '../../lambda/rules/evaluate.ts';
import { findingContextOf, type Settings } from '../../lambda/settings.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { findKey, looksLikeKeyId } from '../find-key.ts';
import { FAILURE_LIMITS, NO_ACCOUNT } from '../locate/text.ts';
import { type Operator, readOwnUser, type UserReading } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import { type KeyOrigin, originOf } from '../rotation/origin.ts';
import type { Terminal } from '../terminal.ts';
import { evidenceOf, unknownsOf } from './evidence.ts';
import { planJson, planLines } from './render.ts';

export type PlanRequest = {
  /** A user of the account that one is signed in to, or an access key id of any account that can be read. */
  wanted: string;
  format: 'text' | 'json';
  /** The words that lead the next commands to the same settings. */
  configWords: readonly string[];
};

export type PlanWorld = {
  settings: Settings;
  operator: Operator;
  terminal: Terminal;
  clock: () => Date;
  signal: AbortSignal;
};

/** Where a user's rotation stands, why, and what comes next. */
export type Plan = {
  plannedAt: Date;
  user: IamUser;
  stage: RotationStage;
  evidence: string[];
  nextStep: NextStep;
  /** What this program does of the step, as commands. */
  keyaudit: string[];
  /** The account to sign in to first, where it is another. */
  signInTo?: Account;
  exemption?: Exemption;
  /** What could not be read, and what nobody could read. */
  unknown: string[];
  isComplete: boolean;
};

/** Tells where a user's rotation stands and what comes next. Changes nothing. Resolves to the exit code. */
export const plan = async (request: PlanRequest, world: PlanWorld): Promise<number> => {
  const { terminal } = world;
  const { user, failures } = await userOf(request.wanted, world);
  const made = await planFor(user, failures, request, world);
  if (request.format === 'json') terminal.print(JSON.stringify(planJson(made), null, 2));
  else for (const line of planLines(made)) terminal.print(line);
  if (!made.isComplete) return exitCodes.incomplete;
  return made.nextStep.action === 'none' || made.exemption ? NOTHING_TO_DO : A_STEP_TO_DO;
};

const NOTHING_TO_DO = 0;
const A_STEP_TO_DO = 1;

const userOf = async (wanted: string, { operator, clock, signal }: PlanWorld): Promise<UserReading> => {
  if (looksLikeKeyId(wanted)) return ownerOf(wanted, { operator, clock, signal });
  return readOwnUser(wanted, operator, clock());
};

/** Throws a `UsageError` where the key has no user who could be read. */
const ownerOf = async (
  accessKeyId: string,
  { operator, clock, signal }: Pick<PlanWorld, 'operator' | 'clock' | 'signal'>,
): Promise<UserReading> => {
  const { user, failures, isUnknown, isTemporary, account } = await findKey(accessKeyId, operator, clock(), signal);
  if (user) return { user, failures };
  if (isUnknown) throw new UsageError(`${accessKeyId}: ${NO_ACCOUNT}`);
  if (isTemporary) {
    const where = account ? ` in account ${accountLabel(account)}` : '';
    throw new UsageError(`${accessKeyId} is of a session${where}: it ends by itself, there is nothing to rotate`);
  }
  throw new UsageError(failureLines({ accounts: [], failures }, FAILURE_LIMITS).join('\n'));
};

const planFor = async (
  user: IamUser,
  failures: readonly Failure[],
  { configWords }: PlanRequest,
  { settings, operator, clock }: PlanWorld,
): Promise<Plan> => {
  const now = clock();
  const { team, ...context } = findingContextOf(settings, now);
  const { stage, nextStep } = nextStepOf(user, context, team);
  const { violations, failures: ruleFailures } = evaluate(user, context);
  const { exemption, notes } = exemptionOf(user, settings.exemptions, now);
  const hasStep = nextStep.action !== 'none';
  const origin: KeyOrigin = hasStep
    ? await originOf(user, { settings, reader: await operator.open(user.account) })
    : { unknown: [], unread: [] };
  const unread = [...[...failures, ...ruleFailures].map(({ reason }) => reason), ...origin.unknown];
  const isElsewhere = user.account.id !== operator.account.id;
  return {
    plannedAt: now,
    user,
    stage,
    evidence: [
      ...evidenceOf(user, violations, context),
      ...notes,
      ...(origin.managedBy ? [`managed by ${origin.managedBy}: change it in code, keyaudit rotate refuses it`] : []),
    ],
    nextStep: origin.managedBy ? { ...nextStep, commands: [] } : nextStep,
    keyaudit: keyauditCommands(user, nextStep, configWords)
      .filter(([does]) => does === 'locate' || !origin.managedBy)
      .map((words) => keyaudit(...words)),
    ...(isElsewhere && { signInTo: user.account }),
    ...(exemption && { exemption }),
    unknown: [...unread, ...unknownsOf(user, hasStep, configWords)],
    isComplete: unread.length === 0,
  };
};

type OwnWords = Parameters<typeof keyaudit>;

/** What helps with the step, then what does it, in words: `rotate` asks before, and refuses what is not safe yet. */
const keyauditCommands = (user: IamUser, { action, accessKeyId }: NextStep, config: readonly string[]): OwnWords[] => {
  const locate = (id: string | null): OwnWords[] => (id === null ? [] : [['locate', id, ...config]]);
  const rotate: OwnWords = ['rotate', user.userName, ...config];
  switch (action) {
    case 'find-usage':
    case 'find-remaining-usage':
      return [...locate(accessKeyId), rotate];
    case 'deploy-replacement':
      return [...(succession(user)?.superseded ?? []).flatMap((key) => locate(key.accessKeyId)), rotate];
    case 'confirm-unused':
      return [[...rotate, '--confirmed-unused']];
    case 'deactivate':
    case 'wait':
    case 'free-a-slot':
    case 'delete':
      return [rotate];
    case 'look-again':
    case 'remove-root-key':
    case 'confirm-live':
    case 'none':
      return [];
  }
};
