import { describe, expect, it } from '@jest/globals';
import { operatorWith, planning } from './asking.ts';
import { daysAgo, FIRST_KEY, hoursAgo, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  exampleKeyId,
  exampleSessionKeyId,
  type FakeAccountOverrides,
  type FakeKey,
  type FakeUserOverrides,
  fakeEvent,
  fakeWorld,
} from './fake-aws/index.ts';

const STAGING = { id: '444455556666', name: 'staging' };
const settings = { accounts: [{ id: '111122223333', name: 'production' }, STAGING] };
const NEW_KEY = FIRST_KEY;
const s3 = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const old = (overrides: Partial<FakeKey> = {}): Partial<FakeKey> => ({
  accessKeyId: SECOND_KEY,
  created: daysAgo(120),
  lastUsed: s3(hoursAgo(2)),
  ...overrides,
});
const fresh = (overrides: Partial<FakeKey> = {}): Partial<FakeKey> => ({
  accessKeyId: NEW_KEY,
  created: daysAgo(20),
  lastUsed: s3(hoursAgo(1)),
  ...overrides,
});

const start = (user: FakeUserOverrides, account: FakeAccountOverrides = {}) =>
  embeddedAws({ world: fakeWorld({ accounts: [{ users: [{ userName: 'support-api', ...user }], ...account }] }) });
const planJson = async (wanted = 'support-api', options: Parameters<typeof planning>[1] = {}) => {
  const { stdout, ...rest } = await planning(wanted, { format: 'json', ...options });
  return { ...rest, plan: JSON.parse(stdout) };
};
const SEE_S3 = 'who reads and writes S3 objects or sends SES mail with a key: CloudTrail’s event history lacks that';

