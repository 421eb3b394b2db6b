import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Answer } from '../lambda/answer.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { daysAgo, NOW } from './builders.ts';
import { coldStart } from './cold-start.ts';
import { embeddedAws } from './embedded.ts';
import {
  exampleKeyId,
  type FakeSlack,
  type FakeUserOverrides,
  fakeSecret,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeSlack,
} from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';

/** Days in the life of a deployment: the Lambda's own entry, on the embedded AWS and Slack, by the history in its bucket. */

const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
// Each day is a scan of everything.
jest.setTimeout(60_000);

let slack: FakeSlack | undefined;
afterEach(async () => {
  await slack?.close();
});

const deployment = async (users: FakeUserOverrides[], settings: object = {}) => {
  let now = NOW;
  const workspace = await startFakeSlack();
  slack = workspace;
  const secret = fakeSecret({ name: 'slack', value: workspace.token });
  const world = fakeWorld({ accounts: [{ users, report: { polls: 0 } }], topicArns: [TOPIC], secrets: [secret] });
  const aws = await embeddedAws({ world, now: () => now });
  const wiring = { aws, slack: workspace, settings, topicArn: TOPIC, secretArn: secret.arn, bucket: 'reports' };
  const handler = await coldStart(wiring);
  const invoke = async (event: object, awsRequestId: string): Promise<Answer> => {
    return fastForward(() => handler(event, { awsRequestId, getRemainingTimeInMillis: () => 300_000 }), now);
  };
  const published = () => aws.sns.published.map(({ message }) => JSON.parse(message) as { email: string });
  return {
    aws,
    slack: workspace,
    users: world.accounts[0]!.users,
    now: () => now,
    goOn: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    invoke,
    /** The schedule's own, for the tick of now. */
    tick: (awsRequestId: string) => invoke({ scheduledTime: now.toISOString() }, awsRequestId),
    /** What was told since the last time that somebody asked. */
    news: () => {
      const told = {
        slack: workspace.messages.splice(0).map(({ text }) => text),
        sns: published().map(({ email }) => email),
      };
      aws.sns.published.length = 0;
      return told;
    },
    latest: () => JSON.parse(aws.s3.objects.get(`reports/latest/${HUB_ACCOUNT_ID}.json`) ?? '{}'),
    reports: () => [...aws.s3.objects.keys()].filter((key) => key.startsWith('reports/reports/')),
  };
};

/** No schedule ticks to the millisecond. */
const A_DAY = DAY + 1;

const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const overdue = (userName: string, at: number): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys: [{ accessKeyId: exampleKeyId(at), created: daysAgo(400), lastUsed: use(daysAgo(1)) }],
});

