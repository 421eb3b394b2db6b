import { inspect, types } from 'node:util';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { reasonOf } from '../lambda/domain/failure.ts';
import { plainError } from '../lambda/domain/plain-error.ts';
import { slackClient } from '../lambda/notifiers/slack-client.ts';
import { explain } from '../lambda/notifiers/slack-errors.ts';
import { daysAgo, NOW } from './builders.ts';
import { coldStart } from './cold-start.ts';
import { embeddedAws } from './embedded.ts';
import {
  type FakeSlack,
  fakeSecret,
  fakeWorld,
  HUB_ACCOUNT_ID,
  HUB_CREDENTIALS,
  startFakeSlack,
} from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';
import { type Line, lineTo } from './line.ts';
import { type Mirror, mirrors, serviceOf } from './mirror.ts';
import { secretsIn } from './secret-forms.ts';

/** What AWS, Slack or a proxy in between repeats of a request comes back as an error. Nothing that is told of one has its secrets. */

// Each run is a cold start of the Lambda.
jest.setTimeout(60_000);

const STAGING = '444455556666';
const secrets = {
  secretAccessKey: HUB_CREDENTIALS.secretAccessKey,
  sessionToken: 'FwoGZXIvYXdzEXAMPLE//////////hub+session/token==',
  slackToken: 'xoxb-100000000000-example-leak-me-not',
  externalId: 'external/id:leak+me@not',
  // As the embedded STS gives them out.
  assumedSessionToken: 'EXAMPLE-SESSION-TOKEN-1',
};

let open: { close: () => void | Promise<void> }[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  delete process.env['AWS_SESSION_TOKEN'];
  await Promise.all(open.map(async (each) => each.close()));
  open = [];
});
const closedLater = <T extends { close: () => void | Promise<void> }>(it: T): T => {
  open.push(it);
  return it;
};

/** Everything that JavaScript can show of an error. */
const insideOf = (error: unknown): string => inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });

/** As the Lambda runtime logs an error, and who follows its causes: with all that can be enumerated. */
const inJson = (error: unknown): string =>
  JSON.stringify(error, (_name, value: unknown) => {
    if (!types.isNativeError(value)) return value;
    const { name, message, stack, cause, errors } = value as Partial<AggregateError>;
    return Object.assign({}, value, { name, message, stack, cause, errors });
  });

describe('an error of', () => {
  const nowhere = 'http://127.0.0.1:1';
  const mirror = (how: Mirror): Promise<Line> =>
    lineTo(nowhere, async (_action, _forward, headers) => mirrors[how](headers)).then(closedLater);

  const awsCalls = (endpoint: string): Record<string, () => Promise<unknown>> => {
    const { secretAccessKey, sessionToken } = secrets;
    const config = {
      endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: HUB_CREDENTIALS.accessKeyId, secretAccessKey, sessionToken },
    };
    const role = { RoleArn: `arn:aws:iam::${STAGING}:role/keyaudit`, RoleSessionName: 'keyaudit' };
    return {
      STS: () => new STSClient(config).send(new AssumeRoleCommand({ ...role, ExternalId: secrets.externalId })),
      IAM: () => new IAMClient(config).send(new ListUsersCommand({})),
      Organizations: () => new OrganizationsClient(config).send(new ListAccountsCommand({})),
      CloudTrail: () => new CloudTrailClient(config).send(new LookupEventsCommand({})),
      SNS: () =>
        new SNSClient(config).send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:x', Message: 'x' })),
      S3: () => new S3Client(config).send(new PutObjectCommand({ Bucket: 'reports', Key: 'x', Body: 'x' })),
      'Secrets Manager': () => new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'slack' })),
    };
  };

  const errorOf = (call: () => Promise<unknown>): Promise<unknown> =>
    call().then(
      () => undefined,
      (error: unknown) => error,
    );

  const hows = Object.keys(mirrors) as Mirror[];
  it.each(hows)('each client of AWS that gets %s is told without its secrets', async (how) => {
    const { url } = await mirror(how);
    const errors: unknown[] = [];
    for (const [service, call] of Object.entries(awsCalls(url))) {
      const error = await errorOf(call);
      if (error === undefined) continue;
      errors.push(error);
      // With them, for whoever catches it.
      expect([service, secretsIn(insideOf(error), secrets)]).toEqual([service, ['sessionToken']]);
      for (const told of [reasonOf(error), insideOf(plainError(error)), inJson(plainError(error))]) {
        expect([service, secretsIn(told, secrets)]).toEqual([service, []]);
      }
    }
    expect(errors.length).toBeGreaterThan(2);
  });

  it.each([...hows, 'nothing'] as const)('Slack’s client that gets %s is told without its token', async (how) => {
    const { url } = how === 'nothing' ? { url: nowhere } : await mirror(how);
    const client = slackClient({ slackApiUrl: `${url}/api/`, retryConfig: { retries: 0 } })(secrets.slackToken);
    const error = await errorOf(() => client.chat.postMessage({ channel: '#x', text: 'x' }));
    expect(error).toBeDefined();
    for (const told of [
      explain(error, '#x'),
      reasonOf(error),
      insideOf(plainError(error)),
      inJson(plainError(error)),
    ]) {
      expect(secretsIn(told, secrets)).toEqual([]);
    }
  });
});

