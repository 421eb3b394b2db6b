import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { topicKeyActions } from '../lambda/permissions.ts';

export type TopicsProps = {
  /** Subscribed to both topics. Each gets a message with a link to confirm, once. @default none */
  emails?: readonly string[];
};

/**
 * Two topics, so that an alarm about the auditor does not travel through what it guards; one key for both, as CloudWatch
 * may not publish to topics under the key that AWS manages.
 */
export class Topics extends Construct {
  readonly key: Key;
  /** What the auditor found. */
  readonly findings: Topic;
  /** What is wrong with the auditor. */
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, { emails = [] }: TopicsProps = {}) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'keyaudit: messages in its SNS topics, until they are delivered',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.findings = this.topic('Findings', 'keyaudit', emails);
    this.alarms = this.topic('Alarms', 'keyaudit alarms', emails);
    this.letAlarmsIn();
  }

  private topic(id: string, displayName: string, emails: readonly string[]): Topic {
    const topic = new Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
    for (const email of emails) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
  private letAlarmsIn(): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')];
    const ownAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.key.addToResourcePolicy(
      new PolicyStatement({ principals, actions: [...topicKeyActions], resources: ['*'], conditions: ownAccount }),
    );
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: ownAccount,
      }),
    );
  }
}
