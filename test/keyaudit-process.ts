import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** `keyaudit` as a process of its own, with nobody at the keyboard. */

export type Ended = { code: number | null; signal?: NodeJS.Signals; stdout: string; stderr: string };

type Options = {
  /** All that it gets: nothing of the machine's own AWS settings, unless that is this process's environment. */
  env: NodeJS.ProcessEnv;
  /** Node's own; no warning of an old Node gets in. */
  nodeOptions?: readonly string[];
  /** `false`: whoever reads its output has left. */
  isHeard?: boolean;
};

export const runKeyaudit = async (
  args: readonly string[],
  { env, nodeOptions = ['--no-warnings'], isHeard = true }: Options,
): Promise<Ended> => {
  const child = spawn(process.execPath, [...nodeOptions, '--import', 'tsx', 'bin/keyaudit.ts', ...args], {
    cwd: new URL('..', import.meta.url),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (!isHeard) child.stdout.destroy();
  const [stdout, stderr, [code, signal]] = await Promise.all([
    isHeard ? text(child.stdout) : '',
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, ...(signal && { signal }), stdout, stderr };
};
