import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { credentialsPage } from '../lambda/domain/partition.ts';
import { runMetrics } from '../lambda/metrics.ts';
import { consoleHosts } from '../lib/console-link.ts';
import { auditReport } from './report-builders.ts';
import {
  everything,
  inWords,
  type Resource,
  resources,
  type Synthesised,
  stable,
  synthesiseAuditedAccount,
  synthesiseAuditor,
  text,
  theOnly,
} from './templates.ts';

/** What the hub's stack has for those who look after it: alarms, dashboard, outputs, and the stack set. */

let full: Synthesised;
let template: Template;
beforeAll(() => {
  template = synthesiseAuditor().template;
  full = synthesiseAuditor(everything);
});

const alarm = (name: string, of: Template = template): Resource['Properties'] => {
  const found = Object.values(resources(of, 'AWS::CloudWatch::Alarm')).find(
    ({ Properties }) => Properties['AlarmName'] === `keyaudit-${name}`,
  );
  return found!.Properties;
};
const allAlarms = () =>
  Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

describe('the alarms', () => {
  it('are about errors, missing runs, failed accounts, failed deliveries and lost runs', () => {
    expect(allAlarms().map(({ AlarmName }) => AlarmName)).toEqual([
      'keyaudit-error',
      'keyaudit-no-completed-run',
      'keyaudit-account-not-read',
      'keyaudit-delivery-failed',
      'keyaudit-failure-queue-not-empty',
    ]);
  });

  it('tell their own topic, when they begin and when they end, what it means and what to do', () => {
    for (const { AlarmActions, OKActions, AlarmDescription } of allAlarms()) {
      expect(inWords([AlarmActions!, OKActions!])).toEqual([['<TopicsAlarms>'], ['<TopicsAlarms>']]);
      expect(text(AlarmDescription).length).toBeLessThanOrEqual(1024);
      expect(AlarmDescription).toMatch(/scan/);
    }
  });

  it.each([
    ['cron(0 9 ? * MON-FRI *)', 'Europe/London', 79],
    ['cron(0 9 ? * MON-FRI *)', 'Etc/UTC', 78],
    ['rate(1 day)', 'Etc/UTC', 30],
  ])('miss a run of %s in %s after %i hours', (expression, timezone, hours) => {
    const settings = { schedule: { expression, timezone } };
    expect(alarm('no-completed-run', synthesiseAuditor(settings).template)).toMatchObject({
      EvaluationPeriods: hours,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Namespace: 'keyaudit',
      MetricName: 'CompletedRuns',
      Dimensions: [{ Name: 'service', Value: 'keyaudit' }],
      Period: 3600,
      Statistic: 'Sum',
      AlarmDescription: expect.stringContaining(`For about ${hours} hours`),
    });
  });

  it.each([
    ['error', { EvaluationPeriods: 6, DatapointsToAlarm: 1 }],
    ['account-not-read', { EvaluationPeriods: 1 }],
    ['delivery-failed', { EvaluationPeriods: 1 }],
  ])('%s keeps its state until the next run, and no longer than five minutes after it', (name, periods) => {
    expect(alarm(name)).toMatchObject({
      Threshold: 1,
      Period: 300,
      ...periods,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
    });
  });
});

/** Every metric of the namespace keyaudit that a template mentions. */
const watched = (text: string): Set<string> =>
  new Set([...text.matchAll(/"keyaudit","(?:MetricName":")?(\w+)"/g)].map(([, name]) => name!));

describe('the dashboard', () => {
  const body = (): string =>
    JSON.stringify(inWords(theOnly(template, 'AWS::CloudWatch::Dashboard').Properties)).replaceAll('\\', '');

  it('shows everything that a run measures, by the dimensions that it has', () => {
    const measured = Object.keys(runMetrics(auditReport(), { DeliveriesFailed: 0, ApiCalls: 0, DurationMs: 0 }));
    expect([...watched(body())].sort()).toEqual(measured.sort());
    expect(body()).toContain('["keyaudit","KeysOverdue","service","keyaudit"');
  });

  it('shows errors and every alarm', () => {
    expect(body()).toContain('"AWS/Lambda","Errors","FunctionName","<Auditor>"');
    for (const { AlarmName } of allAlarms()) expect(body()).toContain(`:alarm:${text(AlarmName)}"`);
  });
});

describe('the outputs', () => {
  const output = (id: string) => (inWords(template.findOutputs(id)[id]!) as { Value: string }).Value;

  it('are commands that need no editing, with no token in an argument', () => {
    expect(output('PutSlackToken')).toBe(
      'printf \'Slack token: \'; read -rs TOKEN && printf %s "$TOKEN" | aws secretsmanager put-secret-value --region <AWS::Region> --secret-id <SlackToken> --secret-string file:///dev/stdin; unset TOKEN',
    );
    expect(output('RunNow')).toBe(
      "AWS_MAX_ATTEMPTS=1 aws lambda invoke --region <AWS::Region> --function-name <Auditor> --cli-read-timeout 0 --cli-binary-format raw-in-base64-out --payload '{}' /dev/stdout; echo",
    );
  });

  it('lead to the console of the partition', () => {
    expect(output('DashboardLink')).toBe(
      'https://<AWS::Region>.<Console <AWS::Partition> host>/cloudwatch/home?region=<AWS::Region>#dashboards/dashboard/<Dashboard>',
    );
    template.hasMapping('Console', { 'aws-cn': { host: 'console.amazonaws.cn' } });
    for (const [partition, host] of Object.entries(consoleHosts)) {
      const user = { arn: `arn:${partition}:iam::111122223333:user/alice`, userName: 'alice' };
      expect(credentialsPage(user, false)).toContain(`https://${host}/`);
    }
  });

  it('and everything else name no partition', () => {
    expect(
      JSON.stringify([stable(full.template)]).match(/arn:aws[\w-]*:(?!iam::111122223333:role\/admin)/g),
    ).toBeNull();
  });
});

describe('the stack set', () => {
  const stackSet = () => theOnly(full.template, 'AWS::CloudFormation::StackSet').Properties;

  it('takes the audit role to every account of the units, tomorrow’s too, but the excluded ones', () => {
    expect(inWords(stackSet())).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      CallAs: 'DELEGATED_ADMIN',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: [{ ParameterKey: 'HubAccountId', ParameterValue: '<AWS::AccountId>' }],
      OperationPreferences: { FailureTolerancePercentage: 100 },
      StackInstancesGroup: [
        {
          Regions: ['<AWS::Region>'],
          DeploymentTargets: {
            OrganizationalUnitIds: ['ou-exam-11111111'],
            AccountFilterType: 'DIFFERENCE',
            Accounts: ['222222222222'],
          },
        },
      ],
    });
  });

  it('has the template of the audited account’s stack, small enough to be sent inline', () => {
    const body = text(stackSet()['TemplateBody']);
    expect(JSON.parse(body)).toEqual(synthesiseAuditedAccount(everything).template.toJSON());
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(body.length).toBeLessThan(51_200);
  });
});

describe('a deployment without e-mail addresses', () => {
  it('is warned that its alarms reach nobody', () => {
    expect(synthesiseAuditor({}).warnings).toEqual([expect.stringContaining('alarms reach nobody')]);
    expect(synthesiseAuditor({ sns: { emails: ['team@example.com'] } }).warnings).toEqual([]);
  });
});
