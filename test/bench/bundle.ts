import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

/** The Lambda, from this folder. */
export const LAMBDA = '../../lambda/index.ts';

/** Bundles a module, named from this folder, as the Lambda is bundled: one minified ES module with everything in it. */
export const bundle = async (module: string, directory: string): Promise<{ file: string; bytes: number }> => {
  const file = join(directory, basename(module).replace(/\.ts$/, '.mjs'));
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(module, import.meta.url))],
    outfile: file,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // Without it, CommonJS modules in the bundle fail: "Dynamic require of node:os is not supported".
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  });
  return { file, bytes: Object.values(metafile.outputs)[0]?.bytes ?? 0 };
};

/** Runs a module in so many fresh processes of this Node, one after the other; each prints one JSON value. */
export const runFresh = async <Result>(
  times: number,
  file: string,
  args: readonly string[] = [],
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let count = 0; count < times; count += 1) {
    const { stdout } = await run(process.execPath, [file, ...args]);
    results.push(JSON.parse(stdout) as Result);
  }
  return results;
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
