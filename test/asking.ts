import { type LocateRequest, type LocateWorld, locateKeys } from '../bin/locate/locate.ts';
import { connectOperator, type Operator } from '../bin/operator.ts';
import { type PlanRequest, plan } from '../bin/plan/plan.ts';
import type { Reach } from '../bin/reach-aws.ts';
import { type WhoseRequest, whose } from '../bin/whose/whose.ts';
import type { RepositoryUse, SearchRepositories } from '../lambda/ports.ts';
import { parseSettings } from '../lambda/settings.ts';
import { NOW } from './builders.ts';
import { person } from './rotating.ts';

/** The commands that only ask, run in this process on the embedded AWS: what a person saw of them, and the exit code. */

export type Asked = { code: number; error: string | undefined; stdout: string; stderr: string; questions: string[] };

export const { signal } = new AbortController();
const clock = () => NOW;

/** AWS as the hub's credentials reach it; nothing waits. */
export const operatorWith = (settings: object): Promise<Operator> =>
  connectOperator(parseSettings(settings), signal, async () => {});

const outcomeOf = async (somebody: ReturnType<typeof person>, result: Promise<number>): Promise<Asked> => {
  const outcome = await result.then(
    (code) => ({ code, error: undefined }),
    (error: Error) => ({ code: 2, error: error.message }),
  );
  const { stdout, stderr, questions } = somebody;
  return { ...outcome, stdout: stdout.join('\n'), stderr: stderr.join('\n'), questions };
};

type Locating = Partial<LocateRequest> & {
  settings?: object;
  reach?: Reach;
  answers?: boolean[];
  interactive?: boolean;
} & Pick<LocateWorld, 'searchRepositories' | 'locators'>;

export const locating = async (
  wanted: string,
  { settings = {}, reach, answers = [], interactive = true, searchRepositories, locators, ...request }: Locating = {},
): Promise<Asked> => {
  const somebody = person(answers);
  return outcomeOf(
    somebody,
    locateKeys(
      { wanted, assumeYes: false, format: 'text', ...request },
      {
        settings: parseSettings(settings),
        reach: async () => reach ?? { operator: await operatorWith(settings) },
        terminal: { ...somebody.terminal, interactive },
        clock,
        signal,
        ...(searchRepositories && { searchRepositories }),
        ...(locators && { locators }),
      },
    ),
  );
};

export const askingWhose = async (
  accessKeyId: string,
  { settings = {}, ...request }: Partial<WhoseRequest> & { settings?: object } = {},
): Promise<Asked> => {
  const somebody = person();
  const operator = await operatorWith(settings);
  return outcomeOf(
    somebody,
    whose(
      { accessKeyId, format: 'text', configWords: [], ...request },
      { settings: parseSettings(settings), operator, terminal: somebody.terminal, clock, signal },
    ),
  );
};

export const planning = async (
  wanted: string,
  { settings = {}, ...request }: Partial<PlanRequest> & { settings?: object } = {},
): Promise<Asked> => {
  const somebody = person();
  const operator = await operatorWith(settings);
  return outcomeOf(
    somebody,
    plan(
      { wanted, format: 'text', configWords: [], ...request },
      { settings: parseSettings(settings), operator, terminal: somebody.terminal, clock, signal },
    ),
  );
};

/** Repositories in which somebody has searched already. */
export const searched =
  (uses: RepositoryUse[], failures: Awaited<ReturnType<SearchRepositories>>['failures'] = []): SearchRepositories =>
  async () => ({ repositories: ['puppet'], files: 12, uses, failures });
