import { IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { DAY } from '../lambda/domain/time.ts';
import { daysAgo } from './builders.ts';
import { fresh, gone, later, OLD, overdue, quiet, rotationOf, safe, USER, use } from './rotating.ts';

/** Each step broken off, and gone on with by a new process. */

describe('a step that is interrupted', () => {
  it('while the secret is kept, leaves no key behind', async () => {
    const { run, user } = await rotationOf({ user: { keys: [overdue] } });
    const { store } = safe({ keep: () => Promise.reject(new Error('the vault is sealed')) });
    const { code, error } = await run({ assumeYes: true, store });
    expect(code).toBe(2);
    expect(error).toContain('the vault is sealed');
    expect(error).toContain('is deleted again');
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([OLD]);
  });

  it('while the secret is kept, and again while the key is deleted, says so; a later run discards it', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [overdue] } });
    aws.faults.add({ operation: 'iam:DeleteAccessKey', kind: 'deny' });
    const { store } = safe({ keep: () => Promise.reject(new Error('the vault is sealed')) });
    const { error } = await run({ assumeYes: true, store });
    const lost = user.keys[1]!.accessKeyId;
    expect(error).toContain(`Deleting ${lost} again failed too`);
    aws.faults.clear();

    const tooEarly = await run({ answers: [true] });
    expect(tooEarly.stdout.slice(-2)).toEqual([
      expect.stringContaining(`${lost} is so new that it may have been used already`),
      'Not before 2026-11-23 09:30 UTC.',
    ]);
    goTo(later(30 * 60_000 + 1));
    const { kept, store: open } = safe();
    const again = await run({ answers: [true, true], store: open });
    expect(again.questions).toEqual([
      `${lost} has never been used. Was its secret lost before it was kept anywhere?`,
      'Do it?',
    ]);
    expect(again.code).toBe(0);
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([OLD, kept[0]!.AccessKeyId]);
    expect(kept[0]!.AccessKeyId).not.toBe(lost);
  });

  it('when the answer to CreateAccessKey is lost, asks once only; the next run finds the key', async () => {
    const { run, user, aws, writes, goTo } = await rotationOf({ user: { keys: [overdue] } });
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind: 'reset' });
    const { code, error } = await run({ assumeYes: true });
    expect(code).toBe(2);
    expect(error).toContain('the answer to CreateAccessKey was lost');
    expect(writes()).toEqual(['iam:CreateAccessKey']);
    expect(user.keys).toHaveLength(2);
    aws.faults.clear();
    goTo(later(30 * 60_000 + 1));
    const again = await run({ answers: [true, true] });
    expect(again.code).toBe(0);
    expect(user.keys).toHaveLength(2);
  });

  it('before the place is ready, creates nothing', async () => {
    const { run, writes } = await rotationOf({ user: { keys: [overdue] } });
    const { store } = safe({ check: () => Promise.reject(new Error('the vault is sealed')) });
    expect(await run({ assumeYes: true, store })).toMatchObject({ code: 2 });
    expect(writes()).toEqual([]);
  });

  it('between the deactivation and its note leaves an inactive key, which the next run notes with its own time', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    aws.faults.add({ operation: 'iam:TagUser', kind: 'expired-token' });
    const broken = await run({ assumeYes: true });
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContainEqual(expect.stringContaining('failed: iam:TagUser'));
    expect(user.keys[0]!.status).toBe('Inactive');
    aws.faults.clear();
    aws.world.accounts[0]!.events.length = 0;
    goTo(later(DAY));
    const healed = await run({ assumeYes: true });
    expect(healed.stdout.join('\n')).toContain(`write down that ${OLD} is inactive`);
    expect(user.tags[deactivationTag(OLD)]).toBe(later(DAY).toISOString());
  });

  it('and was ended by hand, counts from what CloudTrail saw', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    aws.faults.add({ operation: 'iam:UpdateAccessKey', kind: 'deny' });
    await run({ assumeYes: true });
    aws.faults.clear();
    goTo(later(6 * DAY));
    const iam = new IAMClient(aws.clientConfig);
    await iam.send(new UpdateAccessKeyCommand({ UserName: USER, AccessKeyId: OLD, Status: 'Inactive' }));
    goTo(later(8 * DAY));
    expect((await run({ assumeYes: true })).stdout).toContain('Not before 2026-12-06 09:00 UTC.');
    expect(user.keys).toHaveLength(2);
  });

  it('between the deletion and its notes leaves them to the next change', async () => {
    const tags = { [deactivationTag(OLD)]: daysAgo(8).toISOString() };
    const { run, user, aws, goTo } = await rotationOf({
      user: { keys: [{ ...gone, lastUsed: use(daysAgo(40)) }, fresh()], tags },
    });
    aws.faults.add({ operation: 'iam:UntagUser', kind: 'deny' });
    expect((await run({ assumeYes: true })).code).toBe(2);
    expect(user.keys).toHaveLength(1);
    aws.faults.clear();
    goTo(later(100 * DAY));
    user.keys[0]!.lastUsed = use(later(99 * DAY));
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.tags).toEqual({});
  });

  it('by a signal while the secret is kept, finishes that first, and listens to no signal after', async () => {
    const { run } = await rotationOf({ user: { keys: [overdue] } });
    const listeners = () => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    let during: number[] = [];
    const { store } = safe({
      keep: async () => {
        during = listeners();
        process.emit('SIGHUP');
      },
    });
    const { code, stderr } = await run({ assumeYes: true, store });
    expect(code).toBe(0);
    expect(during).toEqual(before.map((count) => count + 1));
    expect(stderr).toContain('Finishing first: a new key must not be left without its secret.');
    expect(listeners()).toEqual(before);
  });
});

