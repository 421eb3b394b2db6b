import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { DAY } from '../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { exampleKeyId, fakeEvent, HUB_CREDENTIALS } from './fake-aws/index.ts';
import { fresh, gone, later, OLD, overdue, quiet, rotationOf, safe, USER, use, workspace } from './rotating.ts';

/** What stands before a change, and what of it nobody can override. */

describe('a gate', () => {
  const locked = { keys: [{ ...quiet, lastUsed: use(daysAgo(2)) }, fresh()] };

  it('is opened by --force with its reason, which is posted with what spoke against it', async () => {
    const slack = await workspace();
    const { run, user } = await rotationOf({ user: locked, slack: slack.context });
    const { code, stdout } = await run({ force: 'leaked on a laptop', assumeYes: true });
    expect(code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(stdout).toContain('Overridden, because leaked on a laptop:');
    expect(slack.messages.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /support-api in .*: about to make AKIAI44QH8DHBEXAMPLE inactive\. Forced: leaked on a laptop\. Against: .*quiet only since/,
      ),
    ]);
  });

  it('before what cannot be undone is opened by somebody at the keyboard only', async () => {
    const slack = await workspace();
    const tags = { [deactivationTag(OLD)]: daysAgo(2).toISOString() };
    const user = { keys: [{ ...gone, lastUsed: use(daysAgo(3)) }, fresh()], tags };
    const { run, writes } = await rotationOf({ user, slack: slack.context });
    const scripted = await run({ force: 'tidy up', assumeYes: true });
    expect({ code: scripted.code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(scripted.stderr.at(-1)).toContain('takes an answer at the keyboard');
    expect((await run({ force: 'tidy up', answers: [true] })).code).toBe(0);
    expect(writes()).toEqual(['iam:DeleteAccessKey', 'iam:UntagUser']);
  });

  it('stands where the team decided that the keys stay, and says until when', async () => {
    const tags = { 'keyaudit:exempt-until': '2027-01-01', 'keyaudit:exempt-reason': 'vendor' };
    const { run, writes } = await rotationOf({ user: { keys: [overdue], tags } });
    const { code, stdout } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stdout).toContain('- it is exempt until 2027-01-01: vendor.');
  });

  it('is waited for in vain where nothing opens it', async () => {
    const own = { ...quiet, accessKeyId: HUB_CREDENTIALS.accessKeyId };
    const { run, clock } = await rotationOf({ user: { keys: [own, fresh()] } });
    expect((await run({ wait: DAY, signedInWith: own.accessKeyId })).code).toBe(1);
    expect(clock()).toEqual(NOW);
  });

  it('is shown with --dry-run together with what would be done without it', async () => {
    const { run } = await rotationOf({ user: locked });
    const { code, stdout } = await run({ dryRun: true });
    expect(code).toBe(1);
    expect(stdout.slice(-4)).toEqual([
      'With --force, this would be done:',
      expect.stringContaining('look again'),
      expect.stringContaining('iam:UpdateAccessKey'),
      expect.stringContaining('iam:TagUser'),
    ]);
  });

  it('stands where a repository cannot be read: the code that makes the keys may be there', async () => {
    const failure = { scope: 'locator' as const, id: 'pupet', reason: 'there is no such folder' };
    const { run, writes } = await rotationOf({
      user: { keys: [quiet, fresh()] },
      searchInfrastructureCode: async () => ({ keysInCode: [], failures: [failure] }),
    });
    const { code, stdout } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stdout).toContain('- what infrastructure code pupet holds: there is no such folder.');
  });

  it('is not opened for the key that one is signed in with', async () => {
    const own = { ...quiet, accessKeyId: HUB_CREDENTIALS.accessKeyId };
    const { run, writes } = await rotationOf({ user: { keys: [own, fresh()] } });
    const { code, everything } = await run({ force: 'why not', assumeYes: true, signedInWith: own.accessKeyId });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(everything()).toContain('the key you are signed in with');
  });

  it.each([
    ['a tag that teams use', { tags: { 'managed-by': 'terraform' } }, {}, 'terraform'],
    ['the tag of the settings', { tags: { stack: 'dns' } }, { managedByTag: 'stack' }, 'dns'],
  ])('stands before keys of infrastructure code, by %s', async (_what, user, settings, tool) => {
    const { run, writes } = await rotationOf({ user: { keys: [quiet, fresh()], ...user }, settings });
    const { code, stdout } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stdout).toContainEqual(expect.stringContaining(`managed by ${tool}`));
  });

  it('stands before keys that Terraform created by CloudTrail, or that code in a repository makes', async () => {
    const newest = fresh();
    const byTrail = await rotationOf({ user: { keys: [quiet, newest] } });
    byTrail.aws.world.accounts[0]!.events.push(
      fakeEvent({
        name: 'CreateAccessKey',
        source: 'iam.amazonaws.com',
        at: daysAgo(20),
        userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9.5',
        responseElements: { accessKey: { accessKeyId: newest.accessKeyId } },
      }),
    );
    expect((await byTrail.run({ assumeYes: true })).everything()).toContain(
      `managed by Terraform, which created ${newest.accessKeyId}`,
    );
    const place = { repository: 'infra', file: 'users.tf', line: 7 };
    const inCode = await rotationOf({
      user: { keys: [quiet, newest] },
      searchInfrastructureCode: async () => ({
        keysInCode: [{ tool: 'Terraform', userName: USER, place }],
        failures: [],
      }),
    });
    expect((await inCode.run({ assumeYes: true })).everything()).toContain('managed by Terraform (infra/users.tf:7)');
    expect([...byTrail.writes(), ...inCode.writes()]).toEqual([]);
  });

  it('does not stand for keys that code makes for another user, and tells what code does not say', async () => {
    const place = { repository: 'infra', file: 'users.tf', line: 7 };
    const keyOf = (userName: string | null) => ({ tool: 'Terraform', userName, place });
    const { run } = await rotationOf({
      user: { keys: [quiet, fresh()] },
      searchInfrastructureCode: async () => ({
        keysInCode: [keyOf('somebody-else'), keyOf(null)],
        failures: [],
      }),
    });
    const { code, stderr } = await run({ assumeYes: true });
    expect(code).toBe(0);
    expect(stderr.join('\n')).toContain('Not known: for which user infra/users.tf:7 makes an access key (Terraform)');
  });

  it('stands where something of the user could not be read', async () => {
    const { run, aws, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'deny' });
    const { code, everything } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(everything()).toContain('its tags could not be read');
  });
});

