import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deliver } from '../../lambda/deliver.ts';
import { notifierContext } from '../../lambda/notifiers/context.ts';
import { sns } from '../../lambda/notifiers/sns.ts';
import { parseSettings } from '../../lambda/settings.ts';
import { auditReport, finding, findings } from '../report-builders.ts';
import { emptyMoto } from './moto.ts';
import { type Notification, subscribeQueue } from './queue.ts';

let topicArn: string;
let everything: () => Promise<Notification[]>;
let criticalOnly: () => Promise<Notification[]>;

beforeAll(async () => {
  await emptyMoto();
  topicArn = (await new SNSClient().send(new CreateTopicCommand({ Name: 'keyaudit' }))).TopicArn!;
  everything = await subscribeQueue(topicArn, 'everything');
  criticalOnly = await subscribeQueue(topicArn, 'critical-only', { highestSeverity: ['critical'] });
});

beforeEach(async () => {
  await everything();
  await criticalOnly();
});

const publish = (report = auditReport(), SNS_TOPIC_ARN = topicArn) =>
  deliver(
    report,
    [sns],
    notifierContext(parseSettings({}), { SNS_TOPIC_ARN }, async () => undefined),
    () => 60_000,
  );

describe('a report that is published to a topic', () => {
  it('reaches a queue as the JSON of the report, with a subject and attributes', async () => {
    const report = auditReport({ findings: [finding({ severity: 'high', userName: 'zoë & co' })] });
    expect(await publish(report)).toMatchObject({ delivered: ['sns'], notSetUp: [], failures: [] });
    const [notification, ...others] = await everything();
    expect(others).toEqual([]);
    expect(notification).toMatchObject({
      TopicArn: topicArn,
      Subject: 'keyaudit: 1 access key needs attention',
      MessageAttributes: {
        highestSeverity: { Type: 'String', Value: 'high' },
        findings: { Type: 'Number', Value: '1' },
        accountsFailed: { Type: 'Number', Value: '0' },
        complete: { Type: 'String', Value: 'true' },
      },
    });
    expect(JSON.parse(notification!.Message)).toEqual(report);
  });

  it('reaches a subscription with a filter policy only where that matches', async () => {
    await publish(auditReport({ findings: [finding({ severity: 'low' })] }));
    await publish(auditReport({ findings: [finding({ severity: 'critical' }), finding({ severity: 'low' })] }));
    expect(await everything()).toHaveLength(2);
    expect((await criticalOnly()).map(({ Subject }) => Subject)).toEqual(['keyaudit: 2 access keys need attention']);
  });

  it('is shortened where it is too large for SNS, and moto takes it', async () => {
    const report = auditReport({ findings: findings(1_000) });
    expect((await publish(report)).failures).toEqual([]);
    const [notification] = await everything();
    const told = JSON.parse(notification!.Message);
    expect(told.findings.length + told.leftOut.findings).toBe(1_000);
    expect(told.summary).toEqual(report.summary);
  });

  it('to a topic that does not exist is a failure that says what to do', async () => {
    const { delivered, failures } = await publish(auditReport(), `${topicArn}-gone`);
    expect(delivered).toEqual([]);
    expect(failures).toMatchObject([
      {
        scope: 'notifier',
        id: 'sns',
        reason: expect.stringMatching(/keyaudit-gone.*There is no such topic/),
      },
    ]);
  });
});
