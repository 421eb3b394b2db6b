/** Invokes the Lambda's bundle once, as its schedule does, in a process of its own. Bundled and forked by `lambda-run.ts`. */
import { pathToFileURL } from 'node:url';
import type { Answer } from '../../lambda/answer.ts';
import type { Invocation } from '../../lambda/handle.ts';
import { peakMemoryMb } from './peak-memory.ts';

export type Invoked = { answer: Answer; ms: number; cpuMs: number; peakMb: number };

type Handler = (event: unknown, context: Invocation) => Promise<Answer>;

const [, , file = '', timeoutMs = ''] = process.argv;
const start = performance.now();
/** In whole ms, as Lambda tells it. */
const getRemainingTimeInMillis = (): number => Math.floor(start + Number(timeoutMs) - performance.now());
const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
const event = { scheduledTime: new Date().toISOString() };
const answer = await handler(event, { awsRequestId: 'bench', getRemainingTimeInMillis });
const { user, system } = process.cpuUsage();
const invoked: Invoked = {
  answer,
  ms: performance.now() - start,
  cpuMs: (user + system) / 1000,
  peakMb: peakMemoryMb(),
};
process.send?.(invoked, () => process.disconnect());
