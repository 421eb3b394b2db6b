import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { coldStart, type Handler } from './cold-start.ts';
import { embeddedAws } from './embedded.ts';
import {
  type FakeAws,
  type FakeSlack,
  type FakeSlackOptions,
  type FakeUserOverrides,
  fakeSecret,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeSlack,
} from './fake-aws/index.ts';

/** The Lambda's own entry, wired as it is on cold start, on the embedded AWS and Slack. */

const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
const OTHER = '444455556666';

// The handler's clock is the machine's: it stands at NOW, while timers go on.
beforeEach(() => {
  jest.useFakeTimers({
    now: NOW,
    doNotFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'nextTick',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
});

let slack: FakeSlack;
afterEach(async () => {
  jest.useRealTimers();
  await slack.close();
});

type Deployment = {
  settings?: object;
  token?: string;
  slackOptions?: FakeSlackOptions;
  users?: FakeUserOverrides[];
  topic?: string;
};

const oldUser = (userName: string): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys: [{ created: daysAgo(400), lastUsed: { date: hoursAgo(2), service: 's3', region: 'eu-west-1' } }],
});

const deploy = async ({
  settings = {},
  token,
  slackOptions = {},
  users = [oldUser('alice')],
  topic = TOPIC,
}: Deployment = {}): Promise<{ aws: FakeAws; handler: Handler }> => {
  slack = await startFakeSlack(slackOptions);
  const secret = fakeSecret({ name: 'slack', value: token ?? slack.token });
  const world = fakeWorld({
    accounts: [
      { users, report: { polls: 0 } },
      { id: OTHER, users: [oldUser('bob')], report: { polls: 0 } },
    ],
    topicArns: [TOPIC],
    secrets: [secret],
  });
  const aws = await embeddedAws({ world });
  return { aws, handler: await coldStart({ aws, slack, settings, topicArn: topic, secretArn: secret.arn }) };
};

const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 300_000 };

describe('an invocation', () => {
  it.each([
    ['a schedule’s event', { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' }],
    ['{}', {}],
  ])('with %s audits, tells Slack and SNS, and answers in words', async (_what, event) => {
    const { aws, handler } = await deploy();
    const answer = await handler(event, context);
    expect(answer).toMatchObject({
      headline: '1 access key needs attention',
      coverage: ['Read 111122223333: 1 user, 1 access key.', expect.stringMatching(/^Credential report: /)],
      counts: '1 high.',
      findings: [
        {
          finding: expect.stringMatching(
            /^High: alice in 111122223333, AKIA\w+, 400 days old, .* Overdue for rotation/,
          ),
          nextStep: expect.stringMatching(/^Find everywhere/),
          commands: expect.arrayContaining([expect.stringContaining('aws iam create-access-key --user-name alice')]),
        },
      ],
      findingsNotShown: 0,
      delivered: ['slack', 'sns'],
      notSetUp: [],
      scanId: 'request-1',
    });
    expect(slack.messages[0]?.text).toContain('1 access key needs attention');
    expect(aws.sns.published).toHaveLength(1);
  });

  it('may name accounts, users and another policy', async () => {
    const settings = { accounts: [{ id: HUB_ACCOUNT_ID }, { id: OTHER, name: 'staging' }] };
    const { handler } = await deploy({ settings, users: [oldUser('alice'), oldUser('carol')] });
    const findings = async (event: object): Promise<string[]> =>
      (await handler({ notify: false, ...event }, context)).findings.map(({ finding }) => finding.split(',')[0] ?? '');
    expect(await findings({ accounts: ['staging'] })).toEqual(['High: bob in staging']);
    expect(await findings({ users: ['carol'] })).toEqual(['High: carol in 111122223333']);
    expect(await findings({ policy: { rotateAfterDays: 500, warnAfterDays: 450 } })).toEqual([]);
  });

  it('that is not to notify tells nobody', async () => {
    const { aws, handler } = await deploy();
    expect(await handler({ notify: false }, context)).toMatchObject({ delivered: [] });
    expect([slack.messages, aws.sns.published]).toEqual([[], []]);
  });

  it('with a field that is unknown or wrong is refused by name, before anything is read', async () => {
    const { aws, handler } = await deploy();
    await expect(handler({ user: ['alice'], notify: 'no' }, context)).rejects.toThrow(
      /The event is wrong:\n {2}notify: .*\n {2}user: is unknown/,
    );
    await expect(handler({ accounts: ['prodution'] }, context)).rejects.toThrow('accounts[0]: "prodution" is neither');
    await expect(handler({ policy: { rotateAfterDays: 1 } }, context)).rejects.toThrow('policy.warnAfterDays');
    expect(aws.calls.all).toEqual([]);
  });

  it('shows the findings that matter most, and counts the others', async () => {
    const { handler } = await deploy({ users: Array.from({ length: 30 }, (_, at) => oldUser(`user-${at}`)) });
    const answer = await handler({ notify: false }, context);
    expect(answer.findings).toHaveLength(25);
    expect(answer.findingsNotShown).toBe(5);
  });
});

describe('with little time left', () => {
  it('delivers what it has, and says which accounts are missing', async () => {
    const settings = {
      accounts: [
        { id: HUB_ACCOUNT_ID, name: 'integration' },
        { id: OTHER, name: 'staging' },
      ],
    };
    const { aws, handler } = await deploy({ settings });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'timeout', account: OTHER });
    const answer = await handler({}, { ...context, getRemainingTimeInMillis: () => 5_001 });
    expect(answer).toMatchObject({
      headline: '1 access key needs attention, 1 account not read',
      coverage: expect.arrayContaining([
        'Not read: staging (444455556666): time ran out before 1 user of 1 could be read.',
      ]),
      delivered: ['slack', 'sns'],
    });
    expect(slack.messages[0]?.text).toContain('staging (444455556666): time ran out');
  });
});

describe('telling people', () => {
  it('skips Slack while its secret holds no token', async () => {
    const { handler } = await deploy({ token: 'kV3!random-value-of-a-fresh-secret' });
    expect(await handler({}, context)).toMatchObject({
      delivered: ['sns'],
      notSetUp: [expect.stringMatching(/^slack: The Slack secret holds no token/)],
    });
  });

  it('that fails in Slack fails the run, after SNS got the report with the reason', async () => {
    const { aws, handler } = await deploy({ slackOptions: { channels: [{ name: 'other' }] } });
    await expect(handler({}, context)).rejects.toThrow(
      /^The audit is done, but not everybody could be told\. .*#govuk-developers/,
    );
    const { email } = JSON.parse(aws.sns.published[0]?.message ?? '{}') as { email?: string };
    expect(email).toMatch(/slack: .*#govuk-developers/i);
  });

  it('that fails in both names both', async () => {
    const { handler } = await deploy({
      slackOptions: { channels: [] },
      topic: `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:gone`,
    });
    await expect(handler({}, context)).rejects.toThrow(
      /Nothing was posted in #govuk-developers.* Nothing was published to the SNS topic/s,
    );
  });

  it('that reaches nobody, as nothing is set up, fails the run', async () => {
    const { handler } = await deploy({ token: 'random', topic: '' });
    await expect(handler({}, context)).rejects.toThrow(
      /slack: The Slack secret holds no token.* sns: There is no SNS topic/,
    );
  });
});

describe('a cold start', () => {
  it('with wrong settings stops, with every problem', async () => {
    await expect(deploy({ settings: { chanel: 'x', policy: { rotateAfterDays: -1 } } })).rejects.toThrow(
      /policy\.rotateAfterDays.*chanel: is unknown/s,
    );
  });
});
