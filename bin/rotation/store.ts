import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { CreatedKey } from '../aws/change-keys.ts';
import { UsageError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** Where the secret of a new key goes. It is kept nowhere else, and shown nowhere else. */
export type SecretStore = {
  /** In words, for the list of what will be done. */
  says: string;
  /** Rejects where it can be told beforehand that keeping would fail. */
  check: () => Promise<void>;
  /** Rejects where the secret was not kept. */
  keep: (key: CreatedKey) => Promise<void>;
};

/** `--store`: `command:…`, or the terminal where it is not given. */
export const secretStore = (
  store: string | undefined,
  storeCheck: string | undefined,
  terminal: Pick<Terminal, 'showOnce'>,
): SecretStore => {
  if (store === undefined || store === 'terminal') return terminalStore(terminal);
  const command = /^command:(.*\S.*)$/s.exec(store)?.[1];
  if (!command) throw new UsageError(`--store is ${JSON.stringify(store)}, neither "terminal" nor "command:…"`);
  return commandStore(command, storeCheck);
};

const terminalStore = ({ showOnce }: Pick<Terminal, 'showOnce'>): SecretStore => ({
  says: 'show the secret once, on this terminal and nowhere else',
  check: async () => {
    try {
      // Its permissions say nothing: only opening it tells whether this process has one.
      closeSync(openSync('/dev/tty', 'r+'));
    } catch (cause) {
      throw new UsageError(
        'There is no terminal to show the new secret on: say where it goes with --store "command:…"',
        { cause },
      );
    }
  },
  keep: ({ UserName, AccessKeyId, SecretAccessKey }) =>
    showOnce(
      `IAM user           ${UserName}\nAccess key id      ${AccessKeyId}\nSecret access key  ${SecretAccessKey}`,
      'Keep the secret now, it is not shown again. Then type its last 4 characters (Ctrl-C discards the key):',
      SecretAccessKey.slice(-4),
    ),
});

/** A shell command that reads the key on stdin, as `aws iam create-access-key` prints it. */
const commandStore = (command: string, storeCheck: string | undefined): SecretStore => ({
  says: `feed the new key, as JSON on stdin, to: ${command}`,
  check: async () => {
    const syntax = await shell(['-n', '-c', command]);
    if (syntax.code !== 0) throw new UsageError(`The shell cannot read --store: ${lastLine(syntax.stderr)}`);
    const program = /^[\w./+-]+(?=\s|$)/.exec(command)?.[0];
    if (program && (await shell(['-c', 'command -v -- "$1"', 'sh', program])).code !== 0) {
      throw new UsageError(`There is no program ${program}, which --store names`);
    }
    const ready = await shell(['-c', storeCheck ?? ':']);
    if (ready.code !== 0) {
      throw new UsageError(
        `The place for the secret is not ready: --store-check ${ended(ready.code)}: ${lastLine(ready.stderr)}`,
      );
    }
  },
  keep: async (key) => {
    // Whatever the command says may hold the secret, so none of it is shown.
    const { code, isRead } = await shell(['-c', command], `${JSON.stringify({ AccessKey: key }, null, 4)}\n`);
    if (code === 0 && !isRead) throw new Error('the command that keeps the secret ended without reading it');
    if (code !== 0)
      throw new Error(
        `the command that keeps the secret ${ended(code)}; what it said may hold the secret, and is not shown`,
      );
  },
});

const shell = (args: string[], input = ''): Promise<{ code: number | null; stderr: string; isRead: boolean }> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    let isRead = true;
    child.stdin.on('error', () => {
      isRead = false;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr, isRead }));
    child.stdin.end(input);
  });

const ended = (code: number | null): string =>
  code === null ? 'was ended by a signal' : `ended with exit code ${code}`;

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
