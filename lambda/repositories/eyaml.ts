import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { shellQuoted } from '../domain/shell.ts';
import { partsOf, type ValuePart } from './hiera-values.ts';

/**
 * Encrypted values, decrypted by the operator's own command, so that every plug-in of hiera-eyaml works. Values in clear
 * stay in this module, in memory: what leaves it are the access key ids and the Hiera references in them. What the command
 * prints is never quoted, not even its errors: nobody knows what a plug-in prints.
 */

export type DecryptOptions = {
  /** A program and its arguments, which copies stdin to stdout with every `ENC[…]` in clear. No shell. */
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** For one run of the command. */
  timeLimitMs: number;
};
/** What matters in each block's value, by the block; or why they could not be decrypted. */
export type Decrypted = { values: ReadonlyMap<string, readonly ValuePart[]> } | { reason: string };

/** hiera-eyaml takes a stack frame and ever more time for each value: 200 at once take half a second, 3,000 take 13. */
const BLOCKS_PER_RUN = 200;
const OUTPUT_LIMIT = 64 * 1024 * 1024;
const ERRORS_KEPT = 64 * 1024;

/** Decrypts the blocks, which have no white space in them. Never rejects. */
export const decryptBlocks = async (blocks: readonly string[], options: DecryptOptions): Promise<Decrypted> => {
  const distinct = [...new Set(blocks)];
  const values = new Map<string, readonly ValuePart[]>();
  let texts = 0;
  for (let from = 0; from < distinct.length; from += BLOCKS_PER_RUN) {
    const some = distinct.slice(from, from + BLOCKS_PER_RUN);
    const clear = await decryptSome(some, options);
    if ('reason' in clear) return clear;
    for (const [at, block] of some.entries()) {
      const value = clear.texts[at] ?? '';
      if (isText(value)) texts++;
      values.set(
        block,
        partsOf(value)
          .filter(({ kind }) => kind !== 'block')
          .map(({ kind, text }) => ({ kind, text })),
      );
    }
  }
  // One value in 256 has a valid end by chance when it is decrypted with a wrong key.
  return texts > 0 || distinct.length === 0
    ? { values }
    : { reason: 'no value that came back is text: is it the right key?' };
};

const isText = (value: string): boolean => !/(?![\t\n\r])[\p{Cc}\uFFFD]/u.test(value);

/**
 * One run. Lines that nobody can guess stand between the blocks, so that a value may hold anything. Decrypting the file
 * itself would not do: a value in clear can make it another YAML.
 */
const decryptSome = async (
  blocks: readonly string[],
  options: DecryptOptions,
): Promise<{ texts: string[] } | { reason: string }> => {
  const nonce = `keyaudit-${randomBytes(16).toString('hex')}`;
  const input = `${blocks.map((block, at) => `${nonce}:${at}\n${block}\n`).join('')}${nonce}:${blocks.length}\n`;
  // A process that cannot even be prepared (a descriptor too many, a path that is none) throws.
  const ran = await run(input, options).catch(
    (error: unknown): Ran => ({ reason: startReason(options.command[0], error) }),
  );
  if ('reason' in ran) return ran;
  const [before, ...texts] = ran.output.split(new RegExp(`^${nonce}:\\d+\\r?\\n?`, 'm'));
  if (before === undefined || texts.length !== blocks.length + 1) {
    return { reason: 'the command did not copy its input, as it has to around the values' };
  }
  texts.pop();
  return texts.some((text) => /^\s*ENC\[/.test(text)) ? { reason: 'values came back still encrypted' } : { texts };
};

type Ran = { output: string } | { reason: string };

/** What the command writes to stdout, or why it did not succeed. */
const run = (input: string, { command, cwd, env, signal, timeLimitMs }: DecryptOptions): Promise<Ran> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve({ reason: 'it was interrupted' });
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', windowsHide: true });
    const output: Buffer[] = [];
    let size = 0;
    let errors = '';

    const end = (ran: Ran): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(ran);
    };
    const stop = (reason: string): void => {
      child.kill('SIGKILL');
      // What the command started itself may live on and hold the pipes open: nobody waits for it.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      end({ reason });
    };
    const onAbort = (): void => stop('it was interrupted');
    const timer = setTimeout(() => stop(`the command took longer than ${timeLimitMs / 1000} s`), timeLimitMs);
    signal.addEventListener('abort', onAbort);

    child.on('error', (error) => end({ reason: startReason(program, error) }));
    child.on('close', (code, killedBy) =>
      end(
        code === 0
          ? { output: Buffer.concat(output).toString('utf8') }
          : {
              reason:
                causeOf(errors) ??
                (killedBy ? `the command was ended by ${killedBy}` : `the command ended with exit code ${code}`),
            },
      ),
    );
    child.stdout.on('data', (data: Buffer) => {
      output.push(data);
      size += data.length;
      if (size > OUTPUT_LIMIT) stop('the command wrote more than 64 MB');
    });
    child.stderr.on('data', (data: Buffer) => {
      if (errors.length < ERRORS_KEPT) errors += data.toString('latin1');
    });
    // A command that ends before it has read everything says why by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });

const startReason = (program: string | undefined, error: unknown): string => {
  const { code = 'no code' } = error as NodeJS.ErrnoException;
  return code === 'ENOENT'
    ? `the program ${program} was not found`
    : `the program ${program} could not be run (${code})`;
};

/** The known ways to fail, by what programs print then, in words of our own. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /no such file or directory[^\n]*key|private key[^\n]*(not found|does not exist)/i,
    'the private key file was not found',
  ],
  [/permission denied[^\n]*key/i, 'the private key file may not be read'],
  [/no secret key|secret key not available|no_secret_key|no_seckey/i, 'gpg has no secret key for it'],
  [/cannot load such file[^\n]*encryptors/i, 'hiera-eyaml lacks the plug-in for this kind of encryption'],
  [/could not parse the pkcs7/i, 'a value is damaged'],
  [/bad decrypt|padding|no recipient matches|wrong final block length/i, 'it was encrypted for another key'],
  [/access ?denied|not authorized/i, 'access was denied'],
  [
    /expired ?token|unable to (locate|load) credentials|missing ?credentials/i,
    'credentials are missing or have expired',
  ],
];
const causeOf = (errors: string): string | undefined => causes.find(([pattern]) => pattern.test(errors))?.[1];

/** The command for a person to see for themselves why a file is not decrypted: it shows errors, and no value. */
export const checkCommand = (command: readonly string[], cwd: string, file: string): string =>
  `(cd ${shellQuoted(cwd.startsWith('-') ? `./${cwd}` : cwd)} && ${command.map(shellQuoted).join(' ')} < ${shellQuoted(file)} > /dev/null)`;
