/** Instants are compared, never calendar days: a day is 24 hours everywhere in the product. */
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

/** Whole days from `instant` to `now`, rounded down. */
export const ageInDays = (instant: Date, now: Date): number => Math.floor((now.getTime() - instant.getTime()) / DAY);

/** Whether more than `duration` ms lie between `instant` and `now`. An unknown instant is not older than anything. */
export const olderThan = (instant: Date | null | undefined, duration: number, now: Date): boolean =>
  instant != null && now.getTime() - instant.getTime() > duration;

/** `2026-11-23 09:00 UTC`: how every human-readable output writes an instant. */
export const formatInstant = (instant: Date | string): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 day`, `2 days`: a count with its noun. */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
