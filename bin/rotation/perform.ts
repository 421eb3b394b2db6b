import { reasonOf } from '../../lambda/domain/failure.ts';
import { UsageError } from '../exit-codes.ts';
import { STOP_SIGNALS, type Terminal } from '../terminal.ts';
import type { Step } from './steps.ts';

/** Stable, for scripts: the step is done or nothing is to do; not now; something failed. */
export const rotateExitCodes = { done: 0, notNow: 1, failed: 2 } as const;

/** Every step, before any is taken. */
export const showSteps = (steps: readonly Step[], head: string, { print }: Pick<Terminal, 'print'>): void => {
  print(head);
  for (const [at, { says }] of steps.entries()) print(`  ${at + 1}. ${says}`);
};

/** Whether the person says yes. Throws where nobody is there to say it. */
export const agreed = async (assumeYes: boolean, terminal: Terminal): Promise<boolean> => {
  if (assumeYes) return true;
  if (terminal.interactive) return terminal.ask('Do it?');
  throw new UsageError('Nobody is here to be asked: --yes goes on without asking, --dry-run only shows');
};

/** A step failed, or a signal came before it: it and what follows was not done. */
export class StoppedError extends UsageError {
  /** Why. */
  readonly reason: string;
  /** The steps before it that changed IAM, and itself where its answer may be all that is missing. */
  readonly changes: readonly string[];

  constructor(cause: unknown, before: readonly Step[], failed: Step) {
    const isOurs = cause instanceof UsageError;
    const reason = (isOurs ? cause.message : reasonOf(cause)).replace(/\.$/, '');
    super(isOurs ? reason : `${reason}. Run the same command again: it goes on from what IAM says then`, { cause });
    this.reason = reason;
    this.changes = [
      ...before.filter(({ changes }) => changes).map(({ says }) => says),
      ...(failed.changes && !isOurs && !isRefused(cause) ? [`${failed.says} (perhaps)`] : []),
    ];
  }
}

/** AWS itself said no: then it did nothing. https://smithy.io/2.0/spec/type-refinement-traits.html#error-trait */
const isRefused = (cause: unknown): boolean => (cause as { $fault?: string }).$fault === 'client';

/**
 * One after the other. Where one fails, says what was done and what was not, and throws a `StoppedError`. A signal stops before
 * the next step, unless that is bound to the one before; a second one ends the program.
 */
export const perform = async (
  steps: readonly Step[],
  { print, say }: Pick<Terminal, 'print' | 'say'>,
): Promise<void> => {
  const signals = listen(say);
  // Where nobody reads any more, a line may end the program: not between two steps that are bound.
  let lines: string[] = [];
  const printHeld = (): void => {
    for (const line of lines) print(line);
    lines = [];
  };
  try {
    for (const [at, step] of steps.entries()) {
      const { says, run, bindsNext } = step;
      try {
        if (!steps[at - 1]?.bindsNext) signals.throwIfStopped();
        signals.bind(bindsNext ?? steps[at - 1]?.bindsNext ?? false);
        const news = await run();
        lines.push(`  ${at + 1}. done${typeof news === 'string' ? `: ${news}` : ''}`);
        if (!bindsNext) printHeld();
      } catch (cause) {
        printHeld();
        say(`  ${at + 1}. ${cause instanceof StopSignal ? 'not done' : 'failed'}: ${says}`);
        for (const [after, { says: left }] of steps.slice(at + 1).entries())
          say(`  ${at + after + 2}. not done: ${left}`);
        throw new StoppedError(cause, steps.slice(0, at), step);
      }
    }
  } finally {
    signals.end();
  }
};

class StopSignal extends UsageError {}

/** Between a key's creation and the keeping of its secret there is no good moment to stop; elsewhere there is one after each step. */
const listen = (say: (line: string) => void) => {
  let stopped: NodeJS.Signals | undefined;
  let isBound = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopped && !isBound) {
      end();
      process.kill(process.pid, signal);
    }
    stopped = signal;
    say(
      isBound
        ? 'Finishing first: a new key must not be left without its secret.'
        : 'Stopping after this step; once more to stop at once.',
    );
  };
  const end = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    bind: (bound: boolean): void => {
      isBound = bound;
    },
    throwIfStopped: (): void => {
      if (stopped) throw new StopSignal(`stopped by ${stopped}: run the same command again to go on`);
    },
    end,
  };
};
