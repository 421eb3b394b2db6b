import type { Notifier } from './notifier.ts';
import { slack } from './slack.ts';
import { sns } from './sns.ts';

/** Every channel, in the order in which they are told: a later one is told of an earlier one's failure. */
export const notifiers: readonly Notifier[] = [slack, sns];
