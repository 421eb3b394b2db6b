import { beforeAll, describe, expect, it } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { parseSettings } from '../lambda/settings.ts';
import { AuditorStack } from '../lib/auditor-stack.ts';
import {
  complaintsOf,
  everything,
  inWords,
  policiesOf,
  type Resource,
  resources,
  type Synthesised,
  stable,
  statementInWords,
  synthesiseAuditor,
  testApp,
  theOnly,
} from './templates.ts';

/** `{}` and everything that can be set: synthesised once. */
let byDefault: Synthesised;
let full: Synthesised;
let template: Template;
beforeAll(() => {
  byDefault = synthesiseAuditor();
  full = synthesiseAuditor(everything);
  template = byDefault.template;
});

describe('the hub', () => {
  it('is what it was', () => {
    expect(stable(full.template)).toMatchSnapshot();
  });

  it('with the default settings has everything but the stack set, the list of the organization and the limits', () => {
    expect(resources(template, 'AWS::CloudFormation::StackSet')).toEqual({});
    expect(resources(template, 'AWS::SNS::Subscription')).toEqual({});
    expect(Object.keys(policiesOf(hubRole()))).not.toContain('list-organization');
    expect(theOnly(template, 'AWS::Lambda::Function').Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('has nothing that AwsSolutions says and nobody acknowledged', () => {
    expect([byDefault.complaints, full.complaints]).toEqual([[], []]);
  });

  it('acknowledges one finding at a time: another wildcard is complained about', () => {
    const stack = new AuditorStack(testApp(), 'keyaudit', { settings: parseSettings({}) });
    const role = stack.node.findChild('HubRole') as Role;
    role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['arn:aws:s3:::*'] }));
    expect(complaintsOf(stack)).toEqual([
      'AwsSolutions-IAM5[Action::s3:*]: keyaudit/HubRole/DefaultPolicy/Resource',
      'AwsSolutions-IAM5[Resource::arn:aws:s3:::*]: keyaudit/HubRole/DefaultPolicy/Resource',
    ]);
  });

  it('can be created in an account that is not bootstrapped', () => {
    expect(template.toJSON()).not.toHaveProperty('Rules');
    expect(template.toJSON()).not.toHaveProperty('Parameters');
  });
});

const hubRole = (of: Template = template): Resource => resources(of, 'AWS::IAM::Role')['HubRole']!;

describe('the function', () => {
  it('runs on Node 24 and ARM, for as long as Lambda lets it, and is repeated twice before its failure is kept', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 900,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^Logs') } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failures'), 'Arn'] } } },
    });
  });

  it('finds only names and addresses in its environment', () => {
    const { Environment } = theOnly(full.template, 'AWS::Lambda::Function').Properties;
    expect(inWords(Environment!)).toEqual({
      Variables: {
        SNS_TOPIC_ARN: '<TopicsFindings>',
        SLACK_TOKEN_SECRET_ARN: '<SlackToken>',
        REPORT_BUCKET: '<Reports>',
        POWERTOOLS_SERVICE_NAME: 'keyaudit',
        POWERTOOLS_METRICS_NAMESPACE: 'keyaudit',
      },
    });
  });

  it('may be limited to some runs at once', () => {
    full.template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 1 });
  });
});

describe('the hub’s role', () => {
  const reading = [
    'cloudtrail:LookupEvents',
    'iam:GenerateCredentialReport',
    'iam:GetAccessKeyLastUsed',
    'iam:GetAccountSummary',
    'iam:GetCredentialReport',
    'iam:ListAccessKeys',
    'iam:ListUserTags',
    'iam:ListUsers',
  ];
  const allow = (Resource: string, ...Action: string[]) => ({ Effect: 'Allow', Action, Resource });

  it('may do this, each on its resource, and nothing else', () => {
    expect(policiesOf(hubRole())).toEqual({
      'read-own-account': [allow('*', ...reading)],
      'read-audited-accounts': [allow('arn:<AWS::Partition>:iam::*:role/keyaudit', 'sts:AssumeRole')],
      'read-slack-token': [allow('<SlackToken>', 'secretsmanager:GetSecretValue')],
      'publish-findings': [
        allow('<TopicsFindings>', 'sns:Publish'),
        allow('<TopicsKey.Arn>', 'kms:Decrypt', 'kms:GenerateDataKey'),
      ],
      'keep-reports': [
        allow('<Reports.Arn>/reports/*', 's3:PutObject'),
        {
          ...allow('', 's3:GetObject', 's3:PutObject'),
          Resource: ['<Reports.Arn>/latest/*', '<Reports.Arn>/runs/*'],
        },
        allow('<Reports.Arn>', 's3:ListBucket'),
      ],
      'write-logs': [allow('<Logs.Arn>', 'logs:CreateLogStream', 'logs:PutLogEvents')],
      'keep-failures': [allow('<Failures.Arn>', 'sqs:SendMessage')],
    });
  });

  it('may list the organization where there is one to audit', () => {
    expect(policiesOf(hubRole(full.template))['list-organization']).toEqual([
      allow('*', 'organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'),
    ]);
  });

  it('has a fixed name, is the function’s alone, and takes no policy from elsewhere', () => {
    const { RoleName, AssumeRolePolicyDocument, ManagedPolicyArns } = hubRole().Properties;
    expect(RoleName).toBe('keyaudit-hub');
    expect(ManagedPolicyArns).toBeUndefined();
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
    });
    expect(resources(template, 'AWS::IAM::Policy')).toEqual({});
    expect(resources(template, 'AWS::IAM::ManagedPolicy')).toEqual({});
  });

  it('is named after the audit role, which it may assume', () => {
    const role = hubRole(synthesiseAuditor({ auditRoleName: 'access-keys' }).template);
    expect(role.Properties['RoleName']).toBe('access-keys-hub');
    expect(policiesOf(role)['read-audited-accounts']).toEqual([
      allow('arn:<AWS::Partition>:iam::*:role/access-keys', 'sts:AssumeRole'),
    ]);
  });
});

