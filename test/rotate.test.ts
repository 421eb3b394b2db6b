import { IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { slackClient } from '../lambda/notifiers/slack-client.ts';
import { daysAgo, hoursAgo, NOW, SECOND_KEY } from './builders.ts';
import { exampleKeyId, type FakeSlackOptions, fakeEvent, HUB_CREDENTIALS, startFakeSlack } from './fake-aws/index.ts';
import { PRODUCTION, rotationOf, safe, USER } from './rotating.ts';

/** One run is one process: everything that it knows it reads from the embedded AWS. */

const OLD = SECOND_KEY;
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const overdue = { accessKeyId: OLD, created: daysAgo(120), lastUsed: use(hoursAgo(2)) };
const fresh = (overrides: object = {}) => ({
  accessKeyId: exampleKeyId(9001),
  created: daysAgo(20),
  lastUsed: use(hoursAgo(1)),
  ...overrides,
});
const quiet = { ...overdue, lastUsed: use(daysAgo(8)) };
const gone = { ...overdue, status: 'Inactive' as const };

let closeSlack: (() => Promise<void>) | undefined;
afterEach(async () => {
  await closeSlack?.();
  closeSlack = undefined;
});

const workspace = async (options: FakeSlackOptions = {}) => {
  const server = await startFakeSlack(options);
  closeSlack = server.close;
  const createSlackClient = slackClient({ slackApiUrl: server.url });
  return { messages: server.messages, context: { getSlackToken: async () => server.token, createSlackClient } };
};

describe('a rotation from its beginning to its end', () => {
  it('is done step by step, each by a new process, and nothing is done before its time', async () => {
    const tags = { [OLD]: 'hieradata: govuk::apps::support; Fastly'.replaceAll(';', '') };
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
    expect(finished.code).toBe(1);
    expect(finished.everything()).toContain(`${NEW} is not due`);
    expect(writes()).toEqual([
      'iam:CreateAccessKey',
      'iam:TagUser',
      'iam:TagUser',
      'iam:UpdateAccessKey',
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
    expect(stdout.slice(-3)).toEqual([
      'This will be done:',
      `  1. iam:TagUser UserName=${USER} ${deactivationTag(OLD)}=<now>`,
      `  2. iam:UpdateAccessKey UserName=${USER} AccessKeyId=${OLD} Status=Inactive`,
    ]);
  });

  it('is all that --dry-run does, with every call', async () => {
    const { run, aws, writes } = await rotationOf({ user: { keys: [quiet, fresh()] }, settings: PRODUCTION });
    const { code, stdout, questions } = await run({ dryRun: true, answers: [true] });
    expect({ code, questions, writes: writes() }).toEqual({ code: 0, questions: [], writes: [] });
    expect(stdout).toContainEqual(
      expect.stringMatching(/^ {2}1\. tell #govuk-developers on Slack: keyaudit: about to/),
    );
    expect(aws.calls.all.some(({ operation }) => operation.startsWith('slack:'))).toBe(false);
  });

  it('somebody has to be there, or --yes to be given', async () => {
    const { run, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    expect(await run({ interactive: false })).toMatchObject({ code: 2, error: expect.stringContaining('--yes') });
    expect(writes()).toEqual([]);
    expect((await run({ interactive: false, assumeYes: true })).code).toBe(0);
    expect(writes()).toEqual(['iam:TagUser', 'iam:UpdateAccessKey']);
  });

  it('IAM is asked again after the answer: what changed meanwhile is not acted on', async () => {
    const { run, user, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    let asked = false;
    const answers = new Proxy([true], {
      get: (target, property, receiver) => {
        if (property === 'shift' && !asked) {
          asked = true;
          user.keys[0]!.lastUsed = use(NOW);
        }
        return Reflect.get(target, property, receiver);
      },
    });
    const { code, stderr } = await run({ answers });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stderr.at(-1)).toContain('Things changed meanwhile');
  });
});

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
        /about to make AKIAI44QH8DHBEXAMPLE inactive of support-api .* Forced: leaked on a laptop\. Against: .*quiet only since/,
      ),
    ]);
  });

  it('is not opened for the key that one is signed in with', async () => {
    const own = { ...quiet, accessKeyId: HUB_CREDENTIALS.accessKeyId };
    const { run, writes } = await rotationOf({ user: { keys: [own, fresh()] }, signedInWith: own.accessKeyId });
    const { code, everything } = await run({ force: 'why not', assumeYes: true });
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
      searchRepositories: async () => ({
        repositories: ['infra'],
        files: 1,
        uses: [],
        keysInCode: [{ tool: 'Terraform', userName: USER, place }],
        failures: [],
      }),
    });
    expect((await inCode.run({ assumeYes: true })).everything()).toContain('managed by Terraform (infra/users.tf:7)');
    expect([...byTrail.writes(), ...inCode.writes()]).toEqual([]);
  });

  it('stands where something of the user could not be read', async () => {
    const { run, aws, writes } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'deny' });
    const { code, everything } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(everything()).toContain('its tags could not be read');
  });
});

