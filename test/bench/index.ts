/** `npm run bench`: speed and memory, side by side with the obvious way. `-- --json` prints the numbers alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { type Comparison, compareScans, LATENCY_MS, totalCalls, warmUp } from './account-scan.ts';
import { type HandlerMeasured, measureHandler } from './handler-memory.ts';
import { type BundleMeasured, measureBundle } from './lambda-bundle.ts';
import { measureReports, type ReportMeasured } from './report-file.ts';
import { measureRepositories, type RepositoriesMeasured } from './repositories.ts';
import type { BenchWorld } from './worlds.ts';

type Results = {
  machine: string;
  scans: Comparison[];
  reports: ReportMeasured[];
  bundle: BundleMeasured;
  handler: HandlerMeasured[];
  repositories: RepositoriesMeasured[];
};

const worlds: readonly BenchWorld[] = (['old', 'young'] as const).flatMap((age) =>
  [200, 1_000].map((users) => ({ users, age, polls: 1 })),
);

const measureAll = async (directory: string): Promise<Results> => {
  const [bundle, reports] = [await measureBundle(directory), await measureReports(directory)];
  const handler = await measureHandler(directory);
  console.error('repositories …');
  const repositories = await measureRepositories(directory);
  await warmUp();
  const scans: Comparison[] = [];
  for (const world of worlds) {
    console.error(`${worldName(world)} …`);
    scans.push(await compareScans(world));
  }
  const [cpu] = cpus();
  const machine = `node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim()}`;
  return { machine, scans, reports, bundle, handler, repositories };
};

const worldName = ({ users, age }: BenchWorld): string =>
  `${whole(users)} users, ${age === 'old' ? 'older than 90 days' : 'younger than 75 days'}`;

const render = ({ machine, scans, reports, bundle, handler, repositories }: Results): string =>
  [
    `keyaudit bench: ${machine}`,
    `\nOne account, ${LATENCY_MS} ms a call, two keys a user, 5 % of the users need attention.`,
    'Against listing everything (ListUsers, ListAccessKeys of each, GetAccessKeyLastUsed of each key): same SDK settings,',
    'as many users at once. CALLS are to IAM; those to STS are apart. TIME includes waiting for the report to be generated.',
    table([
      ['', 'CALLS', 'TIME', 'CALLS', 'BUDGET', 'LISTING', 'STS', 'TIME', 'WAITING', 'LISTING', 'FINDINGS'],
      ...scans.flatMap((scan) =>
        [
          { what: worldName(scan.world), keyaudit: scan.keyaudit, budget: scan.budget },
          { what: 'again, with a memory', keyaudit: scan.keyauditAgain, budget: scan.budgetAgain },
        ].map(({ what, keyaudit, budget }) => [
          what,
          ratio(totalCalls(scan.listEverything), totalCalls(keyaudit), 'fewer', 'more'),
          ratio(scan.listEverything.ms, keyaudit.ms, 'faster', 'slower'),
          whole(totalCalls(keyaudit)),
          whole(budget),
          whole(totalCalls(scan.listEverything)),
          whole(keyaudit.stsCalls),
          seconds(keyaudit.ms),
          seconds(keyaudit.waitedMs),
          seconds(scan.listEverything.ms),
          whole(scan.findings),
        ]),
      ),
    ]),
    '\nA credential report of 5,000 rows, in a fresh process.',
    table([
      ['', 'TIME', 'PEAK MEMORY', 'BEFORE READING', 'REPORT', 'USERS TO LOOK AT, FINDINGS'],
      ...reports.map(({ what, ms, peakMb, baselineMb, bytes, result }) => [
        what,
        `${whole(ms)} ms`,
        `${whole(peakMb)} MB`,
        `${whole(baselineMb)} MB`,
        kilobytes(bytes),
        whole(result),
      ]),
    ]),
    '\nThe Lambda, bundled with everything in it.',
    table([
      ['', 'SIZE', 'GZIPPED', 'IMPORT'],
      ['lambda/index.ts', kilobytes(bundle.bytes), kilobytes(bundle.gzippedBytes), `${whole(bundle.importMs)} ms`],
    ]),
    '\nIts memory when it audits an account, in a fresh process.',
    table([
      ['', 'HEAP LIMIT', 'PEAK MEMORY'],
      ...handler.map(({ heapMb, peakMb, users }) => [
        `${whole(users)} users`,
        `${whole(heapMb)} MB`,
        `${whole(peakMb)} MB`,
      ]),
    ]),
    '\nAccess key ids in repositories, against ripgrep with the same pattern, on all cores and on one. Whole processes.',
    table([
      ['', 'TIME', 'ON ONE', 'TIME', 'RIPGREP', 'ON ONE', 'PEAK MEMORY', 'FILES', 'IDS'],
      ...repositories.map(({ what, ms, ripgrepMs, ripgrepOneCoreMs, peakMb, files, ids }) => [
        what,
        ripgrepMs === null ? 'no rg' : ratio(ripgrepMs, ms, 'faster', 'slower'),
        ripgrepOneCoreMs === null ? 'no rg' : ratio(ripgrepOneCoreMs, ms, 'faster', 'slower'),
        seconds(ms),
        ripgrepMs === null ? 'no rg' : seconds(ripgrepMs),
        ripgrepOneCoreMs === null ? 'no rg' : seconds(ripgrepOneCoreMs),
        `${whole(peakMb)} MB`,
        whole(files),
        whole(ids),
      ]),
    ]),
  ].join('\n');

const table = ([head, ...rows]: readonly string[][]): string => {
  const printed = new Table({
    colAligns: (head ?? []).map((_, at) => (at === 0 ? 'left' : 'right')),
    chars: Object.fromEntries(
      ['top', 'left', 'right', 'bottom', 'mid', 'middle'].flatMap((side) =>
        ['', '-mid', '-left', '-right'].map((part) => [side + part, '']),
      ),
    ),
    style: { 'padding-left': 0, 'padding-right': 2 },
  });
  printed.push(head ?? [], ...rows);
  return printed.toString().replaceAll(/ +$/gm, '');
};

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
const ratio = (theirs: number, ours: number, better: string, worse: string): string =>
  `${(Math.max(theirs, ours) / Math.min(theirs, ours)).toFixed(1)} × ${theirs >= ours ? better : worse}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const kilobytes = (bytes: number): string => `${whole(bytes / 1024)} KB`;

const directory = mkdtempSync(join(tmpdir(), 'keyaudit-bench-'));
try {
  const results = await measureAll(directory);
  console.log(process.argv.includes('--json') ? JSON.stringify(results, null, 2) : render(results));
  for (const { world, problems } of results.scans) {
    for (const problem of problems) {
      console.error(`FAILED: ${worldName(world)}: ${problem}`);
      process.exitCode = 1;
    }
  }
  for (const problem of results.repositories.flatMap(({ problems }) => problems)) {
    console.error(`FAILED: ${problem}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
