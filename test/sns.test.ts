import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import type { AuditReport } from '../lambda/domain/report.ts';
import type { NotifierContext } from '../lambda/notifiers/notifier.ts';
import { sns } from '../lambda/notifiers/sns.ts';
import { sizeInBytes, snsMessage } from '../lambda/render/sns-message.ts';
import { renderText } from '../lambda/render/text.ts';
import { anyReport } from './arbitrary-report.ts';
import { type FakeAws, fakeWorld, startFakeAws } from './fake-aws/index.ts';
import { aliveInPublished, asPublished } from './inert/sns.ts';
import { notifierContext } from './notifier-context.ts';
import {
  auditReport,
  exemptFinding,
  failedAccount,
  finding,
  findings,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:keyaudit';

const notify = async (report: AuditReport, context: NotifierContext): Promise<void> => {
  const connection = await sns.connect(context);
  if (!connection.ready) throw new Error(`not set up: ${connection.why}`);
  await connection.notify(report);
};

const bodies = ({ Message }: { Message: string }): { default: string; email: string; sms: string } =>
  JSON.parse(Message);

describe('the message', () => {
  const report = auditReport({
    accounts: [scannedAccount(production), failedAccount(staging, 'AccessDenied')],
    findings: [finding({ severity: 'critical' }), finding({ userName: 'bob' })],
  });

  it('is JSON for machines, text for e-mail, a line for SMS, and attributes to filter on', () => {
    const message = snsMessage(report);
    expect(JSON.parse(bodies(message).default)).toEqual(report);
    expect(bodies(message).email).toBe(renderText(report));
    expect(bodies(message).sms).toBe(
      'keyaudit: 2 access keys need attention, 1 account not read (1 critical and 1 high)',
    );
    expect(message).toMatchObject({
      Subject: 'keyaudit: 2 access keys need attention, 1 account not read',
      MessageStructure: 'json',
      MessageAttributes: {
        highestSeverity: { DataType: 'String', StringValue: 'critical' },
        findings: { DataType: 'Number', StringValue: '2' },
        accountsFailed: { DataType: 'Number', StringValue: '1' },
        complete: { DataType: 'String', StringValue: 'false' },
      },
    });
  });

  it('of an all-clear says so', () => {
    expect(snsMessage(auditReport())).toMatchObject({
      Subject: 'keyaudit: All clear: no access key needs attention',
      MessageAttributes: { highestSeverity: { StringValue: 'none' }, complete: { StringValue: 'true' } },
    });
  });

  it('carries the first findings of a report that is too long, and says how many are missing and where they are', () => {
    const message = snsMessage(auditReport({ findings: findings(5_000) }), 's3://keyaudit/latest.json');
    const told = JSON.parse(bodies(message).default);
    const missing = 5_000 - told.findings.length;
    const note =
      `Too long for one message, so this is the first part of it. Left out: ${missing} findings. ` +
      'The whole report: s3://keyaudit/latest.json';
    expect(told.findings.length).toBeGreaterThan(50);
    expect(told.findings[0].accessKeyId).toBe('AKIA000000000EXAMPLE');
    expect(told).toMatchObject({ summary: { findings: 5_000 }, leftOut: { findings: missing, accounts: 0 }, note });
    expect(bodies(message).email).toMatch(/^5000 access keys need attention\n\nToo long for one message/);
    expect(bodies(message).email).toContain(note);
    const oneMore = sizeInBytes(message) / told.findings.length;
    expect(sizeInBytes(message)).toBeGreaterThan(262_144 - 2 * oneMore);
  });

  it('announces exemptions that end within two weeks, of a report that is too long too', () => {
    const exempt = [exemptFinding({ exemption: { until: '2026-12-01', reason: 'because' } })];
    for (const count of [1, 5_000]) {
      expect(bodies(snsMessage(auditReport({ findings: findings(count), exempt }))).email).toContain(
        'Exemptions that end within two weeks: legacy-mailer in production (2026-12-01, 8 days left).',
      );
    }
  });

  it('says of no key whose tags could not be read that it has no owner, where that failure is left out', () => {
    const failures = findings(5_000).map(({ userName }) => ({
      scope: 'user' as const,
      id: `${production.id}/${userName}`,
      reason: 'its tags could not be read',
    }));
    const lists = { findings: findings(2_000), failures: failures.reverse() };
    const { email } = bodies(snsMessage(auditReport(lists)));
    expect(email).toContain('1. HIGH  user-0');
    expect(email).not.toContain('No owner');
    expect(bodies(snsMessage(auditReport({ findings: lists.findings }))).email).toContain('No owner');
  });

  it('shortens long reasons before it leaves anything out', () => {
    const failures = Array.from({ length: 20 }, (_, user) => ({
      scope: 'user' as const,
      id: `${production.id}/user-${user}`,
      reason: 'no'.repeat(20_000),
    }));
    const told = JSON.parse(bodies(snsMessage(auditReport({ failures }))).default);
    expect(told.failures).toHaveLength(20);
    expect(told.note).toContain('Left out: the end of long reasons.');
  });

  it('of any report is one that SNS takes, in which nothing comes alive', () => {
    fc.assert(
      fc.property(anyReport(5_000), (any) => {
        expect(aliveInPublished(asPublished(snsMessage(any)))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe('publishing', () => {
  const real = new SNSClient({ region: 'us-east-1' });
  const client = mockClient(real);
  const context = notifierContext({ snsTopicArn: TOPIC, createSnsClient: () => real });
  afterEach(() => {
    client.reset();
  });

  it('is one call a scan', async () => {
    client.on(PublishCommand).resolves({ MessageId: '1' });
    await notify(auditReport(), context);
    expect(client.commandCalls(PublishCommand).map(({ args }) => args[0].input)).toEqual([
      { TopicArn: TOPIC, ...snsMessage(auditReport()) },
    ]);
  });

  it('is not set up without a topic', async () => {
    expect(await sns.connect(notifierContext())).toEqual({
      ready: false,
      why: 'There is no SNS topic: SNS_TOPIC_ARN is not set.',
    });
  });

  it.each([
    ['NotFoundException', 'There is no such topic'],
    ['AuthorizationErrorException', 'Allow sns:Publish on it'],
    ['KMSDisabledException', 'Its KMS key refuses'],
    ['InternalErrorException', 'InternalErrorException: why'],
  ])('that fails with %s says what to do, and keeps the cause', async (name, words) => {
    const cause = Object.assign(new Error('why'), { name });
    client.on(PublishCommand).rejects(cause);
    await expect(notify(auditReport(), context)).rejects.toMatchObject({
      message: expect.stringContaining(`Nothing was published to the SNS topic ${TOPIC}. ${words}`),
      cause,
    });
  });
});

describe('over HTTP', () => {
  let aws: FakeAws | undefined;
  afterEach(async () => {
    await aws?.close();
  });

  it.each([0, 1, 500])('a report with %i findings arrives', async (count) => {
    aws = await startFakeAws({ world: fakeWorld({ topicArns: [TOPIC] }) });
    const { clientConfig } = aws;
    const report = auditReport({ findings: findings(count) });
    await notify(report, notifierContext({ snsTopicArn: TOPIC, createSnsClient: () => new SNSClient(clientConfig) }));
    const message = snsMessage(report);
    expect(aws.sns.published).toMatchObject([
      { topicArn: TOPIC, subject: message.Subject, message: message.Message, messageStructure: 'json' },
    ]);
  });

  it('a topic that is gone is told as that', async () => {
    aws = await startFakeAws();
    const { clientConfig } = aws;
    const context = notifierContext({ snsTopicArn: TOPIC, createSnsClient: () => new SNSClient(clientConfig) });
    await expect(notify(auditReport(), context)).rejects.toThrow('There is no such topic');
  });
});