describe('in production', () => {
  const ready = { user: { keys: [quiet, fresh()] }, settings: { ...PRODUCTION, slack: { onCall: '#2ndline' } } };

  it('on-call is told on Slack first', async () => {
    const slack = await workspace();
    const { run, user } = await rotationOf({ ...ready, slack: slack.context });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(slack.messages.map(({ channel, text }) => [channel, text])).toEqual([
      ['C0EXAMPLE02', expect.stringContaining(`To undo it: npm run -s keyaudit -- reactivate ${OLD}`)],
    ]);
  });

  it('nothing is changed where Slack refuses', async () => {
    const slack = await workspace({ channels: [] });
    const { run, writes } = await rotationOf({ ...ready, slack: slack.context });
    const { code, error } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(error).toContain('There is no channel #2ndline');
  });

  it('without a token the notice is printed, and somebody has to have sent it', async () => {
    const { run, writes } = await rotationOf(ready);
    const unsent = await run({ answers: [true, false] });
    expect(unsent).toMatchObject({ code: 2, questions: ['Do it?', 'Has #2ndline been told?'] });
    expect(writes()).toEqual([]);
    expect(unsent.stderr.join('\n')).toContain(`about to make ${OLD} inactive of ${USER}`);
    expect((await run({ answers: [true, true] })).code).toBe(0);
  });
});

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

  it('while the secret is kept, and again while the key is deleted, says so; the next run discards it', async () => {
    const { run, user, aws } = await rotationOf({ user: { keys: [overdue] } });
    aws.faults.add({ operation: 'iam:DeleteAccessKey', kind: 'deny' });
    const { store } = safe({ keep: () => Promise.reject(new Error('the vault is sealed')) });
    const { error } = await run({ assumeYes: true, store });
    const lost = user.keys[1]!.accessKeyId;
    expect(error).toContain(`Deleting ${lost} again failed too`);
    aws.faults.clear();

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
    const { run, user, aws, writes } = await rotationOf({ user: { keys: [overdue] } });
    aws.faults.add({ operation: 'iam:CreateAccessKey', kind: 'reset' });
    const { code, error } = await run({ assumeYes: true });
    expect(code).toBe(2);
    expect(error).toContain('the answer to CreateAccessKey was lost');
    expect(writes()).toEqual(['iam:CreateAccessKey']);
    expect(user.keys).toHaveLength(2);
    aws.faults.clear();
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

  it('between the record and the deactivation is done again, with a new record', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [quiet, fresh()] } });
    aws.faults.add({ operation: 'iam:UpdateAccessKey', kind: 'expired-token' });
    const broken = await run({ assumeYes: true });
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContainEqual(expect.stringContaining('failed: iam:UpdateAccessKey'));
    expect(user.keys[0]!.status).toBe('Active');
    aws.faults.clear();
    goTo(later(DAY));
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
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
});

describe('an inactive key of which nobody knows since when', () => {
  it('is written down first where CloudTrail does not answer, and deleted settleDays later', async () => {
    const { run, user, aws, goTo } = await rotationOf({ user: { keys: [gone, fresh()] } });
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const refused = await run({ assumeYes: true });
    expect(refused.everything()).toContain('CloudTrail does not say since when');
    expect(refused.code).toBe(0);
    expect(user.tags[deactivationTag(OLD)]).toBe(NOW.toISOString());
    goTo(later(7 * DAY));
    expect((await run({ assumeYes: true })).code).toBe(1);
    goTo(later(7 * DAY + 1));
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys).toHaveLength(1);
  });

  it('may be deleted where CloudTrail remembers no deactivation: it was longer ago', async () => {
    const { run, user } = await rotationOf({
      user: { keys: [{ ...gone, created: daysAgo(400), lastUsed: use(daysAgo(200)) }, fresh()] },
    });
    const { code, stdout } = await run({ assumeYes: true });
    expect(stdout).toContainEqual(expect.stringContaining('inactive since 2026-08-25 09:00 UTC or longer'));
    expect(code).toBe(0);
    expect(user.keys).toHaveLength(1);
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
