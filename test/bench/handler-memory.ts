/** The memory of the Lambda's own bundle, in a fresh process, when it audits as many users as an account can have. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const USERS = 5_000;
/** MB: as little as suffices, and as much as it likes. */
const HEAPS = [96, 4_096];

export type HandlerMeasured = { heapMb: number; peakMb: number; users: number };

/** `directory` holds the bundle that `measureBundle` made, with its settings. */
export const measureHandler = async (directory: string): Promise<HandlerMeasured[]> => {
  const invoke = join(directory, 'invoke.mjs');
  writeFileSync(
    invoke,
    `const { handler } = await import('./index.mjs');
     const answer = await handler({ notify: false }, { awsRequestId: 'bench', getRemainingTimeInMillis: () => 900_000 });
     if (!answer.coverage[0].includes('${USERS} users')) throw new Error(answer.coverage.join(' '));
     console.log(process.resourceUsage().maxRSS / 1024);`,
  );
  const child = fork(fileURLToPath(new URL('fake-aws-child.ts', import.meta.url)), [
    JSON.stringify({ users: USERS, age: 'old', polls: 0, latencyMs: 0 }),
  ]);
  try {
    const [aws] = (await once(child, 'message')) as [Record<string, string>];
    const env = { ...process.env, ...aws, POWERTOOLS_LOG_LEVEL: 'SILENT' };
    const measured: HandlerMeasured[] = [];
    for (const heapMb of HEAPS) {
      const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${heapMb}`, invoke], {
        env,
      });
      measured.push({ heapMb, peakMb: Number(stdout), users: USERS });
    }
    return measured;
  } finally {
    if (child.connected) child.disconnect();
  }
};
