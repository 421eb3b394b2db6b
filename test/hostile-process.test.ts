import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeUserOverrides, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { aliveInCsv } from './inert/csv.ts';
import { aliveInText, linesOfOthers, PLANTED } from './inert/text.ts';
import { runKeyaudit } from './keyaudit-process.ts';
import { temporaryTree } from './temporary-tree.ts';

/** `keyaudit` as a process on the worst of names: what it prints, what it says of its errors, and what its own commands do. */

jest.setTimeout(60_000);

const WORST = `=\u001B[2J\u001B]0;x\u0007\u202E<!channel>$(touch pwned)\r\n${PLANTED}\u2028${PLANTED}\u009B2J`;

const files = temporaryTree({
  'organization.json': JSON.stringify({ accounts: { organization: {} } }),
  'wrong.json': JSON.stringify({ [WORST]: 1, accounts: WORST }),
});
const config = (name: string): string[] => ['--config', join(files, name)];

/** By the real clock: a key that is old in any year. */
const start = (user: FakeUserOverrides) => {
  const keys = [{ accessKeyId: SECOND_KEY, created: new Date('2020-01-01T00:00:00Z') }];
  const world = fakeWorld({
    accounts: [{ users: [{ keys, ...user }], report: { polls: 0 } }],
    organization: { members: [{ id: HUB_ACCOUNT_ID, name: WORST }] },
  });
  return embeddedAws({ world, now: () => new Date() });
};

/** As CI runs it: it takes itself for a terminal in colours. */
const run = (...args: string[]) => runKeyaudit(args, { env: { ...process.env, CI: 'true' } });

const alive = (...texts: string[]): string[] => texts.flatMap((text) => [...aliveInText(text), ...linesOfOthers(text)]);

describe('the command line', () => {
  it('prints a scan, and says what failed, without anything coming alive', async () => {
    const aws = await start({ userName: WORST.slice(0, 64), tags: { owner: WORST, [SECOND_KEY]: WORST } });
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'error', status: 400, code: 'Odd', message: WORST });
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'error', status: 403, code: 'Odd', message: WORST });
    const [table, csv] = await Promise.all(
      ['table', 'csv'].map((format) => run('scan', ...config('organization.json'), '--format', format)),
    );
    expect([table?.code, csv?.code]).toEqual([2, 2]);
    expect(table?.stdout).toContain('1 access key needs attention');
    expect(csv?.stderr).toContain('last used could not be read');
    expect(alive(table?.stdout ?? '', table?.stderr ?? '', csv?.stderr ?? '')).toEqual([]);
    expect(aliveInCsv(csv?.stdout ?? '', 2)).toEqual([]);
  });

  it('says why it cannot do a thing without anything coming alive', async () => {
    const aws = await start({ userName: 'alice' });
    const asked = [
      ['plan', WORST],
      ['reactivate', SECOND_KEY, '--dry-run', '--user', WORST],
      ['scan', ...config('wrong.json')],
    ];
    const ended = await Promise.all(asked.map((args) => run(...args)));
    aws.faults.add({ operation: 'sts:GetCallerIdentity', kind: 'error', status: 403, code: 'Odd', message: WORST });
    ended.push(await run('plan', 'alice'));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(ended.map(() => [2, '']));
    for (const { stderr } of ended) expect(stderr).toMatch(/^keyaudit: .*(no user|wrong|asked)/ms);
    expect(ended.flatMap(({ stderr }) => aliveInText(stderr))).toEqual([]);
    // What is wrong with the settings is a list, in the words of the caller's own file.
    expect(ended.filter((_, at) => asked[at]?.[0] !== 'scan').flatMap(({ stderr }) => linesOfOthers(stderr))).toEqual(
      [],
    );
  });

  it('gives commands that work for a user who is called like an option', async () => {
    await start({ userName: '--version' });
    const { stdout } = await run('whose', SECOND_KEY);
    const [, command = ''] = /^Next: (npm .*)$/m.exec(stdout) ?? [];
    expect(command).toBe('npm run -s keyaudit -- plan -- --version');
    const plan = await promisify(execFile)('bash', ['-c', `${command} || true`], {
      cwd: join(import.meta.dirname, '..'),
      env: process.env,
    });
    expect(plan.stdout).toMatch(new RegExp(`^--version in ${HUB_ACCOUNT_ID}: .*\n`));
    expect(plan.stdout).toMatch(/^ {2}npm run -s keyaudit -- rotate -- --version$/m);
  });
});
