/**
 * EventBridge Scheduler's expressions, read strictly: what it would refuse only in the middle of a deployment is a
 * sentence here. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * No cron library does: they differ in the number and order of fields, in the number of Sunday, in `L` and `#`, and in
 * what happens to a time that a clock change leaves out or repeats.
 */

export type CronSchedule = {
  kind: 'cron';
  /** The first minute of each hour that it runs in. */
  minute: number;
  /** Hours of the day, ascending. */
  hours: readonly number[];
  /** Whether it runs on a day, given as that day's midnight in UTC. */
  runsOn: (day: Date) => boolean;
  /** Whether it goes on for ever: a restricted year field ends some day, or has not begun. */
  everyYear: boolean;
};

export type RateSchedule = { kind: 'rate'; hours: number };

/** Not a schedule that Scheduler would take: `message` says what is wrong with the setting. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
  readonly setting: 'expression' | 'timezone';
  constructor(message: string, setting: 'expression' | 'timezone' = 'expression') {
    super(message);
    this.setting = setting;
  }
}

/** Throws a `ScheduleError`. */
export const parseScheduleExpression = (expression: string): CronSchedule | RateSchedule => {
  const [, kind, body = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'cron') return parseCron(body);
  if (kind === 'rate') return parseRate(body);
  throw new ScheduleError(
    kind === 'at' ? 'at(…) runs once: give cron(…) or rate(…)' : 'is neither cron(…) nor rate(…), like rate(1 day)',
  );
};

const hoursIn: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

const parseRate = (body: string): RateSchedule => {
  const [, count = '', unit = ''] = /^\s*([1-9]\d*)\s+(minute|hour|day)s?\s*$/.exec(body) ?? [];
  const hours = hoursIn[unit];
  if (hours === undefined) throw new ScheduleError(`${JSON.stringify(body)} is no rate: give one like rate(12 hours)`);
  return { kind: 'rate', hours: Number(count) * hours };
};

type Field = { name: string; min: number; max: number; words?: readonly string[] };

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const minuteField: Field = { name: 'minutes', min: 0, max: 59 };
const hourField: Field = { name: 'hours', min: 0, max: 23 };
const dayField: Field = { name: 'day of month', min: 1, max: 31 };
const monthField: Field = { name: 'month', min: 1, max: 12, words: months };
const weekdayField: Field = { name: 'day of week', min: 1, max: 7, words: weekdays };
const yearField: Field = { name: 'year', min: 1970, max: 2199 };

const parseCron = (body: string): CronSchedule => {
  const fields = body.trim().split(/\s+/);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6) {
    throw new ScheduleError(
      `has ${fields.length} fields, not 6: minutes hours day-of-month month day-of-week year, like cron(0 9 ? * MON-FRI *)`,
    );
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new ScheduleError('needs a ? as either the day of month or the day of week, and something else as the other');
  }
  const inMonths = values(month, monthField);
  const onDays = dayOfWeek === '?' ? daysOfMonth(dayOfMonth) : daysOfWeek(dayOfWeek);
  return {
    kind: 'cron',
    minute: Math.min(...values(minute, minuteField)),
    hours: [...values(hour, hourField)].sort((a, b) => a - b),
    runsOn: (day) => inMonths.has(day.getUTCMonth() + 1) && onDays(day),
    everyYear: values(year, yearField).size === yearField.max - yearField.min + 1,
  };
};

/** The numbers that a list of values, ranges and steps stands for. */
const values = (text: string, field: Field): Set<number> =>
  new Set(text.split(',').flatMap((item) => range(item, field)));

const range = (item: string, field: Field): number[] => {
  const [, star, from = '', to, step] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item) ?? [];
  const first = star ? field.min : number(from, item, field);
  const last = to ? number(to, item, field) : star || step ? field.max : first;
  const every = step === undefined ? 1 : Number(step);
  if (last < first || every < 1) throw unknown(item, field);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
};

/** A number of the field, or one of its words. */
const number = (text: string, item: string, { words = [], ...field }: Field): number => {
  const word = words.indexOf(text.toUpperCase());
  const value = word >= 0 ? word + field.min : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  throw unknown(item, { words, ...field });
};

const unknown = (item: string, { name, min, max, words }: Field): ScheduleError =>
  new ScheduleError(
    `${JSON.stringify(item)} is no ${name}: ${min} to ${max}${words?.length ? ` or ${words[0]} to ${words.at(-1)}` : ''}`,
  );

type OnDay = (day: Date) => boolean;

/** `L` is the last day, `15W` the weekday nearest to the 15th within its month. */
const daysOfMonth = (text: string): OnDay => {
  if (text === 'L') return (day) => day.getUTCDate() === lastOfMonth(day);
  const [, nearest] = /^(\w+)W$/.exec(text) ?? [];
  if (nearest !== undefined) {
    const wanted = number(nearest, text, dayField);
    return (day) => day.getUTCDate() === weekdayNearest(wanted, day);
  }
  const days = values(text, dayField);
  return (day) => days.has(day.getUTCDate());
};

/** `L` is the last day of the week, `6L` the month's last Friday, `6#3` its third. */
const daysOfWeek = (text: string): OnDay => {
  if (text === 'L') return (day) => weekdayOf(day) === weekdayField.max;
  const [, last] = /^(\w+)L$/.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = number(last, text, weekdayField);
    return (day) => weekdayOf(day) === wanted && day.getUTCDate() + 7 > lastOfMonth(day);
  }
  const [, which, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (which !== undefined) {
    const wanted = number(which, text, weekdayField);
    return (day) => weekdayOf(day) === wanted && Math.ceil(day.getUTCDate() / 7) === Number(nth);
  }
  const days = values(text, weekdayField);
  return (day) => days.has(weekdayOf(day));
};

/** 1 is Sunday. */
const weekdayOf = (day: Date): number => day.getUTCDay() + 1;

const lastOfMonth = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

const weekdayNearest = (wanted: number, month: Date): number => {
  const last = lastOfMonth(month);
  if (wanted > last) return Number.NaN;
  const weekday = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
};
