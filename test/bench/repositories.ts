/** Time and memory of searching files for access key ids, beside ripgrep: whole processes, from start to end. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FIRST_KEY } from '../builders.ts';
import { bundle, median, runFresh } from './bundle.ts';

const run = promisify(execFile);
const RUNS = 5;
const FOLDERS = 1_000;
const FILES = 100;
const LARGE_MB = 512;
/** One file in so many holds a key. */
const ONE_IN = 1_000;

export type RepositoriesMeasured = {
  what: string;
  ms: number;
  /** `null` where ripgrep is not installed. On all cores, as it runs by itself, and on one. */
  ripgrepMs: number | null;
  ripgrepOneCoreMs: number | null;
  peakMb: number;
  files: number;
  ids: number;
  problems: string[];
};

export const measureRepositories = async (directory: string): Promise<RepositoriesMeasured[]> => {
  const { file: child } = await bundle('repositories-child.ts', directory);
  const [many, large] = [plantMany(join(directory, 'many')), plantLarge(join(directory, 'large'))];
  return [
    await measure(child, {
      what: '100,000 files of 1 to 4 KB',
      folder: many,
      files: FOLDERS * FILES + 1,
      ids: (FOLDERS * FILES) / ONE_IN,
    }),
    await measure(child, { what: `one file of ${LARGE_MB} MB`, folder: large, files: 1, ids: 1 }),
  ];
};

type Planted = { what: string; folder: string; files: number; ids: number };
type Searched = { files: number; uses: number; failures: number; peakMb: number };

const measure = async (child: string, { what, folder, files, ids }: Planted): Promise<RepositoriesMeasured> => {
  // Files are in the cache for everybody, or for nobody.
  await runFresh<Searched>(1, child, [folder]);
  const problems: string[] = [];
  const ours = { ms: [] as number[], peakMb: 0 };
  const theirs: number[] = [];
  const theirsOnOneCore: number[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    const [ms, [searched]] = await timed(() => runFresh<Searched>(1, child, [folder]));
    ours.ms.push(ms);
    ours.peakMb = Math.max(ours.peakMb, searched?.peakMb ?? 0);
    if (searched?.files !== files || searched.uses !== ids || searched.failures > 0) {
      problems.push(`${what}: expected ${files} files and ${ids} ids, found ${JSON.stringify(searched)}`);
    }
    for (const [times, flags] of [
      [theirs, []],
      [theirsOnOneCore, ['--threads=1']],
    ] as const) {
      const [rgMs, lines] = await timed(() => ripgrep(folder, flags));
      if (lines !== undefined) times.push(rgMs);
      if (lines !== undefined && lines !== ids) problems.push(`${what}: ripgrep found ${lines} ids of ${ids}`);
    }
  }
  return {
    what,
    files,
    ids,
    problems,
    ms: median(ours.ms),
    peakMb: ours.peakMb,
    ripgrepMs: theirs.length > 0 ? median(theirs) : null,
    ripgrepOneCoreMs: theirsOnOneCore.length > 0 ? median(theirsOnOneCore) : null,
  };
};

const timed = async <T>(work: () => Promise<T>): Promise<[number, T]> => {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
};

/** How many lines it prints; `undefined` where it is not installed. */
const ripgrep = async (folder: string, flags: readonly string[]): Promise<number | undefined> => {
  const pattern = String.raw`\bA[KS]IA[A-Z0-9]{16}\b`;
  try {
    const { stdout } = await run('rg', [...flags, '--hidden', '--line-number', '--no-heading', pattern, folder]);
    return stdout.trimEnd().split('\n').length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** As repositories are: mostly code, some YAML, a folder that Git ignores. With the `.gitignore`, a file more. */
const plantMany = (folder: string): string => {
  const line = 'const Answer = await askAnybody({ id: 42, at: "AWS", kind: "example" }); // says nothing\n';
  for (const inner of ['.git', 'node_modules']) mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n*.log\n');
  writeFileSync(join(folder, 'node_modules', 'ignored.js'), FIRST_KEY);
  for (let at = 0; at < FOLDERS; at += 1) {
    const inner = join(folder, `part-${at % 10}`, `folder-${at}`);
    mkdirSync(inner, { recursive: true });
    for (let file = 0; file < FILES; file += 1) {
      const body = line.repeat(12 + ((at + file) % 36));
      const key = (at * FILES + file) % ONE_IN === 0 ? `key: ${FIRST_KEY}\n` : '';
      writeFileSync(join(inner, `file-${file}.${['ts', 'rb', 'md', 'yaml', 'json'][file % 5]}`), `# ${body}${key}`);
    }
  }
  return folder;
};

const plantLarge = (folder: string): string => {
  mkdirSync(folder);
  const descriptor = openSync(join(folder, 'dump.sql'), 'w');
  const megabyte = Buffer.from(
    "INSERT INTO t VALUES (42, 'An Example, And Another', NULL);\n".repeat(17_477).slice(0, 1024 * 1024),
  );
  for (let count = 0; count < LARGE_MB; count += 1) writeSync(descriptor, megabyte);
  writeSync(descriptor, `\n${FIRST_KEY}\n`);
  closeSync(descriptor);
  return folder;
};
