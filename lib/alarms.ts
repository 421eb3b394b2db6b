import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Settings } from '../lambda/settings.ts';
import { auditMetric } from './metrics.ts';
import { hoursUntilMissed } from './missed-run.ts';

export type AlarmsProps = {
  schedule: Settings['schedule'];
  auditor: IFunction;
  failures: IQueue;
  /** Not the topic of the findings: an alarm must not travel through what it guards. */
  topic: ITopic;
};

type Watch = {
  /** Part of the alarm's name, which is the subject of the message. */
  name: string;
  metric: IMetric;
  /** What it means for people, and what to do. */
  description: string;
  /** @default 1 or more */
  comparisonOperator?: ComparisonOperator;
  /** Periods of the metric. @default 1 */
  evaluationPeriods?: number;
  /** How many of these must be beyond. @default all */
  datapointsToAlarm?: number;
  /** @default what the last run said holds until the next */
  treatMissingData?: TreatMissingData;
};

/** Everything that can go wrong with the auditor without it being able to say so. */
const watches = ({ schedule, auditor, failures }: AlarmsProps): Watch[] => {
  const missed = hoursUntilMissed(schedule);
  return [
    {
      name: 'error',
      metric: auditor.metricErrors({ period: Duration.minutes(5) }),
      // Lambda dates an error back to the start of a run, which may take 15 minutes.
      evaluationPeriods: 6,
      datapointsToAlarm: 1,
      description:
        'A run of keyaudit failed: the team may have got no digest, or only a part of it. Lambda repeats it twice, and tells then what is missing. Access keys are as they were. Read the last error in the log of the function (Lambda console, Monitor), mend what it names, and scan again with the command in the output RunNow of the stack. It ends with the next run that does not fail; until then, further failures are not told.',
    },
    {
      name: 'no-completed-run',
      metric: auditMetric('CompletedRuns', { statistic: Stats.SUM }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: missed,
      treatMissingData: TreatMissingData.BREACHING,
      description: `For about ${missed} hours keyaudit has completed no scan: nobody is told of old access keys, and silence is not an all-clear. See whether its schedule is there and enabled (EventBridge Scheduler console), and what the log of the function says. Scan with the command in the output RunNow of the stack: a complete scan ends this alarm. It also rings after the first deployment, until the first scan.`,
    },
    {
      name: 'account-not-read',
      metric: auditMetric('AccountsFailed', { period: Duration.minutes(5) }),
      description:
        'The last scan could not read every account, or not list an organizational unit: old keys there are missing from the digest. The digest names each account and the reason; as a rule the audit role is not deployed there, or does not trust this hub: deploy keyaudit-audited-account in it. This alarm ends with a scan that read all.',
    },
    {
      name: 'delivery-failed',
      metric: auditMetric('DeliveriesFailed', { period: Duration.minutes(5) }),
      description:
        'The last scan is done, but not everybody was told: Slack or SNS refused it, or the report could not be kept in S3. The log of the function says which and why (a revoked token, a bot that may not post there). Mend that, and scan again with the command in the output RunNow of the stack.',
    },
    {
      name: 'failure-queue-not-empty',
      metric: failures.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: Stats.MAXIMUM,
      }),
      description:
        'A run was lost: the schedule could not start keyaudit, or a run that it started failed. The messages in the queue of the output FailureQueue say which and why. Mend that, scan again with the command in the output RunNow of the stack, and purge the queue: this alarm ends when it is empty.',
    },
  ];
};

/** Each tells the topic when it begins and when it ends. Returns their names. */
export const alarms = (scope: Construct, props: AlarmsProps): string[] => {
  const action = new SnsAction(props.topic);
  return watches(props).map(({ name, metric, description, ...when }) => {
    const alarmName = `${Stack.of(scope).stackName}-${name}`;
    const alarm = new Alarm(scope, `Alarm-${name}`, {
      alarmName,
      alarmDescription: description,
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.IGNORE,
      ...when,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarmName;
  });
};
