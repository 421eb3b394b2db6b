import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach } from '@jest/globals';

/** Programs in a terminal: a real one, with a line discipline, signals and hang-up, which Python's standard library can make. */

/** Whether terminals can be had here. Says why not. */
export const canMakeTerminals = (): boolean => {
  const { status, error, stderr } = spawnSync('python3', ['-c', 'import pty'], { encoding: 'utf8' });
  if (status !== 0) console.warn(`Not tested: what needs a terminal, for which python3 is needed: ${error ?? stderr}`);
  return status === 0;
};

/** https://docs.python.org/3/library/pty.html#pty.spawn: stdin and stdout are the person's keyboard and screen. */
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
/** A new one is 0 columns wide. */
const WIDE_ENOUGH = ['sh', '-c', 'stty rows 24 cols 200; exec "$@"', 'sh'];

let hangUp = (): void => {};
afterEach(() => hangUp());

/** The controlling terminal of a program that is started in it, and the person in front of it. It hangs up after the test. */
export const inTerminal = (command: readonly string[], env: Readonly<Record<string, string>>) => {
  // The fourth pipe is inherited by all that is started: `close` comes when the last of them has ended, terminal or not.
  const python = spawn('python3', ['-c', PTY, ...WIDE_ENOUGH, ...command], {
    env,
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  hangUp = () => void python.kill();
  let screen = '';
  let seenUpTo = 0;
  let look = (): void => {};
  python.stdout!.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    look();
  });
  python.stdin!.on('error', () => {});
  const ended = once(python, 'close').then(([code]) => code as number | null);
  return {
    type: (text: string): void => void python.stdin!.write(text),
    /** Resolves when the screen shows the text, after what it was last asked for. Rejects where the program ends before. */
    shows: async (text: string): Promise<void> => {
      const shown = new Promise<void>((resolve) => {
        look = () => {
          const at = screen.indexOf(text, seenUpTo);
          if (at === -1) return;
          seenUpTo = at + text.length;
          look = () => {};
          resolve();
        };
        look();
      });
      const over = ended.then((code) => {
        throw new Error(`it ended with ${code} and never showed ${JSON.stringify(text)}: ${JSON.stringify(screen)}`);
      });
      await Promise.race([shown, over]);
    },
    hangUp,
    /** Resolves to the exit code when everything that was started has ended. */
    ended,
    /** Everything that was written to the terminal. */
    screen: (): string => screen,
  };
};
