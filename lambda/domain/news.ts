import type { Finding } from './report.ts';
import { DAY } from './time.ts';

/** How often ongoing findings are listed one by one: by every scan, on Mondays, or never; they are counted always. */
export const repeats = ['daily', 'weekly', 'changes'] as const;
export type Repeat = (typeof repeats)[number];

/**
 * What a finding is to those who were told of the scan before. `untold`: there is no memory of one. `ready`: a key can be taken away
 * from now on. `moved`: there is another step, or it can be taken now. `waiting`: nothing can be done yet.
 */
export type Standing = 'untold' | 'new' | 'worse' | 'ready' | 'moved' | 'waiting' | 'ongoing';

type Compared = Pick<Finding, 'nextStep' | 'change' | 'worse' | 'stage' | 'stageSince'>;

/** How a finding stands in a report of `now`, the instant that its scan started. */
export const standingOf = (finding: Compared, now: Date): Standing => {
  if (isWaiting(finding, now)) return 'waiting';
  if (finding.change === undefined) return 'untold';
  if (finding.change === 'new') return 'new';
  if (finding.worse) return 'worse';
  if (finding.stageSince === undefined || Date.parse(finding.stageSince) < now.getTime()) return 'ongoing';
  return isReady(finding) ? 'ready' : 'moved';
};

/** A key was quiet, or inactive, for long enough. */
const isReady = ({ stage, nextStep: { action } }: Compared): boolean =>
  stage === 'ready-to-deactivate' || (stage === 'deactivated' && action === 'delete');

/** Whether a key waits out `settleDays`. From the instant that its step is not to be done before, it does not. */
const isWaiting = ({ nextStep: { action, notBefore } }: Compared, now: Date): boolean =>
  action === 'wait' && notBefore !== undefined && now.getTime() < Date.parse(notBefore);

/** A step that nobody took for so long is said louder, in ms. */
const TOO_LONG = 7 * DAY;

/**
 * For how many days a step has been due without any progress, where that is a week or longer; else nothing. A key that is only due soon
 * is not late, nor is one that has to wait.
 */
export const stuckDays = ({ stage, stageSince, nextStep: { action } }: Compared, now: Date): number | undefined => {
  if (stageSince === undefined || stage === 'due-soon' || action === 'wait' || action === 'none') return undefined;
  const due = now.getTime() - Date.parse(stageSince);
  return due >= TOO_LONG ? Math.floor(due / DAY) : undefined;
};

/** Whether ongoing findings are listed at `now`. Weeks begin on Monday, in UTC. */
export const listsOngoing = (repeat: Repeat, now: Date): boolean =>
  repeat === 'daily' || (repeat === 'weekly' && now.getUTCDay() === 1);