describe('keyaudit plan', () => {
  it('tells the stage, why, what comes next and what nobody knows', async () => {
    await start({ keys: [old(), fresh()], tags: { [SECOND_KEY]: 'support, by hand' } });
    const { code, stdout, stderr } = await planning('support-api', { settings, configWords: ['--config', 'cdk.json'] });
    expect(stdout.split('\n')).toEqual([
      'support-api in production (111122223333): Old key still used after its replacement (lingering).',
      '',
      'Evidence:',
      `- ${SECOND_KEY}: active, 120 days old (2026-07-26 09:00 UTC), last used 2 hours ago (s3, eu-west-1)`,
      `- ${SECOND_KEY}: used, by its description, by support, by hand`,
      `- ${SECOND_KEY}: Key overdue: 120 days old, the limit is 90`,
      `- ${SECOND_KEY}: Superseded key in use: used on 2026-11-23 07:00 UTC, though its replacement exists since 2026-11-03 09:00 UTC`,
      `- ${SECOND_KEY}: quiet since 2026-11-23 07:00 UTC, for 2 hours: it has to be so for 7 days. It was used later than 24 hours after its replacement was created`,
      `- ${NEW_KEY}: active, 20 days old (2026-11-03 09:00 UTC), last used 1 hour ago (s3, eu-west-1)`,
      '',
      expect.stringMatching(/^Next: AKIAI44QH8DHBEXAMPLE is still in use .* A use was missed/),
      expect.stringMatching(/^ {2}aws sts get-caller-identity .* grep -x 111122223333 && .*cloudtrail lookup-events/),
      'With keyaudit:',
      `  npm run -s keyaudit -- locate ${SECOND_KEY} --config cdk.json`,
      '  npm run -s keyaudit -- rotate support-api --config cdk.json',
      '',
      'Not known:',
      `- where ${NEW_KEY} is used, as it has no description: npm run -s keyaudit -- locate ${NEW_KEY} --config cdk.json`,
      `- ${SEE_S3}`,
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('gives JSON', async () => {
    await start({ keys: [old({ lastUsed: s3(daysAgo(30)) }), fresh()] });
    const { code, plan } = await planJson('support-api', { settings });
    expect(plan).toEqual({
      schemaVersion: 1,
      plannedAt: '2026-11-23T09:00:00.000Z',
      account: { id: '111122223333', name: 'production', production: false },
      userName: 'support-api',
      keys: [
        {
          accessKeyId: SECOND_KEY,
          status: 'Active',
          createDate: '2026-07-26T09:00:00.000Z',
          ageDays: 120,
          lastUsed: { state: 'used', date: '2026-10-24T09:00:00.000Z', serviceName: 's3', region: 'eu-west-1' },
        },
        {
          accessKeyId: NEW_KEY,
          status: 'Active',
          createDate: '2026-11-03T09:00:00.000Z',
          ageDays: 20,
          lastUsed: { state: 'used', date: '2026-11-23T08:00:00.000Z', serviceName: 's3', region: 'eu-west-1' },
        },
      ],
      stage: 'ready-to-deactivate',
      evidence: [
        `${SECOND_KEY}: active, 120 days old (2026-07-26 09:00 UTC), last used 30 days ago (s3, eu-west-1)`,
        `${SECOND_KEY}: Key overdue: 120 days old, the limit is 90`,
        expect.stringMatching(/^AKIAI44QH8DHBEXAMPLE: Superseded key idle: /),
        `${SECOND_KEY}: quiet since 2026-11-03 09:00 UTC, for 20 days: it has to be so for 7 days`,
        `${NEW_KEY}: active, 20 days old (2026-11-03 09:00 UTC), last used 1 hour ago (s3, eu-west-1)`,
      ],
      nextStep: {
        action: 'deactivate',
        accessKeyId: SECOND_KEY,
        text: expect.stringContaining('Quiet is not proof'),
        commands: [expect.stringContaining('get-access-key-last-used'), expect.stringContaining('--status Inactive')],
        keyaudit: ['npm run -s keyaudit -- rotate support-api'],
      },
      unknown: [
        `where ${SECOND_KEY} is used, as it has no description: npm run -s keyaudit -- locate ${SECOND_KEY}`,
        `where ${NEW_KEY} is used, as it has no description: npm run -s keyaudit -- locate ${NEW_KEY}`,
        SEE_S3,
      ],
    });
    expect(code).toBe(1);
  });

  it.each<[string, FakeUserOverrides, string, number, string[]]>([
    ['nothing to do', { keys: [fresh()] }, 'current', 0, []],
    ['no keys', { keys: [] }, 'no-keys', 0, []],
    ['an overdue key', { keys: [old()] }, 'overdue', 1, [`locate ${SECOND_KEY}`, 'rotate support-api']],
    [
      'a replacement that nobody uses',
      { keys: [old(), fresh({ lastUsed: undefined })] },
      'replacement-created',
      1,
      [`locate ${SECOND_KEY}`, 'rotate support-api'],
    ],
    [
      'a key that was used once',
      { keys: [old({ lastUsed: s3(daysAgo(60)) })] },
      'unused',
      1,
      ['rotate support-api --confirmed-unused'],
    ],
    ['a slot to free', { keys: [old(), fresh({ status: 'Inactive' })] }, 'overdue', 1, ['rotate support-api']],
  ])('with %s', async (_what, user, stage, code, commands) => {
    await start(user);
    const { plan, ...result } = await planJson();
    expect({ stage: plan.stage, code: result.code, keyaudit: plan.nextStep.keyaudit }).toEqual({
      stage,
      code,
      keyaudit: commands.map((words) => `npm run -s keyaudit -- ${words}`),
    });
  });

  it('says not before when a step is safe', async () => {
    await start({ keys: [old({ lastUsed: s3(daysAgo(21)) }), fresh({ created: daysAgo(2) })] });
    const { code, stdout } = await planning('support-api');
    expect(stdout).toMatch(/^Next: Not before 2026-11-28 09:00 UTC\. AKIAI44QH8DHBEXAMPLE has been quiet since/m);
    expect(code).toBe(1);
  });

  it.each<[string, FakeUserOverrides['tags'], FakeAccountOverrides['events'], RegExp]>([
    [
      'its tag',
      { [`keyaudit:deactivated-at:${SECOND_KEY}`]: '2026-11-20T09:00:00.000Z' },
      [],
      /: inactive since 2026-11-20 09:00 UTC by the tag that keyaudit wrote$/,
    ],
    [
      'CloudTrail',
      {},
      [
        fakeEvent({
          name: 'UpdateAccessKey',
          source: 'iam.amazonaws.com',
          at: daysAgo(2),
          requestParameters: { accessKeyId: SECOND_KEY, status: 'Inactive', userName: 'support-api' },
        }),
      ],
      /: inactive since 2026-11-21 09:00 UTC by CloudTrail$/,
    ],
    ['CloudTrail’s silence', {}, [], /: CloudTrail, which goes back 90 days, does not know of its deactivation, so it/],
  ])('says since when a key is inactive by %s', async (_what, tags = {}, events = [], evidence) => {
    await start({ tags, keys: [old({ status: 'Inactive', lastUsed: s3(daysAgo(100)) })] }, { events });
    const { code, plan } = await planJson();
    expect(plan.evidence).toContainEqual(expect.stringMatching(evidence));
    expect({ code, unknown: plan.unknown }).toEqual({ code: 1, unknown: [] });
  });

  it('is incomplete where CloudTrail does not answer, and says what that leaves open', async () => {
    const aws = await start({ keys: [old({ status: 'Inactive', lastUsed: undefined })] });
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const { code, plan } = await planJson();
    expect(plan.unknown).toEqual([
      expect.stringMatching(/^CloudTrail does not say since when keys are inactive \(of 1 user\): AccessDenied/),
      expect.stringMatching(/^whether infrastructure code created its keys: CloudTrail: AccessDenied/),
      `since when ${SECOND_KEY} is inactive: neither a tag nor CloudTrail says it`,
    ]);
    expect(code).toBe(2);
  });

  it('is incomplete where a last use cannot be read', async () => {
    const aws = await start({ keys: [old(), fresh()] });
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    const { code, plan } = await planJson();
    expect(plan).toMatchObject({ stage: 'unknown', nextStep: { action: 'look-again', keyaudit: [] } });
    expect(plan.unknown[0]).toMatch(/^when AKIA.* was last used could not be read: AccessDenied/);
    expect(code).toBe(2);
  });

  it('says an exemption, and that it leaves nothing to do', async () => {
    await start({ keys: [old()] });
    const exemptions = [{ account: '*', user: 'support-*', until: '2027-01-31', reason: 'moves to a role' }];
    const { code, stdout } = await planning('support-api', { settings: { exemptions } });
    expect(stdout).toMatch(/^Exempt until 2027-01-31: moves to a role\. Without that, it would be:\nNext: /m);
    expect(code).toBe(0);
    const { plan } = await planJson('support-api', { settings: { exemptions } });
    expect(plan.exemption).toEqual({ until: '2027-01-31', reason: 'moves to a role' });
  });

  it('says that an exemption has ended', async () => {
    await start({ keys: [old()] });
    const exemptions = [{ account: '*', user: '*', until: '2026-11-22', reason: 'moves to a role' }];
    const { code, plan } = await planJson('support-api', { settings: { exemptions } });
    expect(plan.evidence).toContain('The exemption until 2026-11-22 (moves to a role) has ended.');
    expect(code).toBe(1);
  });

  it('does not send to rotate what infrastructure code makes', async () => {
    await start(
      { keys: [old()] },
      {
        events: [
          fakeEvent({
            name: 'CreateAccessKey',
            source: 'iam.amazonaws.com',
            at: daysAgo(60),
            userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9.5',
            responseElements: { accessKey: { accessKeyId: SECOND_KEY, userName: 'support-api', status: 'Active' } },
          }),
        ],
      },
    );
    const { plan } = await planJson();
    expect(plan.evidence.at(-1)).toMatch(
      /^managed by Terraform, which created AKIAI44QH8DHBEXAMPLE by CloudTrail: change/,
    );
    expect(plan.nextStep.keyaudit).toEqual([`npm run -s keyaudit -- locate ${SECOND_KEY}`]);
  });
});

describe('keyaudit plan KEY-ID', () => {
  const elsewhere = {
    ...STAGING,
    users: [{ userName: 'deploy', keys: [{ accessKeyId: exampleKeyId(7), created: daysAgo(100) }] }],
  };
  const startBoth = () =>
    embeddedAws({
      world: fakeWorld({ accounts: [{ users: [{ userName: 'support-api', keys: [old(), fresh()] }] }, elsewhere] }),
    });

  it('plans for the user who has the key', async () => {
    await startBoth();
    expect((await planJson(NEW_KEY)).plan).toMatchObject({ userName: 'support-api', stage: 'lingering' });
  });

  it('of another account says where to sign in', async () => {
    await startBoth();
    const { code, stdout } = await planning(exampleKeyId(7), { settings });
    expect(stdout).toMatch(/^deploy in staging \(444455556666\): Not used \(unused\)\.\n/);
    expect(stdout).toMatch(
      /^With keyaudit, signed in to account staging \(444455556666\):\n {2}npm run -s keyaudit -- rotate deploy$/m,
    );
    expect(code).toBe(1);
  });

  it.each([
    ['a user that the account does not have', 'alice', /^Account 111122223333, .*has no user alice\. Whose a key is: /],
    ['a key that no account has', exampleKeyId(9), /^AKIAAAAAAAAAJEXAMPLE: no AWS account has this key/],
    [
      'a session',
      exampleSessionKeyId(1),
      /^ASIA.* is of a session in account staging \(444455556666\): it ends by itself/,
    ],
  ])('has nothing to plan for %s', async (_what, wanted, message) => {
    await startBoth();
    await (await operatorWith(settings)).open({ ...STAGING, production: false });
    expect(await planning(wanted, { settings })).toMatchObject({
      code: 2,
      stdout: '',
      error: expect.stringMatching(message),
    });
  });

  it('whose user is not told says why', async () => {
    const aws = await startBoth();
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    expect(await planning(NEW_KEY)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^Not fully checked: AKIAIOSFODNN7EXAMPLE: .* does not say whose it is/),
    });
  });
});
