/**
 * `npm run bench`: speed and memory, side by side with the obvious way. After `--`: names of parts, to measure these only; `--json` prints
 * the numbers alone, `--markdown` the tables of the README.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareAllScans } from './account-scan.ts';
import { measureBundle } from './lambda-bundle.ts';
import { measureLoads } from './load.ts';
import { measureReports } from './report-file.ts';
import { measureRepositories } from './repositories.ts';
import {
  bundleSections,
  loadSections,
  reportSections,
  repositoriesSections,
  scanSections,
  worldName,
} from './sections.ts';
import { inColumns, inMarkdown, type Section } from './tables.ts';

/** What a part measured, how it is shown, and what is not as it has to be. */
type Measured = { numbers: unknown; sections: Section[]; problems: string[] };

const parts: Record<string, (directory: string) => Promise<Measured>> = {
  scans: async () => {
    const scans = await compareAllScans();
    return { numbers: scans, sections: scanSections(scans), problems: named(scans) };
  },
  load: async (directory) => {
    const loads = await measureLoads(directory);
    return { numbers: loads, sections: loadSections(loads), problems: named(loads) };
  },
  reports: async (directory) => {
    const reports = await measureReports(directory);
    return { numbers: reports, sections: reportSections(reports), problems: [] };
  },
  bundle: async (directory) => {
    const bundle = await measureBundle(directory);
    return { numbers: bundle, sections: bundleSections(bundle), problems: [] };
  },
  repositories: async (directory) => {
    const repositories = await measureRepositories(directory);
    const problems = repositories.flatMap((each) => each.problems);
    return { numbers: repositories, sections: repositoriesSections(repositories), problems };
  },
};

const named = (measured: readonly { world: Parameters<typeof worldName>[0]; problems: string[] }[]): string[] =>
  measured.flatMap(({ world, problems }) => problems.map((problem) => `${worldName(world)}: ${problem}`));

const [cpu] = cpus();
const machine = `node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim()}`;

const print = (measured: Record<string, Measured>, options: readonly string[]): string => {
  const each = Object.entries(measured);
  if (options.includes('--json')) {
    return JSON.stringify(
      { machine, ...Object.fromEntries(each.map(([name, { numbers }]) => [name, numbers])) },
      null,
      2,
    );
  }
  const sections = each.flatMap(([, part]) => part.sections);
  return options.includes('--markdown')
    ? [`Measured by \`npm run bench\` on ${machine}.`, ...sections.map(inMarkdown)].join('\n\n')
    : [`keyaudit bench: ${machine}`, ...sections.map(inColumns)].join('\n\n');
};

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}`);

const directory = mkdtempSync(join(tmpdir(), 'keyaudit-bench-'));
try {
  const measured: Record<string, Measured> = {};
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`${name} …`);
    measured[name] = await measure(directory);
  }
  console.log(print(measured, options));
  for (const problem of Object.values(measured).flatMap(({ problems }) => problems)) {
    console.error(`FAILED: ${problem}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
