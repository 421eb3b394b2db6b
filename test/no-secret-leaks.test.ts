import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type Fault, fakeWorld } from './fake-aws/index.ts';
import { lineTo } from './line.ts';

/** `keyaudit rotate` as a process that says all it knows: nothing that it leaves anywhere has the secret of a new key. */

const USER = 'support-api';

let line: { close: () => void } | undefined;
afterEach(() => {
  line?.close();
  line = undefined;
});

/** An AWS whose answers end right after a secret, though nothing says that more was to come. */
const cuttingAfterSecrets = async (url: string): Promise<string> => {
  const made = await lineTo(url, async (_action, forward) => {
    const answer = await forward();
    return { ...answer, body: answer.body.replace(/(?<=<\/SecretAccessKey>).*$/s, '') };
  });
  line = made;
  return made.url;
};

type Run = { store: string; fault?: Fault; isCut?: boolean };

/** By the real clock: a key that is old in any year, and in use. */
const rotate = async ({ store, fault, isCut = false }: Run) => {
  const lastUsed = { date: new Date(), service: 's3', region: 'eu-west-1' };
  const key = { accessKeyId: SECOND_KEY, created: new Date('2020-01-01T00:00:00Z'), lastUsed };
  const user = { userName: USER, keys: [key], tags: { [SECOND_KEY]: 'hieradata' } };
  const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users: [user] }] }), now: () => new Date() });
  if (fault) aws.faults.add(fault);
  const ownFolder = mkdtempSync(join(tmpdir(), 'keyaudit-leaks-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'keyaudit-kept-'));
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', 'tsx', 'bin/keyaudit.ts', 'rotate', USER, '--yes', '--store', `command:${store}`],
    {
      cwd: new URL('..', import.meta.url),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...aws.env,
        ...(isCut && { AWS_ENDPOINT_URL: await cuttingAfterSecrets(aws.url) }),
        DEBUG: 'keyaudit',
        // All folders that a program may think its own.
        HOME: ownFolder,
        TMPDIR: ownFolder,
        INIT_CWD: ownFolder,
        TSX_DISABLE_CACHE: '1',
        ELSEWHERE: elsewhere,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const written = (name: string): string => {
    const file = join(elsewhere, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  return {
    code,
    output: stdout + stderr,
    kept: written('kept'),
    processes: written('processes'),
    files: readdirSync(ownFolder),
    keys: aws.world.accounts[0]!.users[0]!.keys,
    secrets: aws.secretAccessKeys,
  };
};

/** What every program on the machine may see of the two that handle the secret, at the moment when they do. */
const LOOK = `for p in $$ $PPID; do cat /proc/$p/cmdline /proc/$p/environ; done > $ELSEWHERE/processes`;
const KEEP = `cat > $ELSEWHERE/kept; ${LOOK}`;
const SHOUT = `${KEEP}; cat $ELSEWHERE/kept; cat $ELSEWHERE/kept >&2; exit 3`;

describe('the secret of a new key is nowhere but where it is kept', () => {
  it.each<[string, Run, { code: number; says: string; keys: number; isKept: boolean }]>([
    ['all goes well', { store: KEEP }, { code: 0, says: 'done', keys: 2, isKept: true }],
    [
      'the command that keeps it fails, and says it',
      { store: SHOUT },
      { code: 2, says: 'is deleted again', keys: 1, isKept: true },
    ],
    [
      'the command that keeps it fails, and the key cannot be deleted again',
      { store: SHOUT, fault: { operation: 'iam:DeleteAccessKey', kind: 'deny' } },
      { code: 2, says: 'MAY STILL EXIST', keys: 2, isKept: true },
    ],
    [
      'a later step fails',
      { store: KEEP, fault: { operation: 'iam:TagUser', kind: 'deny' } },
      { code: 2, says: 'not authorized', keys: 2, isKept: true },
    ],
    [
      'the connection ends within the answer that has it',
      { store: KEEP, fault: { operation: 'iam:CreateAccessKey', kind: 'reset' } },
      { code: 2, says: 'the answer to CreateAccessKey was lost', keys: 2, isKept: false },
    ],
    [
      'the answer that has it cannot be read',
      { store: KEEP, isCut: true },
      { code: 2, says: 'the answer to CreateAccessKey was lost', keys: 2, isKept: false },
    ],
  ])(
    'when %s',
    async (_what, run, expected) => {
      const { code, output, kept, processes, files, keys, secrets } = await rotate(run);
      const [secret] = secrets as [string];
      expect(output).toContain(expected.says);
      expect({ code, keys: keys.length, isKept: kept.includes(secret) }).toEqual({
        code: expected.code,
        keys: expected.keys,
        isKept: expected.isKept,
      });
      // Not even its beginning, where the rest was cut off.
      expect(output).not.toContain(secret.slice(0, 12));
      expect(processes.includes('AWS_ENDPOINT_URL')).toBe(expected.isKept);
      expect(processes).not.toContain(secret);
      expect(files).toEqual([]);
    },
    60_000,
  );
});
