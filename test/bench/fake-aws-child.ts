/** The embedded AWS in a process of its own, so that its work is not counted as the client's. Forked by `account-scan.ts`. */
import { NOW } from '../builders.ts';
import { startFakeAws } from '../fake-aws/server.ts';
import { type BenchWorld, benchWorld } from './worlds.ts';

const { latencyMs, ...world } = JSON.parse(process.argv[2] ?? '') as BenchWorld & { latencyMs: number };
const aws = await startFakeAws({ world: benchWorld(world), now: () => NOW, latencyMs });

process.on('message', () => process.send?.(aws.calls.byOperation()));
process.on('disconnect', () => aws.close());
process.send?.(aws.env);
