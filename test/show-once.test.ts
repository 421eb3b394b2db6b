import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { fakeWorld } from './fake-aws/index.ts';
import { canMakeTerminals, inTerminal } from './pseudo-terminal.ts';

/** The terminal as the place for a secret: `keyaudit rotate` in a real one. */

const USER = 'support-api';
const HOME = mkdtempSync(join(tmpdir(), 'keyaudit-terminal-'));
const KEYAUDIT = fileURLToPath(new URL('../bin/keyaudit.ts', import.meta.url));
const ROTATE = ['--no-warnings', '--import', 'tsx', KEYAUDIT, 'rotate', USER];

/** By the real clock: a key that is old in any year, and in use. */
const overdueKey = async () => {
  const lastUsed = { date: new Date(), service: 's3', region: 'eu-west-1' };
  const key = { accessKeyId: SECOND_KEY, created: new Date('2020-01-01T00:00:00Z'), lastUsed };
  const world = fakeWorld({ accounts: [{ users: [{ userName: USER, keys: [key] }] }] });
  const aws = await embeddedAws({ world, now: () => new Date() });
  return {
    aws,
    keyIds: () => world.accounts[0]!.users[0]!.keys.map(({ accessKeyId }) => accessKeyId),
    env: { PATH: process.env['PATH'] ?? '', HOME, TERM: 'xterm', ...aws.env },
  };
};

const rotating = async (...options: string[]) => {
  const { env, ...world } = await overdueKey();
  return { ...world, terminal: inTerminal([process.execPath, ...ROTATE, ...options], env) };
};

/** What stays on the terminal: all but what was written between entering the alternate screen and leaving it. */
const mainScreen = (screen: string): string => screen.replaceAll(/\[\?1049h.*?\[\?1049l/gs, '');

const ASKED = 'type its last 4 characters (Ctrl-C discards the key): ';

(canMakeTerminals() ? describe : describe.skip)('a secret on the terminal', () => {
  it('is shown until its last characters are typed, and not a line that was typed before counts', async () => {
    const { terminal, aws, keyIds } = await rotating('--yes');
    terminal.type('\n\nyes');
    await terminal.shows('yes');
    await terminal.shows(ASKED);
    const [secret] = aws.secretAccessKeys as [string];
    expect(terminal.screen()).toContain(secret);
    terminal.type('abcd\n');
    await terminal.shows(ASKED);
    terminal.type(`${secret.slice(-4)}\n`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen().split(ASKED)).toHaveLength(3);
    expect(mainScreen(terminal.screen())).not.toContain(secret);
    expect(mainScreen(terminal.screen())).not.toContain('1049');
    expect(keyIds()).toHaveLength(2);
  }, 60_000);

  it('is shown after the question whether to do it, and may be typed as a whole', async () => {
    const { terminal, aws, keyIds } = await rotating();
    await terminal.shows('Do it?');
    terminal.type('y');
    await terminal.shows(ASKED);
    terminal.type(`${aws.secretAccessKeys[0]}\n`);
    expect(await terminal.ended).toBe(0);
    expect(keyIds()).toHaveLength(2);
  }, 60_000);

  it.each([
    ['Ctrl-D', '\u0004'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-Z', '\u001A'],
    ['Ctrl-\\', '\u001C'],
  ])(
    'is not kept where %s ends it, so the new key is deleted again',
    async (_what, pressed) => {
      const { terminal, aws, keyIds } = await rotating('--yes');
      await terminal.shows(ASKED);
      terminal.type(pressed);
      expect(await terminal.ended).toBe(2);
      expect(keyIds()).toEqual([SECOND_KEY]);
      const left = mainScreen(terminal.screen());
      expect(left).toContain('is deleted again');
      expect(left).not.toContain('1049');
      expect(left).not.toContain(aws.secretAccessKeys[0]);
    },
    60_000,
  );

  it('is not kept where the terminal hangs up: the new key is deleted again, though nobody hears of it', async () => {
    const { terminal, aws, keyIds } = await rotating('--yes');
    await terminal.shows(ASKED);
    terminal.hangUp();
    await terminal.ended;
    expect(keyIds()).toEqual([SECOND_KEY]);
    expect(aws.secretAccessKeys).toHaveLength(1);
  }, 60_000);
});

describe('without a terminal', () => {
  it('no key is made for whose secret there would be no place', async () => {
    const { aws, env } = await overdueKey();
    // A session of its own has no controlling terminal, wherever the tests run; /dev/tty is there all the same.
    const child = spawn(process.execPath, [...ROTATE, '--yes'], {
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(stderr).toContain('There is no terminal to show the new secret on');
    expect(code).toBe(2);
    expect(aws.secretAccessKeys).toEqual([]);
  }, 60_000);
});