describe('two days', () => {
  it('are a first scan that has nothing to compare with, and a second that tells what is new, and what is resolved', async () => {
    const { tick, news, goOn, users, now } = await deployment([overdue('alice', 1), overdue('bob', 2)]);
    const first = await tick('request-1');
    expect(first.coverage.join(' ')).toContain('its first scan that is remembered: nothing to compare with');
    expect(news().slack[0]).toContain('2 access keys need attention');

    goOn(A_DAY);
    users[1]!.keys = [{ accessKeyId: exampleKeyId(3), status: 'Active', created: now() }];
    users.push({ ...users[0]!, userName: 'carol', keys: [{ ...users[0]!.keys[0]!, accessKeyId: exampleKeyId(4) }] });
    const second = await tick('request-2');
    expect(second.headline).toContain('2 access keys need attention');
    const [digest] = news().slack;
    expect(digest).toMatch(/carol.*\(new\)|New.*carol/s);
    expect(digest).toMatch(/resolved/i);
    expect(digest).not.toMatch(/alice.*\(new\)/);
  });

  it('with a failure in between resolve nothing, and forget nothing', async () => {
    const { aws, tick, news, goOn, latest } = await deployment([overdue('alice', 1), overdue('bob', 2)]);
    await tick('request-1');
    const before = latest().findings.length;
    news();
    goOn(A_DAY);
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'deny', when: ({ UserName }) => UserName === 'bob' });
    await tick('request-2');
    expect(news().slack.join('\n')).not.toMatch(/resolved/i);
    expect(latest().findings).toHaveLength(before);
    aws.faults.clear();
    goOn(A_DAY);
    await tick('request-3');
    expect(news().slack.join('\n')).not.toMatch(/bob.*\(new\)/);
  });

  it('that are filtered, judged by another policy, or told to nobody, leave no history and no report', async () => {
    const { invoke, aws } = await deployment([overdue('alice', 1)]);
    await invoke({ users: ['alice'] }, 'a');
    await invoke({ policy: { rotateAfterDays: 30, warnAfterDays: 20 } }, 'b');
    await invoke({ accounts: [HUB_ACCOUNT_ID] }, 'c');
    await invoke({ notify: false }, 'd');
    expect([...aws.s3.objects.keys()].filter((key) => !key.startsWith('reports/runs/'))).toEqual([]);
  });

  it('go on where the history is corrupt, which is said, and set aside', async () => {
    const { aws, tick, goOn, news } = await deployment([overdue('alice', 1)]);
    aws.s3.objects.set(`reports/latest/${HUB_ACCOUNT_ID}.json`, '{"schemaVersion": 99}');
    const answer = await tick('request-1');
    expect(answer.coverage.join(' ')).toContain('its history could not be understood');
    expect(news().slack).toHaveLength(1);
    expect(aws.s3.objects.get(`reports/latest/unreadable/${HUB_ACCOUNT_ID}-request-1.json`)).toBe(
      '{"schemaVersion": 99}',
    );
    goOn(A_DAY);
    expect((await tick('request-2')).coverage.join(' ')).not.toContain('history');
  });
});

describe('ten days', () => {
  it('of one rotation are told once each: new, waiting in silence, ready, moved again, resolved', async () => {
    const NEW = exampleKeyId(9);
    const { tick, news, goOn, users, now } = await deployment([overdue('alice', 1)]);
    const [alice] = users as [(typeof users)[number]];
    const days: string[] = [];
    const day = async (change: () => void = () => {}): Promise<string> => {
      goOn(A_DAY);
      change();
      await tick(`request-${days.length}`);
      const { slack: posted, sns } = news();
      const text = [...posted, ...sns].join('\n');
      days.push(text);
      return text;
    };
    await tick('request-first');
    news();

    // The replacement is made, and takes over.
    await day(() => {
      alice.keys.push({ accessKeyId: NEW, status: 'Active', created: now(), lastUsed: use(new Date(now().getTime())) });
      alice.keys[0]!.lastUsed = use(new Date(now().getTime() - HOUR));
    });
    for (let quiet = 1; quiet <= 6; quiet++) {
      const text = await day(() => {
        alice.keys[1]!.lastUsed = use(now());
      });
      expect(text).not.toMatch(/ready now/);
    }
    const ready = await day(() => {
      alice.keys[1]!.lastUsed = use(now());
    });
    expect(ready).toMatch(/ready now/);
    const again = await day(() => {
      alice.keys[0]!.lastUsed = use(new Date(now().getTime() - HOUR));
      alice.keys[1]!.lastUsed = use(now());
    });
    expect(again).toMatch(/used again since the scan of 2026-12-01 09:00 UTC: s3, eu-west-1/);
    const done = await day(() => {
      alice.keys.shift();
    });
    expect(done).toMatch(/resolved/i);
    expect(days).toHaveLength(10);
  });
});

