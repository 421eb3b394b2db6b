import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ListAccessKeysCommand, ListUserTagsCommand } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import type { AccessKey } from '../../lambda/domain/model.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW, never, used } from '../builders.ts';
import { runsOf, safe, stoppedClock, USER } from '../rotating.ts';
import { backDateKey, emptyMoto, HUB, iamOf, seedUser } from './moto.ts';

/** The rotation of one user's key from its beginning to its end, with every gate tried, on an AWS that is not ours. */

const later = (ms: number): Date => new Date(NOW.getTime() + ms);

const rotation = async (...accessKeys: Partial<Omit<AccessKey, 'accessKeyId'>>[]) => {
  const ids = await seedUser(HUB, { userName: USER, accessKeys });
  const iam = await iamOf(HUB);
  const time = stoppedClock();
  return {
    ...time,
    ids,
    run: runsOf(time, {}),
    keys: async () => (await iam.send(new ListAccessKeysCommand({ UserName: USER }))).AccessKeyMetadata ?? [],
    tags: async () => (await iam.send(new ListUserTagsCommand({ UserName: USER }))).Tags ?? [],
    /** What moto writes with the real clock, as of the test's. */
    change: (accessKeyId: string, change: Partial<AccessKey>) => backDateKey(HUB, USER, accessKeyId, change),
  };
};

beforeEach(emptyMoto);

describe('the rotation of one user’s key', () => {
  it('goes step by step, is refused before each step’s time, and goes on after every interruption', async () => {
    const { run, goTo, keys, tags, change, ids } = await rotation({
      createDate: daysAgo(120),
      lastUsed: used(hoursAgo(2)),
    });
    const [OLD] = ids as [string];

    // Create: refused by nobody; interrupted while the secret is kept; then done.
    const sealed = safe({ keep: () => Promise.reject(new Error('the vault is sealed')) });
    expect((await run({ answers: [true], store: sealed.store })).error).toContain('is deleted again');
    expect(await keys()).toHaveLength(1);
    const { kept, store } = safe();
    expect((await run({ answers: [true], store })).code).toBe(0);
    const NEW = kept[0]!.AccessKeyId;
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toEqual([OLD, NEW]);
    await change(NEW, { createDate: NOW, lastUsed: never });

    // Verify: the new key is not used; then it is, but the old one not quiet for long enough.
    expect((await run()).everything()).toContain(`${NEW} has never been used`);
    await change(NEW, { lastUsed: used(later(HOUR)) });
    await change(OLD, { lastUsed: used(later(HOUR)) });
    for (const early of [2 * HOUR, 7 * DAY + HOUR]) {
      goTo(later(early));
      const { code, stdout } = await run();
      expect(code).toBe(1);
      expect(stdout).toContain('Not before 2026-11-30 10:00 UTC.');
    }
    // A missed use: the old key's last use moves.
    await change(OLD, { lastUsed: used(later(3 * DAY)) });
    goTo(later(7 * DAY + HOUR + 1));
    expect((await run()).everything()).toContain('Not before 2026-12-03 09:00 UTC.');

    // Deactivate, once both are so.
    goTo(later(10 * DAY + 1));
    await change(NEW, { lastUsed: used(later(9 * DAY)) });
    expect((await run({ answers: [true] })).code).toBe(0);
    expect((await keys()).map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
    expect(await tags()).toEqual([{ Key: deactivationTag(OLD), Value: later(10 * DAY + 1).toISOString() }]);

    // Delete: not before it was inactive for settleDays.
    goTo(later(17 * DAY + 1));
    expect((await run({ answers: [true] })).code).toBe(1);
    expect(await keys()).toHaveLength(2);
    goTo(later(17 * DAY + 2));
    expect((await run({ answers: [true] })).code).toBe(0);
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toEqual([NEW]);
    expect(await tags()).toEqual([]);

    // Done: nothing is due.
    expect((await run({ answers: [true] })).everything()).toContain(`${NEW} is not due`);
  });

  it('frees the slot first where an inactive key is in the way', async () => {
    const { run, keys, ids } = await rotation(
      { status: 'Inactive', createDate: daysAgo(500), lastUsed: used(daysAgo(300)) },
      { createDate: daysAgo(120), lastUsed: used(hoursAgo(2)) },
    );
    expect((await run({ answers: [true] })).code).toBe(0);
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toEqual([ids[1]]);
    const { kept, store } = safe();
    expect((await run({ answers: [true], store })).code).toBe(0);
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toEqual([ids[1], kept[0]!.AccessKeyId]);
  });
});

describe('keyaudit rotate, as a process', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'keyaudit-rotate-'));

  /** By the real clock: only for keys that are old in any year. */
  const keyaudit = async (...args: string[]) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bin/keyaudit.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { stdout, stderr, code, signal };
  };

  it('killed between the key’s creation and its keeping, is gone on with; no output ever has a secret', async () => {
    const { keys, ids } = await rotation({ createDate: new Date('2020-01-01T00:00:00Z'), lastUsed: used(new Date()) });
    const killed = await keyaudit('rotate', USER, '--yes', '--store', 'command:kill -9 $PPID');
    expect(killed.signal).toBe('SIGKILL');
    const [, lost] = (await keys()).map(({ AccessKeyId }) => AccessKeyId);
    expect(lost).toBeDefined();

    const waiting = await keyaudit('rotate', USER, '--yes');
    expect(waiting.code).toBe(1);
    expect(waiting.stdout).toContain(`${lost} has never been used`);

    const kept = join(folder, 'kept.json');
    const again = await keyaudit('rotate', USER, '--yes', '--secret-lost', '--store', `command:tee ${kept} >&2`);
    expect(again.code).toBe(0);
    const { AccessKey } = JSON.parse(readFileSync(kept, 'utf8'));
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toEqual([ids[0], AccessKey.AccessKeyId]);
    for (const { stdout, stderr } of [killed, waiting, again]) {
      expect(stdout + stderr).not.toContain(AccessKey.SecretAccessKey);
    }
  });

  it('interrupted by Ctrl-C while the secret is kept, finishes that first', async () => {
    const { keys } = await rotation({ createDate: new Date('2020-01-01T00:00:00Z'), lastUsed: used(new Date()) });
    const kept = join(folder, 'interrupted.json');
    const result = await keyaudit('rotate', USER, '--yes', '--store', `command:kill -INT $PPID; cat > ${kept}`);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Finishing first');
    const { AccessKey } = JSON.parse(readFileSync(kept, 'utf8'));
    expect((await keys()).map(({ AccessKeyId }) => AccessKeyId)).toContain(AccessKey.AccessKeyId);
  });
});
