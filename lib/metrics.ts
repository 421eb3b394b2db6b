import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { RunMetrics } from '../lambda/metrics.ts';
import { METRICS_NAMESPACE } from '../lambda/settings.ts';

/** The dimension `service` that Powertools gives every metric. */
export const SERVICE_NAME = 'keyaudit';

/** What the handler measures in every scan of everything, zeros included. */
export type AuditMetric = keyof RunMetrics;

export type AuditMetricOptions = {
  /** @default the largest value of a period */
  statistic?: string;
  /** @default an hour: the shortest that an alarm may watch for a week */
  period?: Duration;
  /** What a graph calls it. @default the metric's name */
  label?: string;
};

export const auditMetric = (
  metricName: AuditMetric,
  { statistic = Stats.MAXIMUM, period = Duration.hours(1), label }: AuditMetricOptions = {},
): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: SERVICE_NAME },
    statistic,
    period,
    ...(label && { label }),
  });
