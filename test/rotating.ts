import type { CreatedKey } from '../bin/aws/change-keys.ts';
import { connectOperator } from '../bin/operator.ts';
import { type RotateRequest, rotate } from '../bin/rotation/rotate.ts';
import type { SecretStore } from '../bin/rotation/store.ts';
import { keyaudit } from '../bin/rotation/words.ts';
import type { Terminal } from '../bin/terminal.ts';
import type { NotifierContext } from '../lambda/notifiers/notifier.ts';
import type { SearchRepositories } from '../lambda/ports.ts';
import { parseSettings } from '../lambda/settings.ts';
import { NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeUserOverrides, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { notifierContext } from './notifier-context.ts';

/** A person, a clock and the embedded AWS, for tests of the rotation of one user's keys. */

/** What the person saw, and how they answer: no to what no answer is left for. */
export const person = (answers: boolean[] = []) => {
  const seen = { stdout: [] as string[], stderr: [] as string[], questions: [] as string[], shown: [] as string[] };
  const terminal: Terminal = {
    print: (line) => seen.stdout.push(line),
    say: (line) => seen.stderr.push(line),
    progress: () => {},
    interactive: true,
    ask: async (question) => {
      seen.questions.push(question);
      return answers.shift() ?? false;
    },
    showOnce: async (text) => void seen.shown.push(text),
  };
  return { ...seen, terminal, everything: () => [...seen.stdout, ...seen.stderr, ...seen.questions].join('\n') };
};

/** A place for secrets in memory. */
export const safe = (overrides: Partial<SecretStore> = {}) => {
  const kept: CreatedKey[] = [];
  const store: SecretStore = {
    says: 'keep the secret in the safe',
    check: async () => {},
    keep: async (key) => void kept.push(key),
    ...overrides,
  };
  return { kept, store };
};

export const USER = 'support-api';

type Rotation = {
  user: FakeUserOverrides;
  settings?: object;
  slack?: Partial<NotifierContext>;
  searchRepositories?: SearchRepositories;
  /** The key of the person's own credentials. */
  signedInWith?: string;
};

type Run = Partial<RotateRequest> & {
  answers?: boolean[];
  store?: SecretStore;
  interactive?: boolean;
  meanwhile?: () => void;
};

/** A clock that stands at NOW until it is moved. */
export const stoppedClock = () => {
  let now = NOW;
  return {
    clock: () => now,
    goTo: (instant: Date) => {
      now = instant;
    },
  };
};

/** Runs of `keyaudit rotate` on the AWS that the environment leads to. Each is a new process on a new machine. */
export const runsOf =
  (
    { clock, goTo }: ReturnType<typeof stoppedClock>,
    { settings: given = {}, slack = {}, ...world }: Omit<Rotation, 'user'>,
  ) =>
  async ({ answers = [], store = safe().store, interactive = true, meanwhile, ...request }: Run = {}) => {
    const somebody = person(answers);
    const settings = parseSettings(given);
    const operator = await connectOperator(settings, new AbortController().signal, async () => {});
    const asked = {
      userName: USER,
      confirmedUnused: false,
      secretLost: false,
      dryRun: false,
      assumeYes: false,
      ...request,
    };
    const result = rotate(asked, {
      settings,
      operator: { ...operator, ownAccessKeyId: world.signedInWith ?? 'ASIASESSIONEXAMPLE' },
      terminal: { ...somebody.terminal, interactive },
      clock,
      sleep: async (ms) => {
        goTo(new Date(clock().getTime() + ms));
        meanwhile?.();
      },
      store,
      command: keyaudit,
      notices: notifierContext(slack),
      ...(world.searchRepositories && { searchRepositories: world.searchRepositories }),
    });
    const outcome = await result.then(
      (code) => ({ code, error: undefined }),
      (error: Error) => ({ code: 2, error: error.message }),
    );
    return { ...outcome, ...somebody };
  };

/** One user in an account of the embedded AWS. */
export const rotationOf = async ({ user, ...rest }: Rotation) => {
  const time = stoppedClock();
  const world = fakeWorld({ accounts: [{ users: [{ userName: USER, ...user }] }] });
  const aws = await embeddedAws({ world, now: time.clock });
  return {
    ...time,
    aws,
    user: world.accounts[0]!.users[0]!,
    /** The calls that changed something, in order. */
    writes: () =>
      aws.calls.all
        .map(({ operation }) => operation)
        .filter((operation) => /^iam:(Create|Update|Delete|Tag|Untag)/.test(operation)),
    run: runsOf(time, rest),
  };
};

export const PRODUCTION = { productionAccounts: [HUB_ACCOUNT_ID] };
