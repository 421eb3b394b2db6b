/** IAM calls and wall time of one account: keyaudit against listing everything, on the embedded AWS. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import { type AuditRequest, audit, reportOn, USERS_AT_ONCE } from '../../lambda/audit.ts';
import { connectAws } from '../../lambda/aws/index.ts';
import { withTrailStatus } from '../../lambda/domain/deactivation.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { parseSettings } from '../../lambda/settings.ts';
import { findingContext, NOW } from '../builders.ts';
import { forkFakeAws } from './fake-aws.ts';
import { type BenchWorld, usersNeedingAttention } from './worlds.ts';

export const LATENCY_MS = 60;

export type Measured = { iamCalls: Record<string, number>; stsCalls: number; ms: number; waitedMs: number };

export type Comparison = {
  world: BenchWorld;
  keyaudit: Measured;
  /** With what the first scan remembered. */
  keyauditAgain: Measured;
  listEverything: Measured;
  /** The most IAM calls that keyaudit may make: the first time, and again. */
  budget: number;
  budgetAgain: number;
  findings: number;
  /** What is not as it has to be. */
  problems: string[];
};

/** Young users need no look, old ones one each. */
const worlds: readonly BenchWorld[] = (['old', 'young'] as const).flatMap((age) =>
  [200, 1_000].map((users) => ({ users, age, polls: 1 })),
);

export const compareAllScans = async (): Promise<Comparison[]> => {
  await warmUp();
  const scans: Comparison[] = [];
  for (const world of worlds) scans.push(await compareScans(world));
  return scans;
};

const compareScans = async (world: BenchWorld): Promise<Comparison> => {
  const remembered = new Map<string, string>();
  const ours = await measure(world, scanByKeyaudit(remembered));
  const again = await measure(world, scanByKeyaudit(remembered));
  const theirs = await measure(world, scanByListing);
  const allowed = budget(world);
  const allowedAgain = budgetAgain(world);
  const attention = usersNeedingAttention(world);
  const problems = [
    totalCalls(ours.measured) > allowed && `${totalCalls(ours.measured)} IAM calls, the budget is ${allowed}`,
    totalCalls(again.measured) > allowedAgain &&
      `${totalCalls(again.measured)} IAM calls by the second scan, the budget is ${allowedAgain}`,
    !isDeepStrictEqual(inBrief(ours.report), inBrief(theirs.report)) && 'the two ways do not find the same',
    !isDeepStrictEqual(inBrief(again.report), inBrief(theirs.report)) && 'the second scan does not find the same',
    !isDeepStrictEqual(usersFound(ours.report), attention) && 'not exactly the users who need attention were found',
    ...[ours, theirs].flatMap(({ report }) => report.failures.map(({ id, reason }) => `${id}: ${reason}`)),
  ];
  return {
    world,
    keyaudit: ours.measured,
    keyauditAgain: again.measured,
    listEverything: theirs.measured,
    budget: allowed,
    budgetAgain: allowedAgain,
    findings: ours.report.findings.length,
    problems: problems.filter((problem) => problem !== false),
  };
};

/** One run of each way on a small account, so that neither pays for the first use of the SDK. */
const warmUp = async (): Promise<void> => {
  const world: BenchWorld = { users: 40, age: 'old', polls: 0 };
  await measure(world, scanByKeyaudit(new Map()));
  await measure(world, scanByListing);
};

export const totalCalls = ({ iamCalls }: Measured): number => Object.values(iamCalls).reduce((sum, n) => sum + n, 0);

/**
 * Two calls plus polls, one (ListAccessKeys) per user whose only open question is the real CreateDate, four (its keys, the last
 * use of both, its tags) per user who needs attention.
 */
const budget = ({ users, age, polls }: BenchWorld): number => {
  const attention = usersNeedingAttention({ users }).length;
  return 2 + polls + (age === 'old' ? users - attention : 0) + 4 * attention;
};

/** With a memory of real CreateDates, nobody is looked at for these alone. */
const budgetAgain = ({ users, polls }: BenchWorld): number => 2 + polls + 4 * usersNeedingAttention({ users }).length;

/** Without the words on what a scan before saw. */
const inBrief = ({ findings }: AuditReport) =>
  findings.map(({ userName: user, accessKeyId, severity, stage, rules, nextStep: { action } }) => {
    return { user, accessKeyId, severity, stage, action, rules: rules.map(({ id }) => id) };
  });

const usersFound = ({ findings }: AuditReport): string[] =>
  [...new Set(findings.map((finding) => finding.userName))].sort();

type Scan = (sleep: (ms: number) => Promise<void>) => Promise<AuditReport>;

const measure = async (world: BenchWorld, scan: Scan): Promise<{ measured: Measured; report: AuditReport }> => {
  const aws = await forkFakeAws({ world, latencyMs: LATENCY_MS, startAt: NOW });
  try {
    Object.assign(process.env, aws.env);
    let waitedMs = 0;
    const start = performance.now();
    const report = await scan((ms) => {
      waitedMs += ms;
      return delay(ms);
    });
    const ms = performance.now() - start;
    const { calls } = await aws.seen();
    const of = (service: string) =>
      Object.fromEntries(Object.entries(calls).filter(([operation]) => operation.startsWith(`${service}:`)));
    const stsCalls = Object.values(of('sts')).reduce((sum, n) => sum + n, 0);
    return { measured: { iamCalls: of('iam'), stsCalls, ms, waitedMs }, report };
  } finally {
    aws.close();
  }
};

const settings = parseSettings({});
const request: AuditRequest = { scanId: 'bench', context: findingContext() };

const scanByKeyaudit =
  (remembered: Map<string, string>): Scan =>
  async (sleep) => {
    const { signal } = new AbortController();
    const aws = await connectAws({ settings, signal, sleep, random: () => 0.5 });
    const history = { recall: async (accountId: string) => remembered.get(accountId) };
    // Listing looks for no uses of keys, so neither does this.
    const { report, memories } = await audit(request, { ...aws, locators: [], history, clock: () => NOW, signal });
    for (const { memory } of memories) remembered.set(memory.accountId, JSON.stringify(memory));
    return report;
  };

/** ListUsers, ListAccessKeys of each, GetAccessKeyLastUsed of each key: by the same clients, as many at once, the same rules. */
const scanByListing: Scan = async () => {
  const { findAccounts, openAccount } = await connectAws({ settings, signal: new AbortController().signal });
  const [account] = (await findAccounts()).accounts;
  if (!account) throw new Error('the embedded AWS has no account');
  const reader = await openAccount(account);
  const limit = pLimit(USERS_AT_ONCE);
  const deactivations = await reader.readStatusChanges();
  const read = await Promise.all(
    (await reader.listUsers()).map(({ userName, arn }) =>
      limit(async () => {
        const keys = (await reader.listAccessKeys(userName)) ?? [];
        const accessKeys = await Promise.all(
          keys.map(async (key) => ({ ...key, lastUsed: await reader.readLastUsed(key.accessKeyId) })),
        );
        return withTrailStatus({ account, userName, arn, tags: {}, accessKeys }, deactivations, NOW);
      }),
    ),
  );
  const reading = {
    account,
    users: read.length,
    accessKeys: read.flatMap(({ accessKeys }) => accessKeys).length,
    credentialReportGeneratedAt: null,
    read,
    found: [],
    known: [],
    failures: [],
  };
  return reportOn([reading], request, [], NOW);
};
