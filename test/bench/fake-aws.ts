/** The embedded AWS and Slack in a process of their own, so that their work is not counted as the client's. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../fake-aws/index.ts';
import type { BenchWorld } from './worlds.ts';

export type FakeAwsToFork = {
  world: BenchWorld;
  latencyMs: number;
  limits?: Limits;
  /** Its clock goes on from there. */
  startAt: Date;
  /** What S3 has, and where it is kept for the next: a file. Default: nothing, nowhere. */
  bucketFile?: string;
};

/** What was asked of it, and what it was told. */
export type Seen = {
  calls: Record<string, number>;
  throttled: Record<string, number>;
  /** Of Slack: messages in the channel, in threads, and the contents of files. */
  digests: number;
  threadMessages: number;
  files: string[];
  published: number;
  /** The newest report in S3. */
  report: string | undefined;
};

export type ForkedFakeAws = {
  /** The environment of a deployment that finds AWS and Slack there. */
  env: Record<string, string>;
  /** What it has seen so far; keeps the bucket. */
  seen: () => Promise<Seen>;
  close: () => void;
};

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export const forkFakeAws = async ({ startAt, ...options }: FakeAwsToFork): Promise<ForkedFakeAws> => {
  const child = fork(here('fake-aws-child.ts'), [JSON.stringify(options)], {
    execArgv: [...process.execArgv, '--import', here('../at-instant.ts')],
    env: { ...process.env, START_INSTANT: startAt.toISOString() },
  });
  const [env] = (await once(child, 'message')) as [Record<string, string>];
  return {
    env,
    seen: async () => {
      child.send('seen?');
      const [seen] = (await once(child, 'message')) as [Seen];
      return seen;
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
};
