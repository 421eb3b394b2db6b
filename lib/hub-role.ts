import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Aws, Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { auditedAccountActions, hubActions, missingObjectActions, topicKeyActions } from '../lambda/permissions.ts';
import { hubRoleName, type Settings } from '../lambda/settings.ts';

export type HubRoleProps = {
  settings: Pick<Settings, 'accounts' | 'auditRoleName'>;
  /** Each is bound to the one action, or few, that the auditor needs on it. */
  logGroup: ILogGroup;
  findings: ITopic;
  topicKey: IKey;
  slackToken: ISecret;
  reports: IBucket;
  failures: IQueue;
};

/**
 * The role that the function runs as. Its name is fixed, as the audit roles trust it by name: so it can be made after
 * them, and made again. Policies are inline, one for each purpose: the function cannot start with only some of them.
 */
export const hubRole = (scope: Construct, props: HubRoleProps): Role => {
  const { settings, logGroup, findings, topicKey, slackToken, reports, failures } = props;
  const auditRoles = `arn:${Aws.PARTITION}:iam::*:role/${settings.auditRoleName}`;
  const role = new Role(scope, 'HubRole', {
    roleName: hubRoleName(settings),
    description:
      'keyaudit: reads IAM access keys and the calls made with them, here and through the audit roles, and tells what it found',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      'read-own-account': allow(Object.values(auditedAccountActions).flat(), '*'),
      'read-audited-accounts': allow(hubActions.credentials, auditRoles),
      ...(isOrganization(settings.accounts) && { 'list-organization': allow(hubActions.accounts, '*') }),
      'read-slack-token': allow(hubActions.secret, slackToken.secretArn),
      'publish-findings': new PolicyDocument({
        statements: [statement(hubActions.sns, findings.topicArn), statement(topicKeyActions, topicKey.keyArn)],
      }),
      'keep-reports': new PolicyDocument({
        statements: [
          statement(['s3:PutObject'], reports.arnForObjects('reports/*')),
          ...['latest/*', 'runs/*'].map((objects) => statement(hubActions.objects, reports.arnForObjects(objects))),
          statement(missingObjectActions, reports.bucketArn),
        ],
      }),
      'write-logs': allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn),
      // Lambda itself does this, as the function's role, with what failed.
      'keep-failures': allow(['sqs:SendMessage'], failures.queueArn),
    },
  });
  acknowledge(role, props);
  return role;
};

const isOrganization = (accounts: Settings['accounts']): boolean =>
  typeof accounts === 'object' && 'organization' in accounts;

const statement = (actions: readonly string[], resource: string): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [resource] });

const allow = (actions: readonly string[], resource: string): PolicyDocument =>
  new PolicyDocument({ statements: [statement(actions, resource)] });

/** Every wildcard, and why it is one. */
const acknowledge = (role: Role, { settings, reports }: HubRoleProps): void => {
  const bucket = Stack.of(role).getLogicalId(reports.node.defaultChild as CfnBucket);
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Listing and reading: the credential report, the account summary, the list of users and the event history have no resource to name, every user is read, and so is every account of the organizational units.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::*:role/${settings.auditRoleName}]`,
      reason: 'One role name in whichever account: each account decides by its own role whether it is audited.',
    },
    ...['reports', 'latest', 'runs'].map((folder) => ({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${folder}/*]`,
      reason: 'Every report, account and run has objects of its own.',
    })),
  );
};
