import { longestGapHours, type Schedule } from './schedule-gap.ts';

/** How late a run may be before people are told, in hours: a retried start, a slow scan, a morning's maintenance. */
export const GRACE_HOURS = 6;

/**
 * Alarms with periods of an hour evaluate seven days at most.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export const longestWatchHours = 7 * 24;

/** After how many hours without a completed run one is missing. */
export const hoursUntilMissed = (schedule: Schedule): number => longestGapHours(schedule) + GRACE_HOURS;
