import { describe, expect, it } from '@jest/globals';
import { checkCommand, decryptBlocks } from '../lambda/repositories/eyaml.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { clearBlock, decryptingCommand, nodeCommand } from './decrypting-command.ts';
import { temporaryTree } from './temporary-tree.ts';

const decrypt = (
  command: readonly string[],
  blocks: readonly string[],
  overrides: { timeLimitMs?: number; signal?: AbortSignal } = {},
) =>
  decryptBlocks(blocks, {
    command,
    cwd: temporaryTree(),
    env: process.env,
    signal: new AbortController().signal,
    timeLimitMs: 30_000,
    ...overrides,
  });
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ID_BLOCK = clearBlock(FIRST_KEY);

describe('the values of encrypted blocks', () => {
  it('are forgotten, but for ids and references', async () => {
    const file = clearBlock(`[default]\naws_access_key_id = ${SECOND_KEY}\naws_secret_access_key = ${SECRET}\n`);
    const reference = clearBlock("%{hiera('a::b')}");
    expect(await decrypt(decryptingCommand, [ID_BLOCK, file, clearBlock(SECRET), reference, ID_BLOCK])).toEqual({
      values: new Map([
        [ID_BLOCK, [{ kind: 'id', text: FIRST_KEY }]],
        [file, [{ kind: 'id', text: SECOND_KEY }]],
        [clearBlock(SECRET), []],
        [reference, [{ kind: 'reference', text: 'a::b' }]],
      ]),
    });
  });

  it('may be many more than one run of the command is given', async () => {
    const blocks = Array.from({ length: 450 }, (_, at) => clearBlock(`${at} ${at % 200 === 199 ? FIRST_KEY : ''}`));
    const decrypted = await decrypt(decryptingCommand, blocks);
    expect(
      'values' in decrypted && [...decrypted.values].filter(([, parts]) => parts.length > 0).map(([block]) => block),
    ).toEqual([blocks[199], blocks[399]]);
  });
});

describe('a command that does not decrypt', () => {
  it.each([
    ['the program no-such-eyaml was not found', ['no-such-eyaml']],
    ['the program /dev/null could not be run (EACCES)', ['/dev/null']],
    ['the program a\0b could not be run (ERR_INVALID_ARG_VALUE)', ['a\0b']],
    ['the command ended with exit code 3', nodeCommand(`console.error('${SECRET}'); process.exit(3)`)],
    [
      'the command was ended by SIGTERM',
      nodeCommand(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`),
    ],
    [
      'the private key file was not found',
      nodeCommand(fails('No such file or directory @ rb_sysopen - ./keys/private_key.pkcs7.pem')),
    ],
    ['it was encrypted for another key', nodeCommand(fails('[hiera-eyaml-core] bad decrypt'))],
    ['gpg has no secret key for it', nodeCommand(fails('gpg: decryption failed: No secret key'))],
    [
      'hiera-eyaml lacks the plug-in for this kind of encryption',
      nodeCommand(fails('cannot load such file -- hiera/backend/eyaml/encryptors/gpg')),
    ],
    ['the command did not copy its input, as it has to around the values', nodeCommand('process.stdin.resume()')],
    ['the command did not copy its input, as it has to around the values', nodeCommand(`console.log('${SECRET}')`)],
    ['values came back still encrypted', nodeCommand('process.stdin.pipe(process.stdout)')],
    ['the command wrote more than 64 MB', nodeCommand(`process.stdout.write('${SECRET}\\n'.repeat(2_000_000))`)],
  ])('%s', async (reason, command) => {
    expect(await decrypt(command, [ID_BLOCK])).toEqual({ reason });
  });

  it('is found out by values that are no text', async () => {
    const garbage = `ENC[T,${Buffer.from([1, 2, 0xff]).toString('base64')}]`;
    expect(await decrypt(decryptingCommand, [garbage])).toEqual({
      reason: 'no value that came back is text: is it the right key?',
    });
    expect(await decrypt(decryptingCommand, [garbage, ID_BLOCK])).toHaveProperty('values');
  });

  it('is not waited for beyond the limit, nor what it started', async () => {
    const sleeper = nodeCommand(
      `require('child_process').spawn('sleep', ['5'], {stdio: 'inherit'}); setInterval(() => {}, 1000)`,
    );
    expect(await decrypt(sleeper, [ID_BLOCK], { timeLimitMs: 500 })).toEqual({
      reason: 'the command took longer than 0.5 s',
    });
  });

  it('is killed when the search is', async () => {
    const aborting = new AbortController();
    setTimeout(() => aborting.abort(), 200);
    const sleeper = nodeCommand('setInterval(() => {}, 1000)');
    expect(await decrypt(sleeper, [ID_BLOCK], { signal: aborting.signal })).toEqual({ reason: 'it was interrupted' });
    expect(await decrypt(sleeper, [ID_BLOCK], { signal: aborting.signal })).toEqual({ reason: 'it was interrupted' });
  });
});

it('the command that shows why can be pasted into a shell', () => {
  expect(checkCommand(['eyaml', 'decrypt', '--stdin'], 'puppet', 'hieradata/a.yaml')).toBe(
    '(cd puppet && eyaml decrypt --stdin < hieradata/a.yaml > /dev/null)',
  );
  expect(checkCommand(['my eyaml', '--key=$HOME'], '-odd', "it's.yaml")).toBe(
    `(cd ./-odd && 'my eyaml' '--key=$HOME' < 'it'\\''s.yaml' > /dev/null)`,
  );
});

function fails(error: string): string {
  return `console.error(${JSON.stringify(`${SECRET} ${error}`)}); process.exit(1)`;
}