describe('an error as it leaves the program', () => {
  it('keeps its name, its words, its stack and its causes, and nothing else', () => {
    const cause = Object.assign(new RangeError('too far'), { $response: { headers: {} } });
    const error = Object.assign(new TypeError('no way', { cause }), { request: { method: 'POST' } });
    const plain = plainError(error);
    expect(plain).toMatchObject({ name: 'TypeError', message: 'no way', stack: error.stack });
    expect(plain.cause).toMatchObject({ name: 'RangeError', message: 'too far', stack: cause.stack });
    expect([Object.keys(plain), Object.keys(plain.cause as Error)]).toEqual([[], []]);
    expect(plainError(new Error('alone')).cause).toBeUndefined();
    const endless = new Error('its own cause');
    endless.cause = endless;
    expect(plainError(endless).message).toBe('its own cause');
  });

  it('keeps each of several', () => {
    const { errors } = plainError(new AggregateError([new Error('one'), new Error('two')], 'both')) as AggregateError;
    expect(errors.map(({ message }: Error) => message)).toEqual(['one', 'two']);
  });

  it('is one, whatever was thrown', () => {
    expect(plainError('no error').message).toBe('no error');
    expect(plainError({ headers: { authorization: 'Bearer x' } }).message).toBe('[object Object]');
  });

  it.each([
    ['x-amz-security-token:FwoG//+==', 'x-amz-security-token:…'],
    ['X-Amz-Security-Token=FwoG%2F%2B&X-Amz-Date', 'X-Amz-Security-Token=…'],
    ['{"x-amz-security-token": "FwoG//+=="} and more', '{"x-amz-security-token": "… and more'],
    ["['x-amz-security-token', 'FwoG//+==']", "['x-amz-security-token', '…"],
    ['authorization: Bearer xoxb-1-a and more', 'authorization: … and more'],
    ['Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, more', 'Authorization: … more'],
    ['token=xoxb-1-abc&channel=x', 'token=xox…&channel=x'],
    ['token=xoxe.xoxb-1-abc', 'token=xox…'],
    ['put a bot token (xoxb-…) there', 'put a bot token (xoxb-…) there'],
    ["invalid.\n\nThe Canonical String for this request should have been\n'POST\n/\n\n", 'invalid.'],
    ["invalid. The String-to-Sign should have been\n'AWS4", 'invalid.'],
    ['User: arn:aws:iam::1:user/hub is not authorized', 'User: arn:aws:iam::1:user/hub is not authorized'],
    ['AuthorizationError: User: hub', 'AuthorizationError: User: hub'],
    ['no authorization, no audit', 'no authorization, no audit'],
    ['/authorization is missing', '/authorization is missing'],
  ])('says of %j: %j', (message, expected) => {
    expect(plainError(new Error(message)).message).toBe(expected);
  });
});

type Trouble = { aws?: [service: string, how: Mirror]; slack?: Mirror; token?: string };

