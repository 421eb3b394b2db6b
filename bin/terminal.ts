import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { confirm, isCancel } from '@clack/prompts';
import { UsageError } from './exit-codes.ts';

/** The person in front of the program, if there is one. */
export type Terminal = {
  /** The result: to stdout, a line at a time. */
  print: (line: string) => void;
  /** Everything else: to stderr. */
  say: (line: string) => void;
  /** A line that the next one replaces, where stderr is a terminal; nothing elsewhere. */
  progress: (line: string) => void;
  /** Somebody can answer. */
  interactive: boolean;
  /** Whether the person says yes; no is the default. Only where `interactive`. Rejects on Ctrl-C. */
  ask: (question: string) => Promise<boolean>;
  /** Shows a text to the person and to no file, pipe or scrollback, until Enter. Rejects where there is no terminal. */
  showOnce: (text: string) => Promise<void>;
};

/** The process's own. */
export const processTerminal = (): Terminal => ({
  print: (line) => process.stdout.write(`${line}\n`),
  say: (line) => process.stderr.write(`${line}\n`),
  progress: (line) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
  },
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  ask: async (message) => {
    const answer = await confirm({ message, initialValue: false, output: process.stderr, withGuide: false });
    if (isCancel(answer)) throw new UsageError('Stopped before anything was changed');
    return answer;
  },
  showOnce,
});

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: the alternate screen leaves nothing behind. */
const ALTERNATE_SCREEN = { enter: '\u001B[?1049h\u001B[H', leave: '\u001B[?1049l' };

const showOnce = async (text: string): Promise<void> => {
  const output = openSync('/dev/tty', 'w');
  const input = new ReadStream(openSync('/dev/tty', 'r'));
  try {
    writeSync(output, `${ALTERNATE_SCREEN.enter}${text}\n\nPress Enter once it is kept: it is not shown again. `);
    await new Promise<void>((resolve) => input.once('data', () => resolve()));
  } finally {
    writeSync(output, ALTERNATE_SCREEN.leave);
    input.destroy();
    closeSync(output);
  }
};

/** What the entry file gives every command: the one clock, and the person in front of it. */
export type Shell = {
  clock: () => Date;
  terminal: Terminal;
  /** For tests: how to wait so many ms. */
  sleep?: (ms: number) => Promise<void>;
};
