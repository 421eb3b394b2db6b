import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { DAY } from '../lambda/domain/time.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeSlack, fakeWorld, HUB_ACCOUNT_ID, startFakeSlack } from './fake-aws/index.ts';
import { lineTo } from './line.ts';
import { fresh, OLD, quiet, USER } from './rotating.ts';

/** `keyaudit rotate` as a process: what becomes of a step when its reader goes, or a signal comes. */

const config = join(mkdtempSync(join(tmpdir(), 'keyaudit-rotate-')), 'settings.json');
writeFileSync(config, JSON.stringify({ productionAccounts: [HUB_ACCOUNT_ID], slack: { onCall: '#2ndline' } }));

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A user whose old key may go. What AWS says of `held` is held back until the process says `until`; it gets `signal` at that call. */
const deactivating = async (
  onText: { text: string; react: (child: Child) => void } | undefined,
  onCall: { action: string; signal: NodeJS.Signals; until: string } | undefined,
) => {
  // The process has the machine's clock.
  const shifted = <Key extends { created: Date; lastUsed: { date: Date } }>(key: Key): Key => {
    const shift = Date.now() - fresh().lastUsed.date.getTime() - DAY / 24;
    const later = (date: Date): Date => new Date(date.getTime() + shift);
    return { ...key, created: later(key.created), lastUsed: { ...key.lastUsed, date: later(key.lastUsed.date) } };
  };
  const keys = [shifted(quiet), shifted(fresh())];
  const world = fakeWorld({ accounts: [{ users: [{ userName: USER, keys }] }] });
  const aws = await embeddedAws({ world, now: () => new Date() });
  const slack: FakeSlack = await startFakeSlack();
  let stdout = '';
  let stderr = '';
  const line = await lineTo(aws.url, async (action, forward) => {
    const answer = await forward();
    if (onCall && action === onCall.action) {
      child.kill(onCall.signal);
      while (!stderr.includes(onCall.until)) await once(child.stderr, 'data');
    }
    return answer;
  });
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', 'tsx', 'bin/keyaudit.ts', 'rotate', USER, '--yes', '--config', config],
    {
      cwd: new URL('..', import.meta.url),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...aws.env,
        AWS_ENDPOINT_URL: line.url,
        SLACK_API_URL: slack.url,
        SLACK_TOKEN: slack.token,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let isSeen = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (isSeen || !onText || !stdout.includes(onText.text)) return;
    isSeen = true;
    onText.react(child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  await slack.close();
  line.close();
  const user = world.accounts[0]!.users[0]!;
  return { code, signal, stdout, stderr, user, told: slack.messages.map(({ text }) => text) };
};

describe('a step whose reader goes', () => {
  it('is done to its end, and says by its exit code that it is', async () => {
    const leave = { text: 'This will be done', react: (child: Child) => void child.stdout.destroy() };
    const { code, user } = await deactivating(leave, undefined);
    expect(code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(user.tags).toHaveProperty([deactivationTag(OLD)]);
  }, 30_000);
});

describe('a signal', () => {
  it('after on-call was told stops before the next call, and on-call is told that as well', async () => {
    const interrupt = { action: 'UpdateAccessKey', signal: 'SIGINT', until: 'Stopping after this step' } as const;
    const { code, stderr, user, told } = await deactivating(undefined, interrupt);
    expect(code).toBe(2);
    expect(stderr).toContain('Stopping after this step');
    expect(stderr).toContain('not done: iam:TagUser');
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(user.tags).toEqual({});
    expect(told).toEqual([
      expect.stringContaining(`about to make ${OLD} inactive`),
      expect.stringContaining(`IAM: iam:UpdateAccessKey UserName=${USER} AccessKeyId=${OLD} Status=Inactive.`),
    ]);
  }, 30_000);
});
