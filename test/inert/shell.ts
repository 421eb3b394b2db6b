import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aliveInLine } from './text.ts';

/** Commands that people are given to copy, run by a real bash in which every program only writes down how it was called. */

/** A program with its arguments. */
export type Call = readonly string[];

/**
 * Everything is told on descriptor 3: how many words, then each, with NUL behind. No words end a command. The PATH leads nowhere:
 * what is not one of these is not found, and told as well.
 */
const SCRIPT = `
told() { printf '%s\\0' "$#" "$@" >&3; }
aws() { told aws "$@"; [ "$1" = sts ] && echo 111122223333; return 0; }
grep() { while read -r _; do :; done; told grep "$@"; }
npm() { told npm "$@"; }
eyaml() { local all; IFS= read -r -d '' all; told eyaml "$@" "$all"; }
command_not_found_handle() { told "not found:" "$@"; return 127; }
PATH=/nowhere
while IFS= read -r -d '' command <&4; do
  eval "$command" </dev/null
  told
done 4<&0
`;

/** What each command calls. Throws where bash cannot read one, or one says or leaves anything. */
export const callsOf = (
  commands: readonly string[],
  cwd = mkdtempSync(join(tmpdir(), 'keyaudit-shell-')),
): Call[][] => {
  const before = readdirSync(cwd);
  const { output, status } = spawnSync('bash', ['--norc', '-c', SCRIPT], {
    cwd,
    input: commands.map((command) => `${command}\0`).join(''),
    env: { LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  const [, stdout, stderr, told] = output.map(String);
  const left = readdirSync(cwd).filter((file) => !before.includes(file));
  if (before.length === 0) rmSync(cwd, { recursive: true });
  if (status !== 0 || stdout || stderr || left.length > 0) {
    throw new Error(
      `bash ended with ${status}, said ${JSON.stringify([stdout, stderr])} and left ${JSON.stringify(left)}`,
    );
  }
  return callsIn(told ?? '');
};

const callsIn = (told: string): Call[][] => {
  const words = told.split('\0');
  const commands: Call[][] = [];
  let calls: Call[] = [];
  for (let at = 0; at < words.length - 1; ) {
    const count = Number(words[at]);
    if (count === 0) {
      commands.push(calls);
      calls = [];
    } else calls.push(words.slice(at + 1, at + 1 + count));
    at += count + 1;
  }
  return commands;
};

/** Options of a call as the AWS CLI's parser reads them: a value apart that begins with a dash would be the next option. */
export const optionsOf = (call: Call): Record<string, string> => {
  const options: Record<string, string> = {};
  const words = [...call];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) continue;
    const [, name = '', glued] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(word) ?? [word, word];
    const value = glued ?? words.shift() ?? '(nothing)';
    options[name] = glued === undefined && value.startsWith('-') ? '(taken for an option)' : value;
  }
  return options;
};

/** Nothing but calls of the AWS CLI about access keys, in the account that the command asks for first. */
export const aliveInCommands = (commands: readonly string[]): string[] => {
  const alive = commands.flatMap(aliveInLine);
  const calls = callsOf(commands);
  if (calls.length !== commands.length) return [...alive, `${calls.length} commands instead of ${commands.length}`];
  return [...alive, ...calls.flatMap((each, at) => strayCalls(each, commands[at] ?? ''))];
};

const EXPECTED =
  /^(aws (sts get-caller-identity|iam [a-z]+-access-key(-last-used)?|cloudtrail lookup-events)|grep -x \d{12}) ?/;

const strayCalls = (calls: readonly Call[], command: string): string[] => [
  ...(calls.length === 0 ? [`nothing is called by ${command}`] : []),
  ...calls
    .filter(
      (call) => !EXPECTED.test(call.join(' ')) || Object.values(optionsOf(call)).includes('(taken for an option)'),
    )
    .map((call) => `${JSON.stringify(call)} is called by ${command}`),
];