/** A run of the Lambda's own entry, where answers mirror the requests: what it throws, logs, keeps and tells. */
const run = async ({ aws: [service, how] = ['', 'a page'], slack: page, token = secrets.slackToken }: Trouble) => {
  const slack: FakeSlack = closedLater(await startFakeSlack({ token }));
  const roles = [{ roleName: 'keyaudit', externalId: secrets.externalId }];
  const users = [
    { userName: 'alice', created: daysAgo(900), keys: [{ created: daysAgo(400) }] },
    // CloudTrail is asked since when.
    { userName: 'bob', created: daysAgo(900), keys: [{ created: daysAgo(400), status: 'Inactive' as const }] },
  ];
  const topicArn = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
  const secret = fakeSecret({ name: 'slack', value: token });
  const accounts = [
    { users, report: { polls: 0 } },
    { id: STAGING, roles, users, report: { polls: 0 } },
  ];
  const aws = await embeddedAws({ world: fakeWorld({ accounts, topicArns: [topicArn], secrets: [secret] }) });
  const awsLine = closedLater(
    await lineTo(aws.url, async (_action, forward, headers) =>
      serviceOf(headers) === service ? mirrors[how](headers) : forward(),
    ),
  );
  const slackLine = closedLater(
    await lineTo(new URL(slack.url).origin, async (_action, forward, headers) =>
      page ? mirrors[page](headers) : forward(),
    ),
  );
  const handler = await coldStart({
    aws: { ...aws, env: { ...aws.env, AWS_ENDPOINT_URL: awsLine.url, AWS_SESSION_TOKEN: secrets.sessionToken } },
    slack: { ...slack, url: `${slackLine.url}/api/` },
    settings: { accounts: [{ id: HUB_ACCOUNT_ID }, { id: STAGING }], externalId: secrets.externalId },
    topicArn,
    secretArn: secret.arn,
    bucket: 'reports',
    environment: { POWERTOOLS_LOG_LEVEL: 'DEBUG', POWERTOOLS_METRICS_DISABLED: 'false' },
  });
  const logs: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => logs.push(String(chunk)) > 0);
  }
  const outcome = await fastForward(
    () =>
      handler({}, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 300_000 }).then(
        (answer) => ({ answer, error: undefined }),
        (error: unknown) => ({ answer: undefined, error }),
      ),
    NOW,
  );
  jest.restoreAllMocks();
  return {
    ...outcome,
    logs: logs.join(''),
    told: JSON.stringify([slack.messages, slack.files, aws.sns.published]),
    kept: JSON.stringify([...aws.s3.objects]),
  };
};

describe('a run of the Lambda', () => {
  it.each<[string, Trouble, string]>([
    ['STS finds the signature wrong', { aws: ['sts', 'a wrong signature, in XML'] }, 'SignatureDoesNotMatch'],
    ['IAM finds the signatures wrong', { aws: ['iam', 'a wrong signature, in XML'] }, 'SignatureDoesNotMatch'],
    ['a page answers for STS', { aws: ['sts', 'a page, as HTTP 403'] }, 'the run failed'],
    [
      'CloudTrail finds the signature wrong',
      { aws: ['cloudtrail', 'a wrong signature, in JSON'] },
      'InvalidSignatureException',
    ],
    ['SNS finds the signature wrong', { aws: ['sns', 'a wrong signature, in XML'] }, 'SignatureDoesNotMatch'],
    ['a page answers for SNS', { aws: ['sns', 'a page, as HTTP 403'] }, 'the run failed'],
    ['a page answers for SNS, as if all were well', { aws: ['sns', 'a page'] }, "AWS's answer has no MessageId"],
    ['S3 finds the signature wrong', { aws: ['s3', 'a wrong signature, in XML'] }, 'SignatureDoesNotMatch'],
    ['a page answers for S3, and for Slack', { aws: ['s3', 'a page, as HTTP 403'], slack: 'a page' }, 'the run failed'],
    [
      'Secrets Manager finds the signature wrong',
      { aws: ['secretsmanager', 'a wrong signature, in JSON'] },
      'InvalidSignatureException',
    ],
    ['a page answers for Slack', { slack: 'a page' }, 'in its place'],
    ['a page answers for Slack, as HTTP 500', { slack: 'a page, as HTTP 500' }, 'Slack answered HTTP 500'],
    ['JSON answers for Slack', { slack: 'a page in JSON, as HTTP 403' }, 'Slack answered HTTP 403'],
    ['a page answers for Slack and SNS', { aws: ['sns', 'a page, as HTTP 403'], slack: 'a page' }, 'in its place'],
    ['the token of Slack has what no token has', { token: `${secrets.slackToken}\nx` }, 'characters that no token has'],
  ])('where %s leaves no secret in its error, its logs, its reports or its messages', async (_what, trouble, words) => {
    const { answer, error, logs, told, kept } = await run(trouble);
    expect(logs).toContain(words);
    const left = {
      error: insideOf(error),
      runtime: inJson(error) ?? '',
      logs,
      told,
      kept,
      answer: inJson(answer) ?? '',
    };
    for (const [where, text] of Object.entries(left)) expect([where, secretsIn(text, secrets)]).toEqual([where, []]);
  });

  it('where all is well leaves none either, and used them all', async () => {
    const { answer, error, logs, told, kept } = await run({});
    expect(error).toBeUndefined();
    expect(answer).toMatchObject({ headline: '4 access keys need attention', delivered: ['slack', 'sns'] });
    expect(secretsIn([logs, told, kept, inJson(answer)].join(''), secrets)).toEqual([]);
  });
});
