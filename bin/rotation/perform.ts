import { reasonOf } from '../../lambda/domain/failure.ts';
import { UsageError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import type { Step } from './steps.ts';

/** Stable, for scripts: the step is done or nothing is to do; not now; something failed. */
export const rotateExitCodes = { done: 0, notNow: 1, failed: 2 } as const;

/** Every step, before any is taken. */
export const showSteps = (steps: readonly Step[], dryRun: boolean, { print }: Pick<Terminal, 'print'>): void => {
  print(dryRun ? 'This would be done:' : 'This will be done:');
  for (const [at, { says }] of steps.entries()) print(`  ${at + 1}. ${says}`);
};

/** Whether the person says yes. Throws where nobody is there to say it. */
export const agreed = async (assumeYes: boolean, terminal: Terminal): Promise<boolean> => {
  if (assumeYes) return true;
  if (terminal.interactive) return terminal.ask('Do it?');
  throw new UsageError('Nobody is here to be asked: --yes goes on without asking, --dry-run only shows');
};

/** A step failed: it and what follows was not done. */
export class StoppedError extends UsageError {
  /** Why it failed. */
  readonly reason: string;
  /** The steps before it that changed IAM. */
  readonly changes: readonly string[];

  constructor(cause: unknown, changes: readonly string[]) {
    const reason = cause instanceof UsageError ? cause.message : reasonOf(cause);
    super(`${reason}. Run the same command again: it goes on from what IAM says then`, { cause });
    this.reason = reason;
    this.changes = changes;
  }
}

/** One after the other. Where one fails, says what was done and what was not, and throws a `StoppedError`. */
export const perform = async (
  steps: readonly Step[],
  { print, say }: Pick<Terminal, 'print' | 'say'>,
): Promise<void> => {
  const signals = holdSignals(say);
  // Where nobody reads any more, a line may end the program: not between two steps that are bound.
  let lines: string[] = [];
  const printHeld = (): void => {
    for (const line of lines) print(line);
    lines = [];
  };
  for (const [at, { says, run, bindsNext }] of steps.entries()) {
    try {
      if (bindsNext) signals.hold();
      const news = await run();
      lines.push(`  ${at + 1}. done${typeof news === 'string' ? `: ${news}` : ''}`);
      if (bindsNext) continue;
      signals.release();
      printHeld();
    } catch (cause) {
      signals.release();
      printHeld();
      say(`  ${at + 1}. failed: ${says}`);
      for (const [after, { says: left }] of steps.slice(at + 1).entries())
        say(`  ${at + after + 2}. not done: ${left}`);
      const done = steps.slice(0, at).filter(({ changes }) => changes);
      throw new StoppedError(
        cause,
        done.map((step) => step.says),
      );
    }
  }
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Between a key's creation and the keeping of its secret there is no good moment to stop. */
const holdSignals = (say: (line: string) => void): { hold: () => void; release: () => void } => {
  const finishFirst = (): void => say('Finishing first: a new key must not be left without its secret.');
  return {
    hold: () => {
      for (const signal of SIGNALS) process.on(signal, finishFirst);
    },
    release: () => {
      for (const signal of SIGNALS) process.off(signal, finishFirst);
    },
  };
};
