import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
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
  /**
   * Shows a text to the person and to no file, pipe or scrollback, until they type the `proof` that they have it, in the
   * words of `ask`. Rejects where there is no terminal, and where it ends or a signal comes before the proof.
   */
  showOnce: (text: string, ask: string, proof: string) => Promise<void>;
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

/**
 * The alternate screen leaves nothing behind; it is emptied first for terminals that have none, or keep it.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const ALTERNATE_SCREEN = { enter: '\u001B[?1049h\u001B[H\u001B[2J', leave: '\u001B[H\u001B[2J\u001B[?1049l' };

/** What a key press or a hang-up sends. Ctrl-Z would leave a secret on the screen, and Ctrl-\ in a core dump. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP'] as const;

/** The terminal stays as it is, line by line: there is no mode that an unlucky end could leave behind. */
const showOnce = async (text: string, ask: string, proof: string): Promise<void> => {
  const output = openSync('/dev/tty', 'w');
  const input = typedFromNowOn();
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  try {
    writeSync(output, `${ALTERNATE_SCREEN.enter}${text}\n\n${ask} `);
    for await (const line of createInterface({ input, signal: stopped.signal })) {
      // What stands before it was typed too early, or is more of the text.
      if (line.endsWith(proof)) return;
      writeSync(output, `That is not it. ${ask} `);
    }
    throw new Error('nobody said that it was kept');
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
    input.destroy();
    writeSync(output, ALTERNATE_SCREEN.leave);
    closeSync(output);
  }
};

/** The terminal's input, without the lines that were typed before. */
const typedFromNowOn = (): ReadStream => {
  const terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    while (readSync(terminal, Buffer.alloc(1024)) > 0);
  } catch (error) {
    // Nothing more is there.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return new ReadStream(terminal);
};

/** What the entry file gives every command: the one clock, and the person in front of it. */
export type Shell = {
  clock: () => Date;
  terminal: Terminal;
  /** For tests: how to wait so many ms. */
  sleep?: (ms: number) => Promise<void>;
};
