import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Audit, audit } from '../lambda/audit.ts';
import type { AccountMemory } from '../lambda/domain/memory.ts';
import { DAY } from '../lambda/domain/time.ts';
import type { StatusChange } from '../lambda/domain/trail.ts';
import type { AccountReader, History } from '../lambda/ports.ts';
import { accountReader } from './account-reader.ts';
import { account, daysAgo, findingContext, NOW } from './builders.ts';
import { credentialReport } from './fake-aws/credential-report.ts';
import { exampleKeyId, type FakeUser, fakeAccount, fakeUser } from './fake-aws/world.ts';

/** A memory spares calls, and nothing else: what is found with it is what is found without. */

const KINDS = ['create', 'use', 'deactivate', 'reactivate', 'delete', 'swap'] as const;
type Event = { user: number; kind: (typeof KINDS)[number]; key: number };
/** So many days pass, then these things happen, an hour apart, then the account is scanned. */
type Chapter = { days: number; events: Event[] };

const anyHistory = (): fc.Arbitrary<Chapter[]> =>
  fc.array(
    fc.record({
      days: fc.constantFrom(0, 1, 2, 7, 8, 15, 31, 46, 76, 91),
      events: fc.array(fc.record({ user: fc.nat(1), kind: fc.constantFrom(...KINDS), key: fc.nat(1) }), {
        maxLength: 5,
      }),
    }),
    { minLength: 2, maxLength: 7 },
  );

const USERS = ['alice', 'bob'];
const HOUR = DAY / 24;
const START = daysAgo(1000);

/** The account, and CloudTrail's memory of who was made active or inactive last. */
const beginning = () => ({
  account: fakeAccount({ users: USERS.map((userName) => fakeUser({ userName, created: START, keys: [] })) }),
  changed: new Map<string, StatusChange>(),
  made: 0,
});
type World = ReturnType<typeof beginning>;

const happen = (world: World, { user: index, kind, key: at }: Event, now: Date): void => {
  const user = world.account.users[index]!;
  const key = user.keys[at];
  if (kind === 'create' && user.keys.length < 2) {
    world.made += 1;
    user.keys.push({ accessKeyId: exampleKeyId(world.made), status: 'Active', created: now });
  }
  if (kind === 'swap') user.slotOrder = user.slotOrder ? undefined : [1, 0];
  if (!key) return;
  if (kind === 'use' && key.status === 'Active') key.lastUsed = { date: now, service: 's3', region: 'eu-west-1' };
  if (kind === 'delete') user.keys.splice(at, 1);
  if (kind === 'deactivate' && key.status === 'Active') {
    key.status = 'Inactive';
    world.changed.set(key.accessKeyId, { at: now, status: 'Inactive' });
  }
  if (kind === 'reactivate' && key.status === 'Inactive') {
    Object.assign(key, { status: 'Active', lastRotated: now });
    world.changed.set(key.accessKeyId, { at: now, status: 'Active' });
  }
};

type Trail = 'tells' | 'knows nothing';

const readerOf = (
  { account: { users }, ...world }: World,
  now: Date,
  calls: { count: number },
  trail: Trail,
): AccountReader => {
  const userOf = (userName: string): FakeUser => users.find((each) => each.userName === userName)!;
  const recent = [...world.changed].filter(([, { at }]) => now.getTime() - at.getTime() <= 90 * DAY);
  const counted = async <T>(answer: T): Promise<T> => {
    calls.count += 1;
    return answer;
  };
  return accountReader({
    readCredentialReport: async () => ({
      content: new TextEncoder().encode(credentialReport(fakeAccount({ users }))),
      generatedAt: now,
    }),
    listAccessKeys: (userName) =>
      counted(
        userOf(userName).keys.map(({ accessKeyId, status, created }) => ({ accessKeyId, status, createDate: created })),
      ),
    readLastUsed: (accessKeyId) => {
      const { lastUsed } = users.flatMap(({ keys }) => keys).find((key) => key.accessKeyId === accessKeyId)!;
      return counted(
        lastUsed
          ? { state: 'used', date: lastUsed.date, serviceName: lastUsed.service, region: lastUsed.region }
          : { state: 'never' },
      );
    },
    readUserTags: () => counted({}),
    readStatusChanges: async () =>
      trail === 'tells' ? { last: new Map(recent), complete: true } : { last: new Map(), complete: false },
  });
};

