import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Aws, CfnOutput } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { consoleLink } from './console-link.ts';

export type OutputsProps = {
  auditor: IFunction;
  slackToken: ISecret;
  dashboard: Dashboard;
  findings: ITopic;
  alarms: ITopic;
  reports: IBucket;
  failures: IQueue;
};

/** What a person needs next, ready to paste into bash or zsh. */
export const outputs = (
  scope: Construct,
  { auditor, slackToken, dashboard, findings, alarms, reports, failures }: OutputsProps,
): void => {
  const values: Record<string, { description: string; value: string }> = {
    PutSlackToken: {
      description:
        'Asks for the token without showing it, and puts it into the secret without it being in any argument',
      value: `printf 'Slack token: '; read -rs TOKEN && printf %s "$TOKEN" | aws secretsmanager put-secret-value --region ${Aws.REGION} --secret-id ${slackToken.secretArn} --secret-string file:///dev/stdin; unset TOKEN`,
    },
    RunNow: {
      description:
        'Scans every account, tells the channels, and prints the answer. Takes up to 15 minutes; "FunctionError" means that it failed',
      value: `AWS_MAX_ATTEMPTS=1 aws lambda invoke --region ${Aws.REGION} --function-name ${auditor.functionName} --cli-read-timeout 0 --cli-binary-format raw-in-base64-out --payload '{}' /dev/stdout; echo`,
    },
    DashboardLink: {
      description: 'Overdue and lingering keys over time, coverage, and the alarms',
      value: consoleLink(scope, `cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${dashboard.dashboardName}`),
    },
    FindingsTopic: { description: 'One message a scan: subscribe what should know', value: findings.topicArn },
    AlarmTopic: { description: 'One message an alarm: subscribe who looks after keyaudit', value: alarms.topicArn },
    ReportsBucket: { description: 'Every report of the last 400 days', value: reports.bucketName },
    FailureQueue: { description: 'Runs that were lost', value: failures.queueUrl },
    HubAccountId: {
      description: 'The parameter HubAccountId of keyaudit-audited-account',
      value: Aws.ACCOUNT_ID,
    },
  };
  for (const [id, output] of Object.entries(values)) new CfnOutput(scope, id, output);
};
