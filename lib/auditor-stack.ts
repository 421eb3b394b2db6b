import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import {
  Annotations,
  DefaultStackSynthesizer,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Settings } from '../lambda/settings.ts';
import { alarms } from './alarms.ts';
import { auditorFunction } from './auditor-function.ts';
import { auditDashboard } from './dashboard.ts';
import { hubRole } from './hub-role.ts';
import { outputs } from './outputs.ts';
import { reportsBucket } from './reports-bucket.ts';
import { auditSchedule } from './schedule.ts';
import { auditRoleStackSet } from './stack-set.ts';
import { Topics } from './topics.ts';

export type AuditorStackProps = StackProps & {
  settings: Settings;
  /** Of the function, in MiB. @default 1024 */
  memorySize?: number;
};

/** The hub: what scans on a schedule, where it tells what it found, and what watches it. */
export class AuditorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, memorySize, ...props }: AuditorStackProps) {
    super(scope, id, {
      description: 'keyaudit: audits IAM access keys on a schedule, and tells the team what to do next',
      // The template itself needs nothing of the account: whether it is bootstrapped is for `cdk deploy` to ask.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
      ...props,
    });
    if (settings.sns.emails.length === 0) {
      Annotations.of(this).addWarningV2(
        'keyaudit:nobody-is-told',
        'sns.emails is empty: alarms reach nobody until somebody subscribes to the topic in the output AlarmTopic (-c emails=…)',
      );
    }
    const topics = new Topics(this, 'Topics', settings.sns);
    const slackToken = this.slackToken();
    const reports = reportsBucket(this);
    const failures = this.failureQueue();
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const role = hubRole(this, {
      settings,
      logGroup,
      findings: topics.findings,
      topicKey: topics.key,
      slackToken,
      reports,
      failures,
    });
    const auditor = auditorFunction(this, {
      settings,
      role: role.withoutPolicyUpdates(),
      logGroup,
      failures,
      environment: {
        SNS_TOPIC_ARN: topics.findings.topicArn,
        SLACK_TOKEN_SECRET_ARN: slackToken.secretArn,
        REPORT_BUCKET: reports.bucketName,
      },
      ...(memorySize && { memorySize }),
    });
    auditSchedule(this, { schedule: settings.schedule, auditor, failures });
    if (typeof settings.accounts === 'object' && 'organization' in settings.accounts) {
      // Roles first: a new hub may ask for what an old role refuses.
      auditor.node.addDependency(auditRoleStackSet(this, { settings, organization: settings.accounts.organization }));
    }

    const watching = alarms(this, { schedule: settings.schedule, auditor, failures, topic: topics.alarms });
    const dashboard = auditDashboard(this, { auditor, alarms: watching });
    outputs(this, {
      auditor,
      slackToken,
      dashboard,
      findings: topics.findings,
      alarms: topics.alarms,
      reports,
      failures,
    });
  }

  /** Holds a random value at first, which is no token: Slack stays silent until a person puts one there. */
  private slackToken(): Secret {
    const secret = new Secret(this, 'SlackToken', {
      description: "keyaudit: the Slack app's bot token (xoxb-...), and nothing else",
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Slack gives the token to a person, who puts it here: there is nothing that Secrets Manager could rotate.',
    });
    return secret;
  }

  private failureQueue(): Queue {
    const queue = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is where lost runs end up: an alarm sees to it that a person reads it.',
    });
    return queue;
  }
}
