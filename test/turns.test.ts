import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { objectsIn } from '../lambda/aws/objects.ts';
import { bucketRuns } from '../lambda/aws/runs.ts';
import type { Once } from '../lambda/notifiers/notifier.ts';
import { takeTurn } from '../lambda/turns.ts';
import { embeddedAws } from './embedded.ts';

/** Turns on the embedded S3. */

const RUN = '2026-11-23T09:00:00Z';

const world = async () => {
  const aws = await embeddedAws();
  const open = bucketRuns(objectsIn(new S3Client({ maxAttempts: 1 }), 'reports'));
  const warnings: string[] = [];
  return {
    aws,
    warnings,
    turn: (invocationId: string, runId = RUN) =>
      takeTurn('slack', { invocationId, notes: open(runId), warn: (reason) => void warnings.push(reason) }),
  };
};

const ours = async (turn: ReturnType<typeof takeTurn>): Promise<{ once: Once; end: () => Promise<void> }> => {
  const taken = await turn;
  if (!taken.isOurs) throw new Error('it is not our turn');
  return taken;
};

describe('the turn to tell a channel', () => {
  it('is the first invocation’s, of two for one tick of the schedule', async () => {
    const { turn } = await world();
    const [first, second] = await Promise.all([turn('a'), turn('b')]);
    expect([first, second].filter(({ isOurs }) => isOurs)).toHaveLength(1);
    expect((await turn('c', '2026-11-24T09:00:00Z')).isOurs).toBe(true);
  });

  it('is gone on with by the next attempt of the same invocation, which does only what is left', async () => {
    const { turn } = await world();
    const done: string[] = [];
    const tell = async (once: Once, ...steps: string[]) => {
      for (const step of steps) {
        await once(step, async () => {
          done.push(step);
          return { ts: `ts of ${step}` };
        });
      }
    };
    await tell((await ours(turn('a'))).once, 'digest', 'thread-1');
    const { once, end } = await ours(turn('a'));
    await tell(once, 'digest', 'thread-1', 'thread-2');
    expect(done).toEqual(['digest', 'thread-1', 'thread-2']);
    expect(await once('digest', () => Promise.reject(new Error('again')))).toEqual({ ts: 'ts of digest' });
    await end();
    expect((await turn('a')).isOurs).toBe(false);
  });

  it('leaves a step that failed to the next attempt', async () => {
    const { turn } = await world();
    const { once } = await ours(turn('a'));
    await expect(once('digest', () => Promise.reject(new Error('Slack is down')))).rejects.toThrow('Slack is down');
    const again = await ours(turn('a'));
    expect(await again.once('digest', async () => ({ ts: '1' }))).toEqual({ ts: '1' });
  });

  it('does not make what was told be told again because it could not be noted', async () => {
    const { aws, turn, warnings } = await world();
    const { once } = await ours(turn('a'));
    aws.faults.add({ operation: 's3:PutObject', kind: 'error500' });
    expect(await once('digest', async () => ({ ts: '1' }))).toEqual({ ts: '1' });
    expect(warnings).toEqual([expect.stringContaining('what was told in slack could not be noted')]);
  });

  it('is ours where the answer to our own note was lost', async () => {
    const { aws } = await world();
    const open = bucketRuns(objectsIn(new S3Client({ maxAttempts: 3 }), 'reports'));
    aws.faults.add({ operation: 's3:PutObject', kind: 'reset', nth: 1 });
    expect(await takeTurn('slack', { invocationId: 'a', notes: open(RUN), warn: () => {} })).toMatchObject({
      isOurs: true,
    });
  });

  it('cannot be taken where the notes cannot be had', async () => {
    const { aws, turn } = await world();
    aws.faults.add({ operation: 's3:*', kind: 'deny' });
    await expect(turn('a')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('is asked for again where S3 has two writers at the same moment', async () => {
    const { aws, turn } = await world();
    const conflict = { kind: 'error', status: 409, code: 'ConditionalRequestConflict' } as const;
    aws.faults.add({ operation: 's3:PutObject', ...conflict, nth: [1, 2] });
    expect((await turn('a')).isOurs).toBe(true);
  });
});
