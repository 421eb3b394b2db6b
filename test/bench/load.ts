/** The Lambda where there is most to do: as many users as an account can have, and as many accounts as few organizations have. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { DAY } from '../../lambda/domain/time.ts';
import { NOW } from '../builders.ts';
import { HUB_ACCOUNT_ID, type Limits } from '../fake-aws/index.ts';
import { LATENCY_MS } from './account-scan.ts';
import { type DeployedFunction, deployedFunction } from './deployed-function.ts';
import { type FakeAwsToFork, forkFakeAws } from './fake-aws.ts';
import { type InvokeLambda, lambdaIn } from './lambda-run.ts';
import { type LoadScan, loadProblems, loadScan } from './load-check.ts';
import { accountIds, type BenchWorld } from './worlds.ts';

export type { LoadScan } from './load-check.ts';

/**
 * IAM: an assumption. AWS says that there is a bucket for each operation of an account, and not how large it is. Its neighbour IAM
 * Identity Center says so: "a collective throttle maximum of 20 transactions per second",
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html. Eight users at a time would make 130 calls a second.
 * CloudTrail: "two per second, per account, per Region", https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const LIMITS = {
  iam: { perSecond: 20, burst: 40 },
  cloudtrail: { perSecond: 2, burst: 2 },
} satisfies Limits;

type Load = { world: BenchWorld; settings: object };

const loads: readonly Load[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  { world: { users: 5_000, age: 'old', polls: 1 }, settings: {} },
  {
    world: { users: 500, age: 'old', polls: 1, members: 200 },
    settings: { accounts: { organization: { exclude: [HUB_ACCOUNT_ID] } } },
  },
];

export type LoadMeasured = {
  world: BenchWorld;
  deployed: DeployedFunction;
  /** The first, and one a day later that remembers it; absent where the run did not come to its end. */
  scans: (LoadScan | undefined)[];
  problems: string[];
};

/** ListUsers by the hundred, ListAccessKeys of each user, GetAccessKeyLastUsed of both keys. */
export const callsByListing = (world: BenchWorld): number =>
  accountIds(world).length * (Math.ceil(world.users / 100) + 3 * world.users);

export const measureLoads = async (directory: string): Promise<LoadMeasured[]> => {
  const deployed = deployedFunction();
  const invoke = await lambdaIn(directory, deployed);
  const measured: LoadMeasured[] = [];
  for (const load of loads) measured.push(await measureLoad(load, { directory, deployed, invoke }));
  return measured;
};

type Bench = { directory: string; deployed: DeployedFunction; invoke: InvokeLambda };

const measureLoad = async ({ world, settings }: Load, bench: Bench): Promise<LoadMeasured> => {
  const name = `${world.members ?? 1}-${world.users}`;
  const bucketFile = join(bench.directory, `bucket-${name}.json`);
  const settingsFile = join(bench.directory, `settings-${name}.json`);
  writeFileSync(settingsFile, JSON.stringify(settings));
  const aws = { world, latencyMs: LATENCY_MS, limits: LIMITS, bucketFile };
  const days = [
    await scan({ ...aws, startAt: NOW }, settingsFile, bench),
    await scan({ ...aws, startAt: new Date(NOW.getTime() + DAY) }, settingsFile, bench),
  ];
  return {
    world,
    deployed: bench.deployed,
    scans: days.map(({ measured }) => measured),
    problems: days.flatMap(({ problems }, day) => problems.map((problem) => `day ${day + 1}: ${problem}`)),
  };
};

const scan = async (
  fake: FakeAwsToFork,
  settingsFile: string,
  { deployed, invoke }: Bench,
): Promise<{ measured?: LoadScan; problems: string[] }> => {
  console.error(
    `${fake.world.members ?? 1} × ${fake.world.users} users on ${fake.startAt.toISOString().slice(0, 10)} …`,
  );
  const aws = await forkFakeAws(fake);
  try {
    const invoked = await invoke({ env: aws.env, startAt: fake.startAt, settingsFile });
    // Whatever came of it: the next day finds what it left.
    const seen = await aws.seen();
    if (typeof invoked === 'string') return { problems: [invoked] };
    if (seen.report === undefined) return { problems: ['no report was kept'] };
    const report = JSON.parse(seen.report) as AuditReport;
    return {
      measured: loadScan(invoked, seen, report),
      problems: loadProblems(fake.world, deployed, invoked, seen, report),
    };
  } finally {
    aws.close();
  }
};
