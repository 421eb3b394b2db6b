import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { remember } from '../lambda/history.ts';
import type { History } from '../lambda/ports.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { embeddedAws, scanToRemember } from './embedded.ts';
import {
  exampleKeyId,
  type FakeAccountOverrides,
  type FakeAws,
  type FakeKey,
  type FakeUserOverrides,
  fakeEvent,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from './fake-aws/index.ts';

/** How many calls a scan takes that remembers the one before: counted where they arrive. */

const OTHER = '444455556666';
const POLLS = 3;
/** Of each kind. */
const USERS = 4;

type Kind = {
  created?: Date;
  keys: Partial<FakeKey>[];
  tags?: (keyId: string) => Record<string, string>;
  inTrail?: true;
};

const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const key = (days: number, usedAt: Date | undefined, overrides: Partial<FakeKey> = {}): Partial<FakeKey> => ({
  created: daysAgo(days),
  ...(usedAt && { lastUsed: use(usedAt) }),
  ...overrides,
});
/** Used an hour before each scan. */
const IN_USE = hoursAgo(1);
const inactive = (days: number, usedAt: Date): Partial<FakeKey> => key(days, usedAt, { status: 'Inactive' });

/** Nothing is wrong with any of these, on this day and the next two. */
const clean: Record<string, Kind> = {
  'without-keys': { keys: [] },
  young: { created: daysAgo(20), keys: [key(20, IN_USE)] },
  old: { keys: [key(30, IN_USE)] },
  'two-active': { keys: [key(60, hoursAgo(4 * 24 + 12)), key(5, IN_USE)] },
  'two-active-since-today': { keys: [key(40, hoursAgo(2)), key(0.2, IN_USE)] },
  'two-active-after-a-fright': { keys: [key(60, hoursAgo(4 * 24 + 12), { lastRotated: daysAgo(2) }), key(5, IN_USE)] },
  reactivated: { keys: [key(30, IN_USE, { lastRotated: daysAgo(3) })] },
  'inactive-lately': { keys: [inactive(80, daysAgo(20)), key(10, IN_USE)] },
  'inactive-both': { keys: [inactive(80, daysAgo(20)), inactive(70, daysAgo(15))] },
  'inactive-by-its-tag': {
    keys: [inactive(200, daysAgo(60)), key(10, IN_USE)],
    tags: (keyId) => ({ [deactivationTag(keyId)]: daysAgo(10).toISOString() }),
  },
  'inactive-by-cloudtrail': { keys: [inactive(200, daysAgo(60)), key(10, IN_USE)], inTrail: true },
};

/** A rule fires for each of these, on each of the days. */
const flagged: Record<string, Kind> = {
  overdue: { keys: [key(120, IN_USE)] },
  'overdue-though-reactivated': { keys: [key(120, IN_USE, { lastRotated: daysAgo(3) })] },
  'due-soon': { keys: [key(80, IN_USE)] },
  lingering: { keys: [key(60, IN_USE), key(20, IN_USE)] },
  idle: { keys: [key(60, daysAgo(30)), key(29, IN_USE)] },
  'not-deployed': { keys: [key(60, IN_USE), key(5, undefined)] },
  unused: { keys: [key(60, daysAgo(50))] },
  'inactive-for-long': { keys: [inactive(100, daysAgo(40)), key(20, IN_USE)] },
  exempt: { keys: [key(120, IN_USE)] },
};

const accountOf = (id: string, firstKey: number): FakeAccountOverrides => {
  const events: ReturnType<typeof fakeEvent>[] = [];
  let keys = firstKey;
  const users = Object.entries({ ...clean, ...flagged }).flatMap(([name, kind]) =>
    Array.from({ length: USERS }, (_, at): FakeUserOverrides => {
      const userName = `${name}-${at}`;
      const own = kind.keys.map((each) => ({ ...each, accessKeyId: exampleKeyId(++keys) }));
      const accessKeyId = own[0]?.accessKeyId ?? '';
      if (kind.inTrail) {
        const requestParameters = { userName, accessKeyId, status: 'Inactive' };
        events.push(
          fakeEvent({ name: 'UpdateAccessKey', source: 'iam.amazonaws.com', at: daysAgo(10), requestParameters }),
        );
      }
      return {
        userName,
        created: kind.created ?? daysAgo(900),
        keys: own,
        slotOrder: at % 2 ? [1, 0] : undefined,
        ...(kind.tags && { tags: kind.tags(accessKeyId) }),
      };
    }),
  );
  return { id, users, events, report: { polls: POLLS } };
};

const days = async () => {
  let now = NOW;
  const aws = await embeddedAws({
    world: fakeWorld({ accounts: [accountOf(HUB_ACCOUNT_ID, 0), accountOf(OTHER, 1000)] }),
    now: () => now,
  });
  const texts = new Map<string, string>();
  const history: History = {
    recall: async (id) => texts.get(id),
    remember: async (id, memory) => void texts.set(id, memory),
    setAside: () => Promise.reject(new Error('nothing here is unreadable')),
  };
  const settings = {
    accounts: [{ id: HUB_ACCOUNT_ID }, { id: OTHER }],
    exemptions: [{ account: '*', user: 'exempt-*', until: '2027-01-31', reason: 'moves to a role' }],
  };
  return {
    aws,
    scanAfter: async (ms: number): Promise<AuditReport> => {
      now = new Date(now.getTime() + ms);
      for (const each of aws.world.accounts.flatMap(({ users }) => users).flatMap(({ keys }) => keys)) {
        if (each.lastUsed?.date.getTime() === now.getTime() - ms - HOUR)
          each.lastUsed = use(new Date(now.getTime() - HOUR));
      }
      aws.calls.reset();
      const { report, memories } = await scanToRemember({ settings, history, now });
      for (const { memory, recalled } of memories) await remember(memory, recalled, history);
      return report;
    },
  };
};

const usersFound = ({ findings, exempt }: AuditReport, id: string): string[] =>
  [
    ...new Set([...findings, ...exempt].filter(({ account }) => account.id === id).map(({ userName }) => userName)),
  ].sort();

const usersAskedAbout = ({ calls }: FakeAws, id: string): string[] =>
  [...new Set(calls.of('iam:ListAccessKeys', id).map(({ params }) => String(params['UserName'])))].sort();

const iamCalls = ({ calls }: FakeAws, id: string): number =>
  calls.all.filter(({ operation, account }) => account === id && operation.startsWith('iam:')).length;

const names = (kinds: object): string[] =>
  Object.keys(kinds)
    .flatMap((name) => Array.from({ length: USERS }, (_, at) => `${name}-${at}`))
    .sort();

describe('from the second scan on', () => {
  it('an account takes at most 2 calls, its polls, and 4 for each user who is flagged', async () => {
    const { aws, scanAfter } = await days();
    const budget = 2 + POLLS + 4 * names(flagged).length;

    const first = await scanAfter(0);
    expect(first.failures).toEqual([]);
    for (const id of [HUB_ACCOUNT_ID, OTHER]) {
      expect(usersFound(first, id)).toEqual(names(flagged));
      expect(iamCalls(aws, id)).toBeGreaterThan(budget);
    }

    for (const _day of [2, 3]) {
      const report = await scanAfter(DAY);
      expect([report.failures, report.resolved]).toEqual([[], []]);
      expect(report.findings.filter(({ change }) => change !== 'ongoing')).toEqual([]);
      for (const id of [HUB_ACCOUNT_ID, OTHER]) {
        expect(usersFound(report, id)).toEqual(names(flagged));
        expect(usersAskedAbout(aws, id)).toEqual(names(flagged));
        expect(iamCalls(aws, id)).toBeLessThanOrEqual(budget);
        expect(aws.calls.count('iam:GenerateCredentialReport', id)).toBe(POLLS + 1);
      }
      // Beside IAM: who we are, and the other account's role.
      expect([aws.calls.count('sts:GetCallerIdentity'), aws.calls.count('sts:AssumeRole')]).toEqual([1, 1]);
    }
  }, 60_000);
});
