import { ownerOf } from '../../lambda/domain/findings.ts';
import { nextStepOf } from '../../lambda/domain/next-step.ts';
import type { RotationStage } from '../../lambda/domain/rotation.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel, stageWords } from '../../lambda/render/wording.ts';
import { findingContextOf, type Settings } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import { type FoundKey, findKey, looksLikeKeyId } from '../find-key.ts';
import { keyJson } from '../locate/answer.ts';
import { FAILURE_LIMITS, keyHeader } from '../locate/text.ts';
import type { Operator } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import type { Terminal } from '../terminal.ts';

export type WhoseRequest = {
  accessKeyId: string;
  format: 'text' | 'json';
  /** The words that lead the next command to the same settings. */
  configWords: readonly string[];
};

export type WhoseWorld = {
  settings: Settings;
  operator: Operator;
  terminal: Terminal;
  clock: () => Date;
  signal: AbortSignal;
};

/** Stable, for scripts: everything is known; AWS knows no such key; something could not be found out. */
export const whoseExitCodes = { known: 0, unknownToAws: 1, incomplete: 2 } as const;

/** Tells whose a key is, how it stands, and what to run next. Resolves to the exit code. */
export const whose = async (request: WhoseRequest, world: WhoseWorld): Promise<number> => {
  const { operator, terminal, clock, signal } = world;
  const accessKeyId = asKeyId(request.accessKeyId);
  const now = clock();
  const found = await findKey(accessKeyId, operator, now, signal);
  const stage = stageOf(found, now, world);
  const next = nextWords(found, request, world);

  for (const line of failureLines({ accounts: [], failures: found.failures }, FAILURE_LIMITS)) {
    terminal.say(`keyaudit: ${line}`);
  }
  if (request.format === 'json') terminal.print(JSON.stringify(whoseJson(found, stage, next, now), null, 2));
  else for (const line of whoseLines(found, stage, next, now, world.settings)) terminal.print(line);

  if (found.isUnknown) return whoseExitCodes.unknownToAws;
  return found.failures.length > 0 ? whoseExitCodes.incomplete : whoseExitCodes.known;
};

/** Throws a `UsageError` for what can not be an access key id. */
const asKeyId = (word: string): string => {
  if (looksLikeKeyId(word)) return word;
  throw new UsageError(
    `${oneLine(word)} is no access key id: these start with AKIA or ASIA, in capitals. How a user stands: ${keyaudit('plan', 'USER')}`,
  );
};

const stageOf = ({ user }: FoundKey, now: Date, { settings }: WhoseWorld): RotationStage | undefined => {
  if (!user) return undefined;
  const { team, ...context } = findingContextOf(settings, now);
  return nextStepOf(user, context, team).stage;
};

/** What to do next, in words that end with the command. */
const nextWords = (found: FoundKey, { configWords }: WhoseRequest, { operator }: WhoseWorld): string => {
  const { accessKeyId, account, userName, isTemporary, isUnknown } = found;
  if (isUnknown) {
    const inFiles = keyaudit('locate', accessKeyId, '--repo', 'DIR');
    return `if it is of another partition (China, GovCloud), sign in there and ask again; look for it in files: ${inFiles}`;
  }
  const isElsewhere = account !== undefined && account.id !== operator.account.id;
  const signIn = isElsewhere ? `sign in to account ${accountLabel(account)}, then: ` : '';
  if (isTemporary) {
    return `${signIn}ask CloudTrail, which names the role’s session, in the region where it is used: ${sessionCommand(accessKeyId)}`;
  }
  if (userName !== undefined) return `${signIn}${keyaudit('plan', userName, ...configWords)}`;
  return `${signIn || 'once you may ask there: '}${keyaudit('whose', accessKeyId, ...configWords)}`;
};

const sessionCommand = (accessKeyId: string): string =>
  `aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`;

const whoseLines = (
  found: FoundKey,
  stage: RotationStage | undefined,
  next: string,
  now: Date,
  { slack }: Settings,
): string[] => {
  const { user, accessKeyId } = found;
  const description = user?.tags[accessKeyId];
  const owner = user && ownerOf(user.tags, slack.ownerTag);
  return [
    keyHeader({ ...found, locations: [] }, now),
    ...(description ? [`Key description: ${oneLine(description)}`] : []),
    ...(owner ? [`Owner: ${oneLine(owner)}`] : []),
    ...(stage ? [`Stage: ${stageWords[stage]} (${stage})`] : []),
    `Next: ${next}`,
  ];
};

/** The public format. */
const whoseJson = (found: FoundKey, stage: RotationStage | undefined, next: string, now: Date): unknown => ({
  schemaVersion: 1,
  askedAt: now.toISOString(),
  accessKeyId: found.accessKeyId,
  kind: found.isTemporary ? 'temporary' : 'long-term',
  account: found.account ?? null,
  userName: found.userName ?? null,
  ...keyJson(found.key, now),
  stage: stage ?? null,
  next,
  failures: found.failures,
});