describe('a run that is repeated', () => {
  type Deployment = Awaited<ReturnType<typeof deployment>>;
  const many = Array.from({ length: 40 }, (_, at) => overdue(`user-${at}`, at + 1));
  /** Everything that was told, as Slack and SNS heard it. */
  const told = ({ slack: { messages, files }, aws }: Deployment) => ({
    slack: messages.map(({ text, thread_ts }) => ({ text, inThread: thread_ts !== undefined })),
    files: files.length,
    sns: aws.sns.published.map(({ message }) => (JSON.parse(message) as { email: string }).email),
  });
  /** When so many objects were put, the process is gone: nothing that it still does has any effect. */
  const killAfter = ({ aws, slack: { faults } }: Deployment, puts: number): void => {
    let seen = 0;
    const isGone = (): boolean => seen >= puts;
    const counting = (): boolean => {
      const gone = isGone();
      seen += 1;
      return gone;
    };
    aws.faults.add({ operation: 's3:PutObject', kind: 'deny', when: counting });
    aws.faults.add({ operation: 's3:GetObject', kind: 'deny', when: isGone });
    aws.faults.add({ operation: 'sns:Publish', kind: 'deny', when: isGone });
    faults.add({ operation: 'slack:*', kind: 'deny', when: isGone });
  };
  const whole = async (): Promise<{ expected: ReturnType<typeof told>; writes: number }> => {
    const run = await deployment(many);
    await run.tick('request-1');
    const result = { expected: told(run), writes: run.aws.calls.count('s3:PutObject') };
    await run.slack.close();
    return result;
  };

  it('by Lambda, wherever it was ended between two deliveries, tells everybody everything exactly once', async () => {
    const { expected, writes } = await whole();
    expect(expected.slack.filter(({ inThread }) => inThread).length).toBeGreaterThan(0);
    expect([expected.files, expected.sns.length]).toEqual([1, 1]);
    // What is told is noted in S3 before anything else is told, so every moment between two deliveries is one after a write.
    const run = await deployment(many);
    for (let killed = 0; killed <= writes; killed++) {
      run.aws.s3.objects.clear();
      run.news();
      run.slack.files.length = 0;
      killAfter(run, killed);
      await run.tick('request-1').catch(() => {});
      run.aws.faults.clear();
      run.slack.faults.clear();
      const again = await run.tick('request-1').catch((error: Error) => error);
      expect({ killed, told: told(run), failed: again instanceof Error && again.message }).toEqual({
        killed,
        told: expected,
        failed: false,
      });
    }
  }, 120_000);

  it('twice for one tick tells once, whether at the same time or one after the other', async () => {
    const { expected } = await whole();
    const run = await deployment(many);
    const first = await run.tick('request-1');
    const second = await run.tick('request-2');
    expect([first.delivered, second.delivered, second.toldBefore]).toEqual([['slack', 'sns'], [], ['slack', 'sns']]);
    expect(told(run)).toEqual(expected);
  }, 60_000);

  it('as another tick tells again', async () => {
    const run = await deployment(many.slice(0, 1));
    await run.tick('request-1');
    run.goOn(A_DAY);
    await run.tick('request-2');
    expect(run.slack.messages.filter(({ thread_ts }) => thread_ts === undefined)).toHaveLength(2);
    expect(run.aws.sns.published).toHaveLength(2);
  });

  it('after one channel failed tells only that one', async () => {
    const run = await deployment(many.slice(0, 1));
    run.slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'not-found' });
    await expect(run.tick('request-1')).rejects.toThrow('not everybody could be told');
    expect(run.aws.sns.published).toHaveLength(1);
    expect(run.latest()).toEqual({});
    run.slack.faults.clear();
    const again = await run.tick('request-1');
    expect([again.delivered, again.toldBefore]).toEqual([['slack'], ['sns']]);
    expect(run.aws.sns.published).toHaveLength(1);
    expect(run.slack.messages).toHaveLength(1);
  });

  it('without S3 tells all the same, with what failed, and is not repeated for that', async () => {
    const run = await deployment(many.slice(0, 1));
    run.aws.faults.add({ operation: 's3:*', kind: 'deny' });
    expect((await run.tick('request-1')).delivered).toEqual(['slack', 'sns']);
    expect(run.slack.messages[0]?.text).toContain('the run could not be noted');
    expect(run.slack.messages).toHaveLength(1);
    expect(run.aws.sns.published).toHaveLength(1);
  });
});
