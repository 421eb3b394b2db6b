/** Instants are compared, never calendar days: a day is 24 hours everywhere in the product. */
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

/** Whole days from `instant` to `now`, rounded down; 0 where clocks differ and `instant` is later. */
export const ageInDays = (instant: Date, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - instant.getTime()) / DAY));

/** Whether more than `duration` ms lie between `instant` and `now`. An unknown instant is not older than anything. */
export const olderThan = (instant: Date | null | undefined, duration: number, now: Date): boolean =>
  instant != null && now.getTime() - instant.getTime() > duration;

/** Clocks differ; more than this is another time, and ages judged at it mean nothing. */
const CLOCK_SKEW = HOUR;

/** Whether `instant` is later than `now` by more than clocks differ. */
export const isFromTheFuture = (instant: Date, now: Date): boolean => instant.getTime() - now.getTime() > CLOCK_SKEW;

/** Whether text that begins like `2026-11-23` begins with a day of the calendar: to JavaScript, 2027-02-29 is the 1st of March. */
export const isCalendarDay = (text: string): boolean => {
  const midnight = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().slice(0, 10) === text.slice(0, 10);
};

/** `2026-11-23 09:00 UTC`: how every human-readable output writes an instant. */
export const formatInstant = (instant: Date | string): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 day`, `2 days`: a count with its noun. */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
