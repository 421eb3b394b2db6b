import type { TrailDeactivations } from './domain/deactivation.ts';
import { reasonOf } from './domain/failure.ts';
import type { Account, Failure } from './domain/model.ts';
import { plural } from './domain/time.ts';
import type { AccountReader } from './ports.ts';

/** What CloudTrail knows of one account's deactivations, and what came of asking. */
export type AccountTrail = {
  /** For each user that has to know. Rejects only when it is aborted: what is not known is said by `failures`. */
  readDeactivations: () => Promise<TrailDeactivations>;
  /** Where CloudTrail did not answer: one failure of the account, however many users asked. */
  failures: () => Failure[];
};

/**
 * Asks once, whoever asks how often: hundreds of users want the same of CloudTrail, which answers two calls a second, and one
 * refusal is answer enough.
 */
export const accountTrail = (
  { id }: Account,
  { readDeactivations }: Pick<AccountReader, 'readDeactivations'>,
  signal: AbortSignal,
): AccountTrail => {
  let users = 0;
  let answer: Promise<TrailDeactivations> | undefined;
  let refusal: string | undefined;
  return {
    readDeactivations: () => {
      users += 1;
      answer ??= readDeactivations().catch((error: unknown) => {
        signal.throwIfAborted();
        refusal = reasonOf(error);
        return { at: new Map(), complete: false };
      });
      return answer;
    },
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
