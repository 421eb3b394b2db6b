/** Size of the Lambda's bundle, and the time to import it in a fresh process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, LAMBDA, median, runFresh } from './bundle.ts';

const RUNS = 9;

export type BundleMeasured = { bytes: number; gzippedBytes: number; importMs: number };

export const measureBundle = async (directory: string): Promise<BundleMeasured> => {
  const { file, bytes } = await bundle(LAMBDA, directory);
  // The settings travel as a file beside the code.
  writeFileSync(join(directory, 'settings.json'), '{}');
  // A module, not `node -e`: that has a `require`, and would hide that the bundle lacks one.
  const importer = join(directory, 'import.mjs');
  writeFileSync(
    importer,
    `const start = performance.now();
     const { handler } = await import('./index.mjs');
     if (typeof handler !== 'function') throw new Error('the bundle exports no handler');
     console.log(performance.now() - start);`,
  );
  return {
    bytes,
    gzippedBytes: gzipSync(readFileSync(file)).length,
    importMs: median(await runFresh<number>(RUNS, importer)),
  };
};
