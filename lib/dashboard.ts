import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type AuditMetric, auditMetric } from './metrics.ts';

export type AuditDashboardProps = {
  auditor: IFunction;
  /** Names: these are fixed. */
  alarms: readonly string[];
};

/** Of 24 columns. */
const HALF = 12;
const DAILY = { period: Duration.days(1) };

/** How the team is doing, how much of it is seen, and what it costs to look. A day is a point: a scan a day is the rule. */
export const auditDashboard = (scope: Construct, { auditor, alarms }: AuditDashboardProps): Dashboard =>
  new Dashboard(scope, 'Dashboard', {
    dashboardName: Stack.of(scope).stackName,
    defaultInterval: Duration.days(90),
    widgets: [
      [
        new AlarmStatusWidget({
          title: 'Can the auditor be relied on?',
          alarms: alarms.map((name) => Alarm.fromAlarmName(scope, `Shown-${name}`, name)),
          width: 24,
          height: 3,
        }),
      ],
      [
        graph('Keys to rotate', [daily('KeysOverdue', 'overdue'), daily('KeysLingering', 'old key still in use')]),
        graph('Oldest key that needs attention', [daily('OldestKeyAgeDays', 'days')]),
      ],
      [
        graph('Coverage', [daily('AccountsScanned', 'accounts read'), daily('AccountsFailed', 'accounts not read')]),
        new SingleValueWidget({
          title: 'Now',
          metrics: [
            daily('KeysOverdue', 'overdue'),
            daily('KeysLingering', 'lingering'),
            daily('AccountsFailed', 'not read'),
          ],
          width: HALF,
          height: 6,
        }),
      ],
      [
        graph('Calls of AWS in a scan', [daily('ApiCalls', 'calls')]),
        graph('Length of a scan', [daily('DurationMs', 'ms')]),
      ],
      [
        graph('Runs', [
          auditMetric('CompletedRuns', { ...DAILY, statistic: Stats.SUM, label: 'completed' }),
          auditor.metricErrors({ ...DAILY, label: 'failed' }),
        ]),
        graph('Deliveries', [daily('DeliveriesFailed', 'channels not told')]),
      ],
    ],
  });

const daily = (metric: AuditMetric, label: string): IMetric => auditMetric(metric, { ...DAILY, label });

const graph = (title: string, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, leftYAxis: { min: 0, showUnits: false }, width: HALF, height: 6 });