/** A history in memory, and one that has forgotten what spares looks. */
const remembering = () => {
  const texts = new Map<string, string>();
  const history: History = {
    recall: async (id) => texts.get(id),
    remember: async (id, memory) => void texts.set(id, memory),
    setAside: () => Promise.reject(new Error('nothing here is unreadable')),
  };
  const withoutRows: Pick<History, 'recall'> = {
    recall: async (id) => {
      const text = texts.get(id);
      if (text === undefined) return undefined;
      const memory = JSON.parse(text) as AccountMemory;
      return JSON.stringify({ ...memory, users: memory.users.map((user) => ({ ...user, row: undefined })) });
    },
  };
  return { history, withoutRows };
};

const scan = async (world: World, now: Date, history: Pick<History, 'recall'> | undefined, trail: Trail = 'tells') => {
  const calls = { count: 0 };
  const result = await audit(
    { scanId: now.toISOString(), context: { ...findingContext(), now } },
    {
      findAccounts: async () => ({ accounts: [account()], failures: [] }),
      openAccount: async () => readerOf(world, now, calls, trail),
      locators: [],
      history,
      clock: () => now,
      signal: new AbortController().signal,
    },
  );
  return { ...result, calls: calls.count };
};

/** Goes through a history, an hour for each event, and scans after each chapter. */
const play = async (
  chapters: readonly Chapter[],
  scanAt: (world: World, now: Date, chapter: Chapter, at: number) => Promise<void>,
): Promise<void> => {
  const world = beginning();
  let now = START;
  for (const [at, chapter] of chapters.entries()) {
    now = new Date(now.getTime() + chapter.days * DAY);
    for (const event of chapter.events) {
      now = new Date(now.getTime() + HOUR);
      happen(world, event, now);
    }
    now = new Date(now.getTime() + HOUR);
    await scanAt(world, now, chapter, at);
  }
};

const rememberAll = async ({ memories }: Audit, { remember }: History): Promise<void> => {
  for (const { memory } of memories) await remember(memory.accountId, JSON.stringify(memory));
};

/** What is found, but for the words about the scans before. */
const essence = ({ report }: Audit) =>
  report.findings.map(({ userName, accessKeyId, severity, stage, rules, nextStep }) => ({
    userName,
    accessKeyId,
    severity,
    stage,
    rules: rules.map(({ id }) => id),
    action: nextStep.action,
  }));

describe('findings with a memory', () => {
  it('are those without, over any history, and take no more calls', async () => {
    let spared = 0;
    await fc.assert(
      fc.asyncProperty(anyHistory(), async (chapters) => {
        const { history, withoutRows } = remembering();
        await play(chapters, async (world, now) => {
          const remembered = await scan(world, now, history);
          const looking = await scan(world, now, withoutRows);
          const forgetful = await scan(world, now, undefined);
          expect(remembered.report.findings).toEqual(looking.report.findings);
          expect(essence(remembered)).toEqual(essence(forgetful));
          expect(remembered.report.resolved).toEqual(looking.report.resolved);
          expect(remembered.calls).toBeLessThanOrEqual(forgetful.calls);
          spared += forgetful.calls - remembered.calls;
          await rememberAll(remembered, history);
        });
      }),
      { numRuns: 300 },
    );
    expect(spared).toBeGreaterThan(0);
    expect(NOW.getTime()).toBeGreaterThan(START.getTime());
  }, 60_000);

  it('are not resolved by time alone, even where CloudTrail tells nothing, from some day on', async () => {
    let resolved = 0;
    await fc.assert(
      fc.asyncProperty(anyHistory(), fc.nat(7), async (chapters, told) => {
        const { history } = remembering();
        const changed = new Set<string>();
        await play(chapters, async (world, now, { events }, at) => {
          const result = await scan(world, now, history, at < told ? 'tells' : 'knows nothing');
          for (const { user } of events) changed.add(USERS[user]!);
          const gone = result.report.resolved.map(({ userName }) => userName);
          expect(gone.filter((userName) => !changed.has(userName))).toEqual([]);
          resolved += gone.length;
          changed.clear();
          await rememberAll(result, history);
        });
      }),
      { numRuns: 300 },
    );
    expect(resolved).toBeGreaterThan(0);
  }, 60_000);
});
