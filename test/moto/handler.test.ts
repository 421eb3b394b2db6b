import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  GetRandomPasswordCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../lambda/answer.ts';
import { readSecret } from '../../lambda/aws/secret.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { used } from '../builders.ts';
import { emptyMoto, HUB, PRODUCTION, STAGING, seedUser } from './moto.ts';
import { type Notification, subscribeQueue } from './queue.ts';

/** The handler has the real clock: ages count from now. */
const ago = (ms: number): Date => new Date(Date.now() - ms);
const inUse = () => used(ago(HOUR), { serviceName: 's3', region: 'eu-west-1' });

const directory = mkdtempSync(join(tmpdir(), 'keyaudit-'));
const secrets = new SecretsManagerClient();
let secretArn: string;
let received: () => Promise<Notification[]>;
let invoke: (event: unknown) => Promise<Answer>;

const settings = {
  accounts: [
    { id: HUB, name: 'integration' },
    { id: STAGING, name: 'staging' },
    { id: PRODUCTION, name: 'production' },
  ],
  productionAccounts: ['production'],
};

beforeAll(async () => {
  await emptyMoto();
  for (const [accountId, days] of [
    [HUB, 10],
    [STAGING, 80],
    [PRODUCTION, 100],
  ] as const) {
    await seedUser(accountId, {
      userName: 'alice',
      accessKeys: [{ createDate: ago(days * DAY + HOUR), lastUsed: inUse() }],
    });
  }
  const { TopicArn } = await new SNSClient().send(new CreateTopicCommand({ Name: 'keyaudit' }));
  received = await subscribeQueue(TopicArn!, 'keyaudit');
  secretArn = (await secrets.send(new CreateSecretCommand({ Name: 'slack', SecretString: await random() }))).ARN!;

  const settingsFile = join(directory, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(settings));
  Object.assign(process.env, {
    SETTINGS_FILE: settingsFile,
    SNS_TOPIC_ARN: TopicArn,
    SLACK_TOKEN_SECRET_ARN: secretArn,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const { handler } = await import('../../lambda/index.ts');
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 900_000 };
  invoke = (event) => handler(event, context as never) as Promise<Answer>;
});

afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(async () => {
  await received();
});

/** What a fresh secret of the CDK holds: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
const random = async (): Promise<string> =>
  (await secrets.send(new GetRandomPasswordCommand({ PasswordLength: 32 }))).RandomPassword!;

describe('the Lambda handler', () => {
  it('audits every account of its settings, publishes the report and answers in words', async () => {
    const answer = await invoke({});
    expect(answer).toMatchObject({
      headline: '2 access keys need attention',
      coverage: ['Read 3 accounts: 3 users, 3 access keys.', expect.stringContaining('no row for the root user')],
      counts: '1 high and 1 low.',
      findingsNotShown: 0,
      exempt: 0,
      delivered: ['sns'],
      scanId: 'request-1',
    });
    expect(answer.findings.map(({ finding }) => finding)).toEqual([
      expect.stringMatching(/alice in production, AKIA/),
      expect.stringMatching(/alice in staging, AKIA/),
    ]);
    const [notification, ...others] = await received();
    expect(others).toEqual([]);
    const report = JSON.parse(notification!.Message) as AuditReport;
    expect(report.scanId).toBe('request-1');
    expect(report.findings.map(({ account, ageDays, rules }) => [account.name, ageDays, rules[0]?.id])).toEqual([
      ['production', 100, 'key-overdue'],
      ['staging', 80, 'key-due-soon'],
    ]);
  });

  it('calls Slack not set up while its secret holds the random value that it was made with', async () => {
    expect(await readSecret(secrets, secretArn)).toMatch(/^\S{32}$/);
    const { notSetUp } = await invoke({});
    expect(notSetUp).toEqual(['slack: The Slack secret holds no token: one starts with xox.']);
  });

  it('reads the secret anew for every run', async () => {
    await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'xoxb not a token' }));
    await expect(invoke({})).rejects.toThrow('starts like a token');
    await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: await random() }));
    expect((await received()).map(({ Message }) => JSON.parse(Message).failures)).toEqual([
      [{ scope: 'notifier', id: 'slack', reason: expect.stringContaining('starts like a token') }],
    ]);
  });

  it('reads only the accounts and users that an event names, by its policy, and tells nobody if that says so', async () => {
    const answer = await invoke({
      accounts: ['integration', STAGING],
      users: ['alice'],
      policy: { rotateAfterDays: 9, warnAfterDays: 8 },
      notify: false,
    });
    expect(answer).toMatchObject({
      headline: '2 access keys need attention',
      coverage: ['Read 2 accounts: 2 users, 2 access keys.', expect.stringContaining('only asked about alice')],
      counts: '2 high.',
      delivered: [],
    });
    expect(await received()).toEqual([]);
  });

  it('refuses an event with a field that it does not know, by name', async () => {
    await expect(invoke({ account: STAGING })).rejects.toThrow('account: is unknown');
    expect(await received()).toEqual([]);
  });
});
