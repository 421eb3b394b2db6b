import * as z from 'zod';
import { reasonOf } from './domain/failure.ts';
import type { Once, StepResult } from './notifiers/notifier.ts';
import type { RunNotes } from './ports.ts';

/**
 * Whose turn it is to tell a channel of a run: this invocation's, perhaps going on where an earlier attempt of it broke off; or
 * nobody's, as another invocation for the same tick of the schedule tells it or has told it, or an earlier attempt has.
 */
export type Turn = { isOurs: true; once: Once; end: () => Promise<void> } | { isOurs: false };

/** What an invocation notes down, and where; `warn` hears of what could not be noted. */
export type TurnContext = { invocationId: string; notes: RunNotes; warn: (reason: string) => void };

const state = z.object({
  invocationId: z.string(),
  steps: z.record(z.string(), z.record(z.string(), z.string()).nullable()),
  isDone: z.boolean(),
});
type State = z.output<typeof state>;

/**
 * Takes the turn for a channel. Lambda repeats an invocation under its id after the attempt before has ended: what that one noted is
 * gone on with. (Should it ever start one event twice at the same moment, both would tell: nothing tells them apart.) Rejects where the notes cannot be read or written.
 */
export const takeTurn = async (channel: string, { invocationId, notes, warn }: TurnContext): Promise<Turn> => {
  const ours: State = { invocationId, steps: {}, isDone: false };
  const there = state.parse(JSON.parse(await notes.writeFirst(channel, JSON.stringify(ours))));
  if (there.isDone || there.invocationId !== invocationId) return { isOurs: false };
  // What was told is told: that it could not be noted must not make it be told again.
  const save = (): Promise<void> =>
    notes
      .overwrite(channel, JSON.stringify(there))
      .catch((error: unknown) => warn(`what was told in ${channel} could not be noted: ${reasonOf(error)}`));
  return {
    isOurs: true,
    once: async <T extends StepResult>(step: string, work: () => Promise<T>) => {
      if (Object.hasOwn(there.steps, step)) return (there.steps[step] ?? undefined) as T;
      const result = await work();
      there.steps[step] = result ?? null;
      await save();
      return result;
    },
    end: async () => {
      there.isDone = true;
      await save();
    },
  };
};

/** Where nothing is noted: every step is done. */
export const everyTurn: Turn = { isOurs: true, once: (_step, work) => work(), end: async () => {} };
