import { beforeEach, describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import type { AccessKey } from '../../lambda/domain/model.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW, never, used } from '../builders.ts';
import { safe, USER } from '../rotating.ts';
import { emptyMoto, HUB } from './moto.ts';
import { later, rotation } from './rotation.ts';

/** The rotation of one user's key from its beginning to its end, with every gate tried, on an AWS that is not ours. */

beforeEach(emptyMoto);

describe('the rotation of one user’s key', () => {
  it('goes step by step, and is refused before each step’s time', async () => {
    const { run, goTo, keys, tags, change, ids } = await rotation(
      {},
      { createDate: daysAgo(120), lastUsed: used(hoursAgo(2)) },
    );
    const [OLD] = ids as [string];

    const { kept, store } = safe();
    expect((await run({ answers: [true], store })).code).toBe(0);
    const NEW = kept[0]!.AccessKeyId;
    expect(await keys()).toEqual([`${OLD} Active`, `${NEW} Active`]);
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
    expect((await run()).everything()).toContain(`later than ${NEW}: it looks like the one that is needed`);
    await change(NEW, { lastUsed: used(later(9 * DAY)) });
    expect((await run({ answers: [true] })).code).toBe(0);
    expect(await keys()).toEqual([`${OLD} Inactive`, `${NEW} Active`]);
    expect(await tags()).toEqual({ [deactivationTag(OLD)]: later(10 * DAY + 1).toISOString() });

    // Delete: not before it was inactive for settleDays.
    goTo(later(17 * DAY + 1));
    expect((await run({ answers: [true] })).code).toBe(1);
    expect(await keys()).toHaveLength(2);
    goTo(later(17 * DAY + 2));
    expect((await run({ answers: [true] })).code).toBe(0);
    expect(await keys()).toEqual([`${NEW} Active`]);
    expect(await tags()).toEqual({});

    // Done: nothing is due.
    const { code, stdout } = await run({ answers: [true] });
    expect(code).toBe(0);
    expect(stdout.at(-1)).toContain(`Next: nothing: ${NEW} is not due`);
  });

  it('frees the slot first where an inactive key is in the way, and waits while nobody knows since when it is', async () => {
    const { run, goTo, keys, ids } = await rotation(
      {},
      { status: 'Inactive', createDate: daysAgo(500), lastUsed: used(daysAgo(300)) },
      { createDate: daysAgo(120), lastUsed: used(hoursAgo(2)) },
    );
    expect((await run({ answers: [true] })).stdout.join('\n')).toContain(`write down that ${ids[0]} is inactive`);
    goTo(later(7 * DAY));
    expect((await run({ answers: [true] })).code).toBe(1);
    goTo(later(7 * DAY + 1));
    expect((await run({ answers: [true] })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[1]} Active`]);
    const { kept, store } = safe();
    expect((await run({ answers: [true], store })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[1]} Active`, `${kept[0]!.AccessKeyId} Active`]);
  });
});

describe('a gate', () => {
  const quiet: Partial<AccessKey> = { createDate: daysAgo(120), lastUsed: used(daysAgo(8)) };
  const busy: Partial<AccessKey> = { createDate: daysAgo(120), lastUsed: used(daysAgo(2)) };
  const replacement: Partial<AccessKey> = { createDate: daysAgo(20), lastUsed: used(hoursAgo(1)) };
  const unused: Partial<AccessKey> = { createDate: daysAgo(10), lastUsed: never };
  const place = { repository: 'infra', file: 'users.tf', line: 7 };

  type Case = [
    what: string,
    seed: Parameters<typeof rotation>[0],
    keys: Partial<Omit<AccessKey, 'accessKeyId'>>[],
    request: Parameters<Awaited<ReturnType<typeof rotation>>['run']>[0],
    why: string,
  ];
  it.each<Case>([
    ['a busy old key', {}, [busy, replacement], {}, 'is quiet only since'],
    ['an unused new key', {}, [quiet, unused], {}, 'has never been used'],
    [
      'one used later than its replacement',
      {},
      [quiet, { ...replacement, lastUsed: used(daysAgo(9)) }],
      {},
      'is needed',
    ],
    ['one unused for long', {}, [{ createDate: daysAgo(300), lastUsed: used(daysAgo(60)) }], {}, '--confirmed-unused'],
    ['twins both used', {}, [{ ...replacement, lastUsed: used(hoursAgo(2)) }, replacement], {}, 'move every use onto'],
    ['a key that was lost after its use', {}, [quiet, replacement], { secretLost: true }, 'somebody has its secret'],
    ['a key so new', {}, [quiet, { ...unused, createDate: hoursAgo(0.4) }], { secretLost: true }, 'is so new'],
    ['the terraform tag', { tags: { 'managed-by': 'terraform' } }, [quiet, replacement], {}, 'managed by terraform'],
    [
      'code in a repository',
      {
        searchInfrastructureCode: async () => ({
          keysInCode: [{ tool: 'Terraform', userName: USER, place }],
          failures: [],
        }),
      },
      [quiet, replacement],
      {},
      'managed by Terraform (infra/users.tf:7)',
    ],
    [
      'no word to on-call',
      { settings: { productionAccounts: [HUB] } },
      [quiet, replacement],
      { interactive: false },
      'has not been told',
    ],
    ['nobody there to agree', {}, [quiet, replacement], { interactive: false, assumeYes: false }, 'Nobody is here'],
  ])('stands before %s', async (_what, seed, accessKeys, request, why) => {
    const { run, keys, tags } = await rotation(seed, ...accessKeys);
    const before = { keys: await keys(), tags: await tags() };
    const { code, error, everything } = await run({ assumeYes: true, ...request });
    expect(code).not.toBe(0);
    expect(`${everything()}\n${error}`).toContain(why);
    expect({ keys: await keys(), tags: await tags() }).toEqual(before);
  });

  it('is opened by --force and a reason, once its notice is sent', async () => {
    const { run, keys, ids } = await rotation({}, busy, replacement);
    const untold = await run({ assumeYes: true, interactive: false, force: 'leaked' });
    expect(untold.error).toContain('#govuk-developers has not been told');
    expect((await run({ assumeYes: true, noticeSent: true, force: 'leaked' })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[0]} Inactive`, `${ids[1]} Active`]);
  });

  it('is not opened for the key that one is signed in with, by no force', async () => {
    const { run, keys, ids } = await rotation({}, quiet, replacement);
    const { code, stdout } = await run({ assumeYes: true, noticeSent: true, force: 'why not', signedInWith: ids[0]! });
    expect(code).toBe(1);
    expect(stdout.join('\n')).toContain('is the key you are signed in with');
    expect(await keys()).toEqual([`${ids[0]} Active`, `${ids[1]} Active`]);
  });

  it('is opened by the owner’s word, for a key that nobody needs', async () => {
    const { run, keys, ids } = await rotation({}, { createDate: daysAgo(300), lastUsed: used(daysAgo(60)) });
    expect((await run({ assumeYes: true, confirmedUnused: true })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[0]} Inactive`]);
  });

  it('does not stand before a key that was never used, beyond the grace', async () => {
    const { run, keys, ids } = await rotation({}, { createDate: daysAgo(15), lastUsed: never });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[0]} Inactive`]);
  });

  it('does not stand before the twin that nobody uses', async () => {
    const { run, keys, ids } = await rotation({}, { ...replacement, lastUsed: used(daysAgo(8)) }, replacement);
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(await keys()).toEqual([`${ids[0]} Inactive`, `${ids[1]} Active`]);
  });
});