describe('--secret-lost', () => {
  it('replaces a lone key that nobody ever used', async () => {
    const { run, user } = await rotationOf({ user: { keys: [fresh({ lastUsed: undefined })] } });
    const { kept, store } = safe();
    const { code, stdout } = await run({ assumeYes: true, secretLost: true, store });
    expect(stdout.join('\n')).toContain(`delete ${fresh().accessKeyId}, whose secret was lost, and create another key`);
    expect(code).toBe(0);
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([kept[0]!.AccessKeyId]);
  });

  it.each([
    ['has no active key', [gone]],
    ['has two keys of one instant', [fresh({ lastUsed: undefined }), fresh({ accessKeyId: OLD, lastUsed: undefined })]],
  ])('is refused for a user who %s', async (_what, keys) => {
    const { run, writes } = await rotationOf({ user: { keys } });
    const { code, error } = await run({ assumeYes: true, secretLost: true });
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(error).toContain('--secret-lost is about the newest active key');
  });

  it('discards the newest key with its description, after the place for the next secret was found ready', async () => {
    const lost = fresh({ lastUsed: undefined });
    const tags = { [OLD]: 'hieradata', [lost.accessKeyId]: 'a copy' };
    const { run, user, writes } = await rotationOf({ user: { keys: [overdue, lost], tags } });
    const sealed = safe({ check: () => Promise.reject(new Error('the vault is sealed')) });
    expect((await run({ assumeYes: true, secretLost: true, store: sealed.store })).code).toBe(2);
    expect(writes()).toEqual([]);
    const { kept, store } = safe();
    expect((await run({ assumeYes: true, secretLost: true, store })).code).toBe(0);
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([OLD, kept[0]!.AccessKeyId]);
    expect(user.tags).toEqual({ [OLD]: 'hieradata', [kept[0]!.AccessKeyId]: 'hieradata' });
  });

  it.each([
    ['--dry-run', { dryRun: true }],
    ['--yes', { assumeYes: true }],
    ['--wait', { wait: 1000 }],
  ])('is not asked about with %s, but pointed out', async (_flag, request) => {
    const { run } = await rotationOf({ user: { keys: [overdue, fresh({ lastUsed: undefined })] } });
    const { questions, stderr } = await run(request);
    expect(questions).toEqual([]);
    if (!('wait' in request)) expect(stderr.join('\n')).toContain('--secret-lost');
  });

  it('is asked of the newest active key only', async () => {
    const unusedOld = { ...overdue, lastUsed: undefined };
    const { run } = await rotationOf({ user: { keys: [unusedOld, fresh()] } });
    expect((await run({ answers: [false] })).questions).not.toContainEqual(expect.stringContaining('secret lost'));
  });
});
