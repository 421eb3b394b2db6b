import { describe, expect, it } from '@jest/globals';
import { connectOperator } from '../bin/operator.ts';
import { type ReactivateRequest, reactivate } from '../bin/rotation/reactivate.ts';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { parseSettings } from '../lambda/settings.ts';
import { daysAgo, NOW, SECOND_KEY } from './builders.ts';
import { person, rotationOf, USER } from './rotating.ts';

const inactive = { accessKeyId: SECOND_KEY, status: 'Inactive' as const, created: daysAgo(100) };
const tags = { [deactivationTag(SECOND_KEY)]: daysAgo(1).toISOString(), owner: 'team-a' };

const world = () => rotationOf({ user: { keys: [{ ...inactive }], tags: { ...tags } } });

const run = async (request: Partial<ReactivateRequest> = {}, answers: boolean[] = []) => {
  const somebody = person(answers);
  const operator = await connectOperator(parseSettings({}), new AbortController().signal, async () => {});
  const asked = { accessKeyId: SECOND_KEY, dryRun: false, assumeYes: false, ...request };
  const outcome = await reactivate(asked, { operator, terminal: somebody.terminal, clock: () => NOW }).then(
    (code) => ({ code, error: undefined }),
    (error: Error) => ({ code: 2, error: error.message }),
  );
  return { ...outcome, ...somebody };
};

describe('keyaudit reactivate', () => {
  it('makes the key active and forgets that it was not, by the key id alone', async () => {
    const { user, writes } = await world();
    expect(await run({}, [true])).toMatchObject({ code: 0, questions: ['Do it?'] });
    expect(user.keys[0]!.status).toBe('Active');
    expect(user.tags).toEqual({ owner: 'team-a' });
    expect(writes()).toEqual(['iam:UpdateAccessKey', 'iam:UntagUser']);
  });

  it('asks first, and only shows with --dry-run', async () => {
    const { writes } = await world();
    expect((await run({}, [false])).code).toBe(1);
    const { code, stdout } = await run({ dryRun: true });
    expect(code).toBe(0);
    expect(stdout).toContain(`  1. iam:UpdateAccessKey UserName=${USER} AccessKeyId=${SECOND_KEY} Status=Active`);
    expect(writes()).toEqual([]);
  });

  it('removes the note that an active key still has, and has nothing to do for it otherwise', async () => {
    const { user, writes } = await world();
    user.keys[0]!.status = 'Active';
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(writes()).toEqual(['iam:UntagUser']);
    expect(user.tags).toEqual({ owner: 'team-a' });
    expect(await run({ assumeYes: true })).toMatchObject({
      code: 0,
      stdout: expect.arrayContaining(['Nothing to do: it is active.']),
    });
    expect(writes()).toEqual(['iam:UntagUser']);
  });

  it('removes the note also where the tags cannot be read, and says that they could not', async () => {
    const { aws, user } = await world();
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'deny' });
    const { code, stderr } = await run({ assumeYes: true });
    expect(code).toBe(0);
    expect(stderr.join('\n')).toContain('Not known: its tags could not be read');
    expect(user.tags).toEqual({ owner: 'team-a' });
    expect(aws.calls.count('cloudtrail:LookupEvents')).toBe(0);
  });

  it('wants a key id', async () => {
    await world();
    expect((await run({ accessKeyId: USER })).error).toBe(
      `${USER} is no access key id: one looks like AKIAIOSFODNN7EXAMPLE`,
    );
  });

  it('cannot bring back an expired key', async () => {
    const { user, writes } = await world();
    user.keys[0]!.status = 'Expired';
    expect(await run({ assumeYes: true })).toMatchObject({ code: 2 });
    expect(writes()).toEqual([]);
  });

  it('says what was not done where a call fails, and the next run does it', async () => {
    const { user, aws } = await world();
    aws.faults.add({ operation: 'iam:UntagUser', kind: 'deny' });
    const broken = await run({ assumeYes: true });
    expect(broken).toMatchObject({ code: 2, error: expect.stringContaining('Run the same command again') });
    expect(user.keys[0]!.status).toBe('Active');
    aws.faults.clear();
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.tags).toEqual({ owner: 'team-a' });
  });

  it('says so where the account does not know the key, and takes the user’s name instead', async () => {
    const { aws, user } = await world();
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    expect(await run({ assumeYes: true })).toMatchObject({ code: 2, error: expect.stringContaining('--user') });
    expect((await run({ assumeYes: true, userName: USER })).code).toBe(0);
    expect(user.keys[0]!.status).toBe('Active');
  });
});
