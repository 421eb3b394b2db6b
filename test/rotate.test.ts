import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import type { FakeAws } from './fake-aws/index.ts';
import type { FakeUser } from './fake-aws/world.ts';
import { fresh, later, OLD, overdue, PRODUCTION, quiet, rotationOf, safe, USER, use, workspace } from './rotating.ts';

describe('a rotation from its beginning to its end', () => {
  it('is done step by step, each by a new process, and nothing is done before its time', async () => {
    const tags = { [OLD]: 'hieradata: govuk::apps::support and Fastly' };
    const { run, goTo, user, writes } = await rotationOf({ user: { keys: [overdue], tags } });
    const { kept, store } = safe();

    const created = await run({ answers: [true], store });
    expect(created.code).toBe(0);
    const NEW = kept[0]!.AccessKeyId;
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([OLD, NEW]);
    expect(user.tags[NEW]).toBe(tags[OLD]);

    const notDeployed = await run({ answers: [false] });
    expect(notDeployed.code).toBe(1);
    expect(notDeployed.everything()).toContain(`${NEW} has never been used`);

    goTo(later(HOUR));
    user.keys[1]!.lastUsed = use(later(HOUR));
    user.keys[0]!.lastUsed = use(later(30 * 60_000));
    const tooEarly = await run();
    expect(tooEarly.code).toBe(1);
    expect(tooEarly.stdout).toContain('Not before 2026-11-30 09:30 UTC.');

    goTo(later(30 * 60_000 + 7 * DAY));
    expect((await run()).code).toBe(1);
    goTo(later(30 * 60_000 + 7 * DAY + 1));
    const deactivated = await run({ answers: [true] });
    expect(deactivated.code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(user.tags[deactivationTag(OLD)]).toBe(later(30 * 60_000 + 7 * DAY + 1).toISOString());
    expect(deactivated.stdout).toContain(`To undo it: npm run -s keyaudit -- reactivate ${OLD}`);

    expect((await run({ answers: [true] })).code).toBe(1);
    goTo(later(30 * 60_000 + 14 * DAY + 2));
    const deleted = await run({ answers: [true] });
    expect(deleted.code).toBe(0);
    expect(user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([NEW]);
    expect(user.tags).toEqual({ [NEW]: tags[OLD] });

    const finished = await run({ answers: [true] });
    expect(finished.code).toBe(0);
    expect(finished.everything()).toContain(`${NEW} is not due`);
    expect(writes()).toEqual([
      'iam:CreateAccessKey',
      'iam:TagUser',
      'iam:UpdateAccessKey',
      'iam:TagUser',
      'iam:DeleteAccessKey',
      'iam:UntagUser',
    ]);
    const said = [created, notDeployed, tooEarly, deactivated, deleted, finished].map((each) => each.everything());
    expect(said.join('\n')).not.toContain(kept[0]!.SecretAccessKey);
  });
});

describe('before anything is done', () => {
  it('it is shown, and done only when somebody says yes', async () => {
    const { run, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    const { code, stdout, questions } = await run({ answers: [false] });
    expect({ code, questions, writes: writes() }).toEqual({ code: 1, questions: ['Do it?'], writes: [] });
    expect(stdout.slice(-4)).toEqual([
      'This will be done:',
      '  1. look again, and stop if anything has changed',
      `  2. iam:UpdateAccessKey UserName=${USER} AccessKeyId=${OLD} Status=Inactive`,
      `  3. iam:TagUser UserName=${USER} ${deactivationTag(OLD)}=<now>`,
    ]);
  });

  it('is all that --dry-run does, with every call', async () => {
    const { run, aws, writes } = await rotationOf({ user: { keys: [quiet, fresh()] }, settings: PRODUCTION });
    const { code, stdout, questions } = await run({ dryRun: true, answers: [true] });
    expect({ code, questions, writes: writes() }).toEqual({ code: 0, questions: [], writes: [] });
    expect(stdout).toContainEqual(
      expect.stringMatching(/^ {2}1\. tell #govuk-developers on Slack: keyaudit: .*: about to/),
    );
    expect(aws.calls.all.some(({ operation }) => operation.startsWith('slack:'))).toBe(false);
  });

  it('somebody has to be there, or --yes to be given', async () => {
    const { run, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    expect(await run({ interactive: false })).toMatchObject({ code: 2, error: expect.stringContaining('--yes') });
    expect(writes()).toEqual([]);
    expect((await run({ interactive: false, assumeYes: true })).code).toBe(0);
    expect(writes()).toEqual(['iam:UpdateAccessKey', 'iam:TagUser']);
  });

  it('the machine’s clock has to be AWS’s, give or take five minutes', async () => {
    const { run, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    const behind = await run({ assumeYes: true, clockOffset: 5 * 60_000 + 1 });
    expect(behind).toMatchObject({ code: 2, error: expect.stringContaining('clock is 5 minutes behind AWS’s') });
    expect((await run({ assumeYes: true, clockOffset: -17 * 60_000 })).error).toContain('17 minutes ahead of AWS’s');
    expect(writes()).toEqual([]);
    expect((await run({ assumeYes: true, clockOffset: -5 * 60_000 })).code).toBe(0);
  });
});

describe('what changes while somebody reads', () => {
  it.each<[string, (user: FakeUser, aws: FakeAws) => void]>([
    ['the old key is used', ({ keys }) => void Object.assign(keys[0]!, { lastUsed: use(NOW) })],
    ['the new key is gone', ({ keys }) => void keys.pop()],
    ['somebody else made the old key inactive', ({ keys }) => void Object.assign(keys[0]!, { status: 'Inactive' })],
    [
      'its tags cannot be read any more',
      (_user, { faults }) => faults.add({ operation: 'iam:ListUserTags', kind: 'deny' }),
    ],
  ])('is not acted on: %s', async (_what, change) => {
    const { run, user, aws, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    const { code, stderr } = await run({ answers: [true], whileAsked: () => change(user, aws) });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stderr.at(-1)).toContain('Things changed meanwhile');
  });

  it('is not overridden by a --force that was meant for something else', async () => {
    const slack = await workspace();
    const used = { ...quiet, lastUsed: use(daysAgo(2)) };
    const { run, user, writes } = await rotationOf({ user: { keys: [used, fresh()] }, slack: slack.context });
    const whileAsked = () => {
      user.keys[1]!.lastUsed = undefined;
    };
    const { code, stdout } = await run({ answers: [true], force: 'a reason', whileAsked });
    expect(stdout.join('\n')).not.toContain('has never been used');
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
  });

  it('is acted on where less speaks against it than before', async () => {
    const slack = await workspace();
    const used = { ...quiet, lastUsed: use(daysAgo(2)) };
    const unused = fresh({ lastUsed: undefined, created: daysAgo(10) });
    const { run, user } = await rotationOf({ user: { keys: [used, unused] }, slack: slack.context });
    const whileAsked = (question: string) => {
      if (question === 'Do it?') user.keys[1]!.lastUsed = use(hoursAgo(1));
    };
    const { code, stdout } = await run({ answers: [false, true], force: 'a reason', whileAsked });
    expect(stdout.join('\n')).toContain('has never been used');
    expect(code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
  });
});

describe('--wait', () => {
  it('tells each change, and ends when nothing speaks against the step any more', async () => {
    const { run, user, writes } = await rotationOf({
      user: { keys: [{ ...overdue, lastUsed: use(daysAgo(9)) }, fresh({ created: daysAgo(8), lastUsed: undefined })] },
    });
    let looks = 0;
    const { code, stdout } = await run({
      wait: 2 * HOUR,
      meanwhile: () => {
        looks += 1;
        if (looks === 3) user.keys[1]!.lastUsed = use(NOW);
      },
    });
    expect(stdout.slice(-4)).toEqual([
      'Waiting for:',
      expect.stringMatching(/^- AKIA\w+ has never been used/),
      expect.stringMatching(/^2026-11-23 09:03 UTC {2}AKIA\w+: last used less than an hour ago/),
      'Nothing speaks against it: run it again without --wait.',
    ]);
    expect({ code, writes: writes() }).toEqual({ code: 0, writes: [] });
  });

  it('ends with 1 when the time is over', async () => {
    const { run, clock } = await rotationOf({ user: { keys: [overdue, fresh({ lastUsed: undefined })] } });
    const { code, stdout } = await run({ wait: 90_000 });
    expect(code).toBe(1);
    expect(clock()).toEqual(later(90_000));
    expect(stdout).toContain('Still not:');
    expect(stdout).toContain('Waiting for:');
  });

  it('says when a look fails, and looks again; only a last look that failed is an error', async () => {
    const { run, aws, user } = await rotationOf({ user: { keys: [quiet, fresh({ lastUsed: undefined })] } });
    let looks = 0;
    const meanwhile = () => {
      looks += 1;
      if (looks === 2) aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'expired-token' });
      if (looks === 4) {
        aws.faults.clear();
        user.keys[1]!.lastUsed = use(NOW);
      }
    };
    const { code, stderr } = await run({ wait: HOUR, meanwhile });
    expect(code).toBe(0);
    expect(stderr.filter((line) => line.includes('IAM could not be asked'))).toHaveLength(2);

    user.keys[1]!.lastUsed = undefined;
    looks = 0;
    const expired = await run({ wait: 3 * 60_000, meanwhile });
    expect(expired).toMatchObject({ code: 2, error: expect.stringContaining('support-api could not be read') });
  });

  it('ends when another step comes next', async () => {
    const unused = fresh({ lastUsed: undefined, created: daysAgo(10) });
    const { run, user, clock } = await rotationOf({ user: { keys: [quiet, unused] } });
    const meanwhile = () => {
      user.keys[0]!.status = 'Inactive';
    };
    const { stdout } = await run({ wait: 2 * HOUR, meanwhile });
    expect(stdout.join('\n')).toContain(`It is another step now: write down that ${OLD} is inactive`);
    expect(clock()).toEqual(later(60_000));
  });

  it('is not waited for with --dry-run', async () => {
    const { run, clock } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    expect((await run({ wait: HOUR, dryRun: true })).stdout).toContain('This would be done:');
    expect(clock()).toEqual(NOW);
  });
});

describe('a user', () => {
  it('that the account does not have is named, with the account one is signed in to', async () => {
    const { run } = await rotationOf({ user: { keys: [] } });
    expect(await run({ userName: 'nobody' })).toMatchObject({
      code: 2,
      error: expect.stringContaining('Account 111122223333, which you are signed in to, has no user nobody'),
    });
  });

  it('of SES is told of its SMTP password before its key is replaced', async () => {
    const { run } = await rotationOf({
      user: { keys: [{ ...overdue, lastUsed: { ...use(hoursAgo(2)), service: 'ses' } }] },
    });
    expect((await run({ dryRun: true })).everything()).toContain('SMTP password derives from the secret key');
  });
});