describe('an inactive key of which nobody knows since when', () => {
  it('is written down first where CloudTrail does not answer, and deleted settleDays later', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [gone, fresh()] } });
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const written = await run({ assumeYes: true });
    expect(written.everything()).toContain('CloudTrail does not say since when');
    expect(written.code).toBe(0);
    expect(user.tags[deactivationTag(OLD)]).toBe(NOW.toISOString());
    aws.faults.clear();
    goTo(later(7 * DAY));
    expect((await run({ assumeYes: true })).code).toBe(1);
    goTo(later(7 * DAY + 1));
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys).toHaveLength(1);
  });

  it('is not deleted by its tag alone: CloudTrail may have seen it active since', async () => {
    const tags = { [deactivationTag(OLD)]: daysAgo(30).toISOString() };
    const { run, user, aws } = await rotationOf({
      user: { keys: [{ ...gone, lastUsed: use(daysAgo(31)) }, fresh()], tags },
    });
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const { code, stdout } = await run({ assumeYes: true });
    expect(code).toBe(1);
    expect(stdout.join('\n')).toMatch(/Not yet:\n- CloudTrail does not say since when/);
    expect(user.keys).toHaveLength(2);
    aws.faults.clear();
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys).toHaveLength(1);
  });

  it('is not deleted where CloudTrail has more than was read', async () => {
    const tags = { [deactivationTag(OLD)]: daysAgo(30).toISOString() };
    const user = { keys: [{ ...gone, lastUsed: use(daysAgo(31)) }, fresh()], tags };
    const { run, aws, writes } = await rotationOf({ user });
    const other = { name: 'UpdateAccessKey', source: 'iam.amazonaws.com', at: hoursAgo(1) };
    aws.world.accounts[0]!.events.push(...Array.from({ length: 1_001 }, () => fakeEvent(other)));
    const { code, stdout } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stdout.join('\n')).toContain('it has more calls than were read');
  });

  it('is not deleted by a tag that CloudTrail saw outlived: it was made inactive again just now', async () => {
    const tags = { [deactivationTag(OLD)]: daysAgo(30).toISOString() };
    const user = { keys: [{ ...gone, lastUsed: use(daysAgo(31)) }, fresh()], tags };
    const { run, aws, writes } = await rotationOf({ user });
    aws.world.accounts[0]!.events.push(
      fakeEvent({
        name: 'UpdateAccessKey',
        source: 'iam.amazonaws.com',
        at: hoursAgo(2),
        requestParameters: { userName: USER, accessKeyId: OLD, status: 'Active' },
      }),
    );
    const { code, stdout } = await run({ assumeYes: true });
    expect(stdout.join('\n')).toContain('inactive (not known since when)');
    expect({ code, writes: writes() }).toEqual({ code: 0, writes: ['iam:TagUser'] });
  });

  it('is written down first where CloudTrail saw nothing: it tells of a call minutes late', async () => {
    const { run, user } = await rotationOf({
      user: { keys: [{ ...gone, created: daysAgo(400), lastUsed: use(daysAgo(200)) }, fresh()] },
    });
    const { code, stdout } = await run({ assumeYes: true });
    expect(stdout).toContainEqual(expect.stringContaining('inactive since 2026-08-25 09:00 UTC or longer'));
    expect(code).toBe(0);
    expect(user.keys).toHaveLength(2);
    expect(user.tags[deactivationTag(OLD)]).toBe(NOW.toISOString());
  });

  it('is not written down where its tags could not be read: it may have been already', async () => {
    const { run, aws, writes } = await rotationOf({ user: { keys: [gone, fresh()] } });
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'deny' });
    expect((await run({ assumeYes: true })).code).toBe(1);
    expect(writes()).toEqual([]);
  });

  it('is not deleted where somebody makes it active in the last moment', async () => {
    const tags = { [deactivationTag(OLD)]: daysAgo(30).toISOString() };
    const { run, user, aws, writes } = await rotationOf({
      user: { keys: [{ ...gone, lastUsed: use(daysAgo(31)) }, fresh()], tags },
    });
    // IAM lists the keys for the first look, for the second, and right before the deletion.
    aws.faults.add({
      operation: 'iam:ListAccessKeys',
      kind: 'error',
      when: () => {
        if (aws.calls.count('iam:ListAccessKeys') === 3) user.keys[0]!.status = 'Active';
        return false;
      },
    });
    const { code, error } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(error).toContain(`${OLD} is active again`);
  });
});

