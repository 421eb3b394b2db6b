import type { TrailStatus } from './domain/deactivation.ts';
import { reasonOf } from './domain/failure.ts';
import type { Account, Failure } from './domain/model.ts';
import { plural } from './domain/time.ts';
import type { AccountReader } from './ports.ts';

/** What CloudTrail knows of one account's keys, and what came of asking. */
export type AccountTrail = {
  /** For each user that has to know. Rejects only when it is aborted: what is not known is said by `failures`. */
  readStatusChanges: () => Promise<TrailStatus>;
  /** Whether all was read that CloudTrail remembers; `undefined` where nobody asked. */
  isWhole: () => Promise<boolean | undefined>;
  /** Where CloudTrail did not answer: one failure of the account, however many users asked. */
  failures: () => Failure[];
};

/**
 * Asks once, whoever asks how often: hundreds of users want the same of CloudTrail, which answers two calls a second, and one
 * refusal is answer enough.
 */
export const accountTrail = (
  { id }: Account,
  { readStatusChanges }: Pick<AccountReader, 'readStatusChanges'>,
  signal: AbortSignal,
): AccountTrail => {
  let users = 0;
  let answer: Promise<TrailStatus> | undefined;
  let refusal: string | undefined;
  return {
    readStatusChanges: () => {
      users += 1;
      answer ??= readStatusChanges().catch((error: unknown) => {
        signal.throwIfAborted();
        refusal = reasonOf(error);
        return { last: new Map(), complete: false };
      });
      return answer;
    },
    isWhole: async () => (await answer)?.complete,
    failures: () =>
      refusal === undefined
        ? []
        : [
            {
              scope: 'account',
              id,
              reason: `CloudTrail does not say since when keys are inactive (of ${plural(users, 'user')}): ${refusal}`,
            },
          ],
  };
};