describe('the schedule', () => {
  it('starts a scan of everything on weekday mornings, says which, tries again for an hour, and keeps what was lost', () => {
    expect(inWords(theOnly(template, 'AWS::Scheduler::Schedule').Properties)).toMatchObject({
      ScheduleExpression: 'cron(0 9 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Europe/London',
      State: 'ENABLED',
      Target: {
        Arn: '<Auditor.Arn>',
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 },
        DeadLetterConfig: { Arn: '<Failures.Arn>' },
      },
    });
  });

  it('may start the function and keep what was lost, and nothing else', () => {
    expect(policiesOf(resources(template, 'AWS::IAM::Role')['SchedulerRole']!)).toEqual({
      'start-auditor': [{ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: '<Auditor.Arn>' }],
      'keep-failures': [{ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: '<Failures.Arn>' }],
    });
  });

  it('is the settings’', () => {
    const schedule = { expression: 'rate(12 hours)', timezone: 'Europe/Paris' };
    synthesiseAuditor({ schedule }).template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(12 hours)',
      ScheduleExpressionTimezone: 'Europe/Paris',
    });
  });
});

const topicPolicy = (id: string): unknown[] => {
  const document = resources(template, 'AWS::SNS::TopicPolicy')[id]!.Properties['PolicyDocument'];
  return (document as { Statement: never[] }).Statement.map(statementInWords);
};

describe('the topics', () => {
  it('are encrypted under a key of ours that is rotated, which CloudWatch may use for this account', () => {
    for (const topic of Object.values(resources(template, 'AWS::SNS::Topic'))) {
      expect(inWords(topic.Properties['KmsMasterKeyId']!)).toBe('<TopicsKey.Arn>');
    }
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  it('take messages by TLS only, and from CloudWatch those about the auditor only', () => {
    const tlsOnly = (Resource: string) =>
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: ['sns:Publish'],
        Resource,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    expect(topicPolicy('TopicsFindingsPolicy')).toEqual([tlsOnly('<TopicsFindings>')]);
    expect(topicPolicy('TopicsAlarmsPolicy')).toEqual([
      tlsOnly('<TopicsAlarms>'),
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['sns:Publish'],
        Resource: '<TopicsAlarms>',
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      }),
    ]);
  });

  it('both reach the addresses of the settings', () => {
    const subscriptions = Object.values(resources(full.template, 'AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => inWords(Properties))).toEqual(
      ['<TopicsFindings>', '<TopicsAlarms>'].map((TopicArn) => ({
        Protocol: 'email',
        Endpoint: 'team@example.com',
        TopicArn,
      })),
    );
  });
});

describe('what is kept', () => {
  it('reports: private, encrypted, by TLS only, for 400 days, and when the stack goes', () => {
    const bucket = theOnly(template, 'AWS::S3::Bucket');
    expect(bucket.DeletionPolicy).toBe('Retain');
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          { ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
          { Prefix: 'runs/', ExpirationInDays: 30 },
          {},
        ],
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }].map(
          (statement) => Match.objectLike(statement),
        ),
      },
    });
  });

  it('failures: encrypted, by TLS only, for two weeks', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      },
    });
  });

  it('the Slack token: at first a random value, never one in the template', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {},
      SecretString: Match.absent(),
    });
  });
});
