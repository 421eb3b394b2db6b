import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectOperator } from '../../bin/operator.ts';
import { reactivate } from '../../bin/rotation/reactivate.ts';
import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { parseSettings } from '../../lambda/settings.ts';
import { daysAgo, hoursAgo, NOW, never, used } from '../builders.ts';
import { runKeyaudit } from '../keyaudit-process.ts';
import { person, safe, USER } from '../rotating.ts';
import { onBrokenLine } from './cut-line.ts';
import { emptyMoto } from './moto.ts';
import { later, rotation } from './rotation.ts';

/** Each step of a rotation broken off, and gone on with by the next run, on an AWS that is not ours. */

beforeEach(emptyMoto);

const overdue = { createDate: daysAgo(120), lastUsed: used(hoursAgo(2)) };
const quiet = { createDate: daysAgo(120), lastUsed: used(daysAgo(8)) };
const replacement = { createDate: daysAgo(20), lastUsed: used(hoursAgo(1)) };
const inactive = { ...quiet, status: 'Inactive' as const };

describe('a line that breaks', () => {
  it('before CreateAccessKey, has made no key', async () => {
    const { run, keys } = await rotation({}, overdue);
    const broken = await onBrokenLine({ action: 'CreateAccessKey', when: 'before' }, () => run({ assumeYes: true }));
    expect(broken).toMatchObject({ code: 2, error: expect.stringContaining('the answer to CreateAccessKey was lost') });
    expect(await keys()).toHaveLength(1);
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await keys()).toHaveLength(2);
  });

  it('before CreateAccessKey’s answer, leaves a key that the next run shows and a later one replaces', async () => {
    const { run, keys, change, goTo } = await rotation({}, overdue);
    const broken = await onBrokenLine({ action: 'CreateAccessKey', when: 'after' }, () => run({ assumeYes: true }));
    expect(broken).toMatchObject({ code: 2, error: expect.stringContaining('the answer to CreateAccessKey was lost') });
    const [, made] = await keys();
    const [lost] = made!.split(' ') as [string];
    await change(lost, { createDate: NOW, lastUsed: never });
    expect((await run({ answers: [true] })).everything()).toContain(`${lost} is so new`);
    goTo(later(HOUR));
    const { kept, store } = safe();
    expect((await run({ answers: [true, true], store })).code).toBe(0);
    expect((await keys())[1]).toBe(`${kept[0]!.AccessKeyId} Active`);
  });

  it('while the secret is kept, leaves no key behind', async () => {
    const { run, keys } = await rotation({}, overdue);
    const { store } = safe({ keep: () => Promise.reject(new Error('the vault is sealed')) });
    expect((await run({ assumeYes: true, store })).error).toContain('the vault is sealed');
    expect(await keys()).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('%s UpdateAccessKey, is gone on with', async (when) => {
    const { run, keys, tags, ids, goTo } = await rotation({}, quiet, replacement);
    const broken = await onBrokenLine({ action: 'UpdateAccessKey', when }, () => run({ assumeYes: true }));
    expect(broken.code).toBe(2);
    goTo(later(DAY));
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[0]} Inactive`, `${ids[1]} Active`]);
    expect(await tags()).toEqual({ [deactivationTag(ids[0]!)]: later(DAY).toISOString() });
  });

  it.each(['before', 'after'] as const)(
    '%s the note of a deactivation, waits from the next run’s on at the latest',
    async (when) => {
      const { run, keys, tags, ids, goTo } = await rotation({}, quiet, replacement);
      const broken = await onBrokenLine({ action: 'TagUser', when }, () => run({ assumeYes: true }));
      expect(broken.code).toBe(2);
      expect(await keys()).toEqual([`${ids[0]} Inactive`, `${ids[1]} Active`]);
      goTo(later(DAY));
      const code = (await run({ assumeYes: true })).code;
      const noted = when === 'before' ? { code: 0, at: later(DAY) } : { code: 1, at: NOW };
      expect({ code, tags: await tags() }).toEqual({
        code: noted.code,
        tags: { [deactivationTag(ids[0]!)]: noted.at.toISOString() },
      });
    },
  );

  it('before DeleteAccessKey, is gone on with', async () => {
    const { run, keys, tags, ids, goTo } = await rotation({}, inactive, replacement);
    expect((await run({ assumeYes: true })).code).toBe(0);
    goTo(later(8 * DAY));
    const broken = await onBrokenLine({ action: 'DeleteAccessKey', when: 'before' }, () => run({ assumeYes: true }));
    expect(broken.code).toBe(2);
    expect(await keys()).toHaveLength(2);
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[1]} Active`]);
    expect(await tags()).toEqual({});
  });

  it('before DeleteAccessKey’s answer, has nothing to go on with but a note', async () => {
    const { run, keys, tags, ids, goTo } = await rotation({}, inactive, replacement);
    expect((await run({ assumeYes: true })).code).toBe(0);
    goTo(later(8 * DAY));
    const broken = await onBrokenLine({ action: 'DeleteAccessKey', when: 'after' }, () => run({ assumeYes: true }));
    expect(broken.code).toBe(2);
    expect(await keys()).toEqual([`${ids[1]} Active`]);
    expect((await run({ assumeYes: true })).stdout.at(-1)).toContain('Next: nothing');
    expect(await tags()).toHaveProperty([deactivationTag(ids[0]!)]);
  });

  it('before the notes of a deleted key are removed, leaves them to the next change', async () => {
    const { run, keys, tags, ids, goTo, change } = await rotation({}, inactive, replacement);
    await run({ assumeYes: true });
    goTo(later(8 * DAY));
    const broken = await onBrokenLine({ action: 'UntagUser', when: 'before' }, () => run({ assumeYes: true }));
    expect(broken.code).toBe(2);
    expect(await keys()).toEqual([`${ids[1]} Active`]);
    expect(await tags()).toHaveProperty([deactivationTag(ids[0]!)]);
    goTo(later(80 * DAY));
    await change(ids[1]!, { lastUsed: used(later(79 * DAY)) });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await tags()).toEqual({});
  });

  it('before a reactivated key’s note is removed, leaves it to the next reactivation', async () => {
    const { run, keys, tags, ids } = await rotation({}, inactive, replacement);
    await run({ assumeYes: true });
    const again = async () => {
      const operator = await connectOperator(parseSettings({}), new AbortController().signal);
      const request = { accessKeyId: ids[0]!, userName: USER, dryRun: false, assumeYes: true };
      return reactivate(request, { operator, terminal: person().terminal, clock: () => NOW });
    };
    await expect(onBrokenLine({ action: 'UntagUser', when: 'before' }, again)).rejects.toThrow(
      'Run the same command again',
    );
    expect(await keys()).toEqual([`${ids[0]} Active`, `${ids[1]} Active`]);
    expect(await again()).toBe(0);
    expect(await tags()).toEqual({});
  });
});

