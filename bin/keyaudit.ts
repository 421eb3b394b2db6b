#!/usr/bin/env -S node --import tsx
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { plainError } from '../lambda/domain/plain-error.ts';
import { locateCommand } from './commands/locate.ts';
import { planCommand } from './commands/plan.ts';
import { reactivateCommand } from './commands/reactivate.ts';
import { rotateCommand } from './commands/rotate.ts';
import { scanCommand } from './commands/scan.ts';
import { whoseCommand } from './commands/whose.ts';
import { exitCodes } from './exit-codes.ts';
import { explanation, isMistake } from './explain.ts';
import { processTerminal, type Shell } from './terminal.ts';

/** The command line: arguments → command → exit code. What is asked for goes to stdout, everything else to stderr. */

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// npm runs scripts in the project's folder; file names are meant where the person stands.
if (process.env['INIT_CWD']) process.chdir(process.env['INIT_CWD']);

// A reader that has seen enough (`| head`) is no error; anything else means that the result is lost.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A rotation that has begun goes on to its end where nobody reads any more, and says by its exit code how it went.
  if (['rotate', 'reactivate'].includes(program.args[0] ?? '')) return;
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`keyaudit: Cannot write the output: ${error.message}\n`);
  process.exit(exitCodes.incomplete);
});

// Where a terminal has hung up, nobody hears any more: what is under way, such as deleting a new key again, goes on.
process.stderr.on('error', () => {});

const program = new Command('keyaudit')
  .description(
    'Finds AWS IAM access keys that are old, unused, or still in use after their replacement, says what to do next, and ' +
      'does it with you, step by step.',
  )
  .version(version);

const shell: Shell = { clock: () => new Date(), terminal: processTerminal() };
const commands = [
  scanCommand(shell),
  whoseCommand(shell),
  locateCommand(shell),
  planCommand(shell),
  rotateCommand(shell),
  reactivateCommand(shell),
];
for (const command of commands) program.addCommand(command);
for (const each of [program, ...commands]) {
  each
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({ outputError: (message, write) => write(message.replace(/^error: /, 'keyaudit: ')) });
}

/** A mistake of the caller is one plain message; anything else is named, and needs `DEBUG=keyaudit` to show its stack. */
const explain = (error: unknown): void => {
  if (error instanceof CommanderError) return;
  process.stderr.write(`${explanation(error)}\n`);
  if (!isMistake(error) && process.env['DEBUG'] === 'keyaudit') console.error(plainError(error));
};

try {
  await program.parseAsync();
} catch (error) {
  explain(error);
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : exitCodes.incomplete;
}