describe('a note that no longer holds', () => {
  it('of a key that is active again is shown, and goes before the next change', async () => {
    const tags = { [deactivationTag(OLD)]: '2026-10-24T09:00:00.000Z' };
    const { run, user, writes } = await rotationOf({ user: { keys: [quiet, fresh()], tags } });
    const { code, stdout } = await run({ assumeYes: true });
    expect(code).toBe(0);
    expect(stdout.join('\n')).toContain('A tag says it was made inactive 2026-10-24T09:00:00.000Z');
    expect(writes()).toEqual(['iam:UntagUser', 'iam:UpdateAccessKey', 'iam:TagUser']);
    expect(user.tags).toEqual({ [deactivationTag(OLD)]: NOW.toISOString() });
  });

  it('of a key that is gone, as an interrupted deletion leaves it, goes too', async () => {
    const deleted = exampleKeyId(77);
    const tags = { [deactivationTag(deleted)]: daysAgo(30).toISOString(), [deleted]: 'hieradata', owner: 'team-a' };
    const { run, user } = await rotationOf({ user: { keys: [overdue], tags } });
    const { kept, store } = safe();
    expect((await run({ assumeYes: true, store })).code).toBe(0);
    expect(kept).toHaveLength(1);
    expect(user.tags).toEqual({ owner: 'team-a' });
  });
});