describe('keyaudit rotate, as a process that a signal ends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyaudit-rotate-'));
  const config = join(folder, 'settings.json');
  writeFileSync(config, JSON.stringify({ policy: { unusedAfterDays: 36_500 } }));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** Overdue in any year, by the process's own clock. */
  const old = { createDate: new Date('2020-01-01T00:00:00Z'), lastUsed: used(new Date('2020-06-01T00:00:00Z')) };

  const keyaudit = (...args: string[]) =>
    runKeyaudit([...args, '--config', config], { env: process.env, nodeOptions: [] });

  it('between the key’s creation and its keeping, is gone on with; no output ever has a secret', async () => {
    const { keys, ids, change } = await rotation({}, old);
    const killedWith = join(folder, 'killed.json');
    const killed = await keyaudit('rotate', USER, '--yes', '--store', `command:cat > ${killedWith}; kill -9 $PPID`);
    expect(killed.signal).toBe('SIGKILL');
    const [, made] = await keys();
    const [lost] = made!.split(' ') as [string];
    await change(lost, { createDate: new Date('2020-02-01T00:00:00Z'), lastUsed: never });

    const kept = join(folder, 'kept.json');
    const again = await keyaudit('rotate', USER, '--yes', '--secret-lost', '--store', `command:tee ${kept} >&2`);
    expect(again.code).toBe(0);
    const { AccessKey } = JSON.parse(readFileSync(kept, 'utf8'));
    expect(await keys()).toEqual([`${ids[0]} Active`, `${AccessKey.AccessKeyId} Active`]);
    const { SecretAccessKey: first } = JSON.parse(readFileSync(killedWith, 'utf8')).AccessKey;
    for (const { stdout, stderr } of [killed, again]) {
      expect(stdout + stderr).not.toContain(first);
      expect(stdout + stderr).not.toContain(AccessKey.SecretAccessKey);
    }
  });

  it('by Ctrl-C while the secret is kept, finishes that first', async () => {
    const { keys } = await rotation({}, old);
    const kept = join(folder, 'interrupted.json');
    const result = await keyaudit('rotate', USER, '--yes', '--store', `command:kill -INT $PPID; cat > ${kept}`);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Finishing first');
    const { AccessKey } = JSON.parse(readFileSync(kept, 'utf8'));
    expect(await keys()).toContain(`${AccessKey.AccessKeyId} Active`);
  });
});
