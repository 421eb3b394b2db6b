/** One invocation of the Lambda's bundle, in a process of its own with what the Lambda is deployed with. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { bundle, LAMBDA } from './bundle.ts';
import type { DeployedFunction } from './deployed-function.ts';
import type { Invoked } from './lambda-run-child.ts';

export type { Invoked } from './lambda-run-child.ts';

/** What an invocation may differ in. */
export type Invocation = {
  /** Its clock goes on from there. */
  startAt: Date;
  env: Record<string, string>;
  settingsFile: string;
};

/** Resolves to what went wrong where the process did not come to its end. */
export type InvokeLambda = (invocation: Invocation) => Promise<Invoked | string>;

/** Lambda would end it when its time is over: a run that hangs is ended later, so that it shows by how much. */
const GRACE_MS = 60_000;

/** Bundles it into the directory. */
export const lambdaIn = async (directory: string, deployed: DeployedFunction): Promise<InvokeLambda> => {
  const { file: lambda } = await bundle(LAMBDA, directory);
  const { file: child } = await bundle('lambda-run-child.ts', directory);
  const { file: clock } = await bundle('../at-instant.ts', directory);
  return async ({ startAt, env, settingsFile }) => {
    const run = fork(child, [lambda, String(deployed.timeoutMs)], {
      execArgv: [...deployed.nodeFlags, '--import', clock],
      // Nothing of the machine's own AWS settings.
      env: {
        ...env,
        START_INSTANT: startAt.toISOString(),
        SETTINGS_FILE: settingsFile,
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        POWERTOOLS_METRICS_DISABLED: 'true',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: deployed.timeoutMs + GRACE_MS,
    });
    let invoked: Invoked | undefined;
    run.on('message', (message) => {
      invoked = message as Invoked;
    });
    const [stderr] = await Promise.all([run.stderr ? text(run.stderr) : '', once(run, 'close')]);
    return invoked ?? `the Lambda did not come to its end: ${whyNot(stderr)}`;
  };
};

/** The line of a crash that says why. */
const whyNot = (stderr: string): string => /^.*(?:Error|FATAL ERROR)\b.*$/m.exec(stderr)?.[0] ?? stderr.slice(-500);
