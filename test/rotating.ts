import { afterEach } from '@jest/globals';
import type { CreatedKey } from '../bin/aws/change-keys.ts';
import { connectOperator } from '../bin/operator.ts';
import { keyaudit } from '../bin/own-command.ts';
import { type RotateRequest, rotate } from '../bin/rotation/rotate.ts';
import type { SecretStore } from '../bin/rotation/store.ts';
import type { Terminal } from '../bin/terminal.ts';
import type { NotifierContext } from '../lambda/notifiers/notifier.ts';
import { slackClient } from '../lambda/notifiers/slack-client.ts';
import type { SearchInfrastructureCode } from '../lambda/ports.ts';
import { parseSettings } from '../lambda/settings.ts';
import { daysAgo, hoursAgo, NOW, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  exampleKeyId,
  type FakeSlackOptions,
  type FakeUserOverrides,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeSlack,
} from './fake-aws/index.ts';
import { notifierContext } from './notifier-context.ts';

/** A person, a clock and the embedded AWS, for tests of the rotation of one user's keys. */

/** What the person saw, and how they answer: no to what no answer is left for. `whileAsked` happens before each answer. */
export const person = (answers: boolean[] = [], whileAsked: (question: string) => void = () => {}) => {
  const seen = { stdout: [] as string[], stderr: [] as string[], questions: [] as string[], shown: [] as string[] };
  const terminal: Terminal = {
    print: (line) => seen.stdout.push(line),
    say: (line) => seen.stderr.push(line),
    progress: () => {},
    interactive: true,
    ask: async (question) => {
      seen.questions.push(question);
      whileAsked(question);
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
  searchInfrastructureCode?: SearchInfrastructureCode;
};

type Run = Partial<RotateRequest> & {
  answers?: boolean[];
  store?: SecretStore;
  interactive?: boolean;
  /** The key of the person's own credentials. */
  signedInWith?: string;
  /** How far AWS's clock is from the machine's, in ms. */
  clockOffset?: number;
  /** Between two looks of `--wait`. */
  meanwhile?: () => void;
  whileAsked?: (question: string) => void;
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
  async ({
    answers = [],
    store = safe().store,
    interactive = true,
    clockOffset,
    signedInWith = 'ASIASESSIONEXAMPLE',
    meanwhile,
    whileAsked,
    ...request
  }: Run = {}) => {
    const somebody = person(answers, whileAsked);
    const settings = parseSettings(given);
    const operator = await connectOperator(settings, new AbortController().signal, async () => {});
    const asked = {
      userName: USER,
      confirmedUnused: false,
      secretLost: false,
      noticeSent: false,
      dryRun: false,
      assumeYes: false,
      ...request,
    };
    const result = rotate(asked, {
      settings,
      operator: {
        ...operator,
        ownAccessKeyId: signedInWith,
        ...(clockOffset !== undefined && { clockOffset }),
      },
      terminal: { ...somebody.terminal, interactive },
      clock,
      sleep: async (ms) => {
        goTo(new Date(clock().getTime() + ms));
        meanwhile?.();
      },
      store,
      command: keyaudit,
      slack: notifierContext(slack),
      ...(world.searchInfrastructureCode && { searchInfrastructureCode: world.searchInfrastructureCode }),
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

/** One run is one process: everything that it knows it reads from the embedded AWS. The keys of its users: */
export const OLD = SECOND_KEY;
export const later = (ms: number): Date => new Date(NOW.getTime() + ms);
export const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
export const overdue = { accessKeyId: OLD, created: daysAgo(120), lastUsed: use(hoursAgo(2)) };
export const fresh = (overrides: object = {}) => ({
  accessKeyId: exampleKeyId(9001),
  created: daysAgo(20),
  lastUsed: use(hoursAgo(1)),
  ...overrides,
});
export const quiet = { ...overdue, lastUsed: use(daysAgo(8)) };
export const gone = { ...overdue, status: 'Inactive' as const };

let closeSlack: (() => Promise<void>) | undefined;
afterEach(async () => {
  await closeSlack?.();
  closeSlack = undefined;
});

/** A Slack workspace over loopback, until the test ends. */
export const workspace = async (options: FakeSlackOptions = {}) => {
  const server = await startFakeSlack(options);
  closeSlack = server.close;
  const createSlackClient = slackClient({ slackApiUrl: server.url });
  return {
    messages: server.messages,
    faults: server.faults,
    context: { getSlackToken: async () => server.token, createSlackClient },
  };
};

export const PRODUCTION = { productionAccounts: [HUB_ACCOUNT_ID] };
