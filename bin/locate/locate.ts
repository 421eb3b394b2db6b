import { locate } from '../../lambda/locate.ts';
import { locators as allLocators } from '../../lambda/locators/index.ts';
import type { Locator } from '../../lambda/locators/locator.ts';
import type { SearchRepositories } from '../../lambda/ports.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import type { Settings } from '../../lambda/settings.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { looksLikeKeyId } from '../find-key.ts';
import { isFile, writeOutput } from '../output.ts';
import { HOW_TO_SIGN_IN, type Reach } from '../reach-aws.ts';
import type { Terminal } from '../terminal.ts';
import { type LocateAnswer, locateExitCode } from './answer.ts';
import { type LocateFormat, renderAnswer } from './formats.ts';
import { descriptionFrom, prepareRemembering, type Remember } from './remember.ts';
import { type Subject, subjectOf } from './subject.ts';
import { FAILURE_LIMITS } from './text.ts';

export type LocateRequest = {
  /** An access key id, or the name of a user of the account that one is signed in to. */
  wanted: string;
  remember?: string | undefined;
  assumeYes: boolean;
  format: LocateFormat;
  output?: string | undefined;
};

/** The outside world of `locate`. */
export type LocateWorld = {
  settings: Settings;
  reach: () => Promise<Reach>;
  terminal: Terminal;
  clock: () => Date;
  signal: AbortSignal;
  searchRepositories?: SearchRepositories | undefined;
  /** For tests. */
  locators?: readonly Locator[];
};

/** Tells everything that is known of where keys are used, as one answer. Resolves to the exit code. */
export const locateKeys = async (request: LocateRequest, world: LocateWorld): Promise<number> => {
  const { settings, terminal } = world;
  const description = request.remember === undefined ? undefined : descriptionFrom(request.remember);
  const reach = await world.reach();
  refuseWithoutPlaces(reach, request, world);
  const subject = await subjectOf(request.wanted, reach, world);
  const remember =
    description === undefined ? undefined : await rememberer(description, subject, reach, request, world);

  const answer = await answerTo(subject, world);
  const toFile = isFile(request.output);
  for (const line of failureLines({ accounts: [], failures: answer.failures }, FAILURE_LIMITS)) {
    terminal.say(`keyaudit: ${line}`);
  }
  const text = renderAnswer(answer, request.format, { showUsage: settings.slack.showUsage, toFile });
  const isWritten = writeOutput(text, request.output, terminal);
  await remember?.();
  return isWritten ? locateExitCode(answer) : exitCodes.incomplete;
};

/** Without AWS there have to be repositories, and a key id to look for in them. */
const refuseWithoutPlaces = (reach: Reach, { wanted, remember }: LocateRequest, world: LocateWorld): void => {
  if ('operator' in reach) return;
  const signIn = 'problem' in reach ? reach.problem.message : `There are no AWS credentials: ${HOW_TO_SIGN_IN}`;
  if (!world.searchRepositories) throw new UsageError(`${signIn}; or look in repositories alone with --repo DIR`);
  if (remember !== undefined) throw new UsageError(`${signIn}: --remember writes a tag of the IAM user`);
  if (!looksLikeKeyId(wanted)) {
    throw new UsageError(`${signIn}. Without AWS only an access key id can be looked for, and ${wanted} is none`);
  }
};

const rememberer = async (
  description: string,
  { keys }: Subject,
  reach: Reach,
  { assumeYes }: LocateRequest,
  { terminal }: LocateWorld,
): Promise<Remember | undefined> =>
  'operator' in reach
    ? prepareRemembering(description, keys, assumeYes, { operator: reach.operator, terminal })
    : undefined;

const answerTo = async (subject: Subject, world: LocateWorld): Promise<LocateAnswer> => {
  const { settings, searchRepositories, terminal, locators = allLocators, clock } = world;
  const { keys, aws, withoutAws, failures, whyNot = {} } = subject;
  const wanted = keys.map(({ accessKeyId, user, key }) => ({
    accessKeyId,
    ...(user && key && { owner: { userName: user.userName, arn: user.arn, tags: user.tags, key } }),
  }));
  const whereabouts = await locate(wanted, wanted.length > 0 ? locators : [], {
    settings,
    ...(aws && { aws }),
    ...(withoutAws !== undefined && { withoutAws }),
    ...(searchRepositories && { searchRepositories }),
  });
  terminal.progress('');
  return {
    locatedAt: clock(),
    ...(subject.userName !== undefined && { userName: subject.userName }),
    keys: keys.map((key) => ({ ...key, locations: whereabouts.locations.get(key.accessKeyId) ?? [] })),
    notAsked: whereabouts.notAsked.map(({ id, why }) => ({ id, why: whyNot[id] ?? why })),
    failures: [...failures, ...whereabouts.failures],
  };
};
