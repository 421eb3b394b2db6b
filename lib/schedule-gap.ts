import { type CronSchedule, parseScheduleExpression, ScheduleError } from './schedule-expression.ts';

/** How long a schedule leaves nobody looking: what the alarm on missing runs has to sit out. */

export type Schedule = {
  /** As EventBridge Scheduler takes it. */
  expression: string;
  /** An IANA name, like Europe/London. */
  timezone: string;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Four years: a leap day, every clock change, every way a month can begin in. */
const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2030, 0, 1);

/**
 * The longest time between two runs, in hours, rounded up; `Infinity` where the schedule ends some day, or never runs.
 * Throws a `ScheduleError`.
 */
export const longestGapHours = ({ expression, timezone }: Schedule): number => {
  const schedule = parseScheduleExpression(expression);
  const zone = timeZone(timezone);
  if (schedule.kind === 'rate') return Math.ceil(schedule.hours);
  if (!schedule.everyYear) return Number.POSITIVE_INFINITY;
  let longest = 0;
  let previous = FROM;
  for (const run of runs(schedule, zone)) {
    longest = Math.max(longest, run - previous);
    previous = run;
  }
  return previous === FROM ? Number.POSITIVE_INFINITY : Math.ceil(longest / HOUR);
};

/**
 * The first run of every hour that has one, as instants. More of an hour's runs would not change a gap that is rounded
 * up to hours. A time that a clock change leaves out is skipped, and one that it repeats counts once:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
function* runs({ minute, hours, runsOn }: CronSchedule, zone: Intl.DateTimeFormat): Generator<number> {
  for (let day = FROM; day < UNTIL; day += DAY) {
    if (!runsOn(new Date(day))) continue;
    // A day before and a day after: between them lies at most one clock change.
    const offsets = new Set([offsetAt(day - DAY, zone), offsetAt(day + 2 * DAY, zone)]);
    for (const hour of hours) {
      const wallClock = day + hour * HOUR + (minute * HOUR) / 60;
      const instants = [...offsets]
        .map((offset) => wallClock - offset)
        .filter((instant) => offsets.size === 1 || instant + offsetAt(instant, zone) === wallClock);
      if (instants.length > 0) yield Math.min(...instants);
    }
  }
}

const timeZone = (name: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new ScheduleError(`${JSON.stringify(name)} is no time zone: give one like Europe/London`, 'timezone');
  }
};

/** How far a zone's wall clock is ahead of UTC at an instant, in ms. */
const offsetAt = (instant: number, zone: Intl.DateTimeFormat): number => {
  const parts = zone.formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - instant;
};
