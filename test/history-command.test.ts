import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AccountMemory } from '../lambda/domain/memory.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  exampleKeyId,
  type FakeKey,
  type FakeUserOverrides,
  fakeUser,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from './fake-aws/index.ts';
import { type Ended, runKeyaudit } from './keyaudit-process.ts';

/** `keyaudit scan --history` as a person meets it, day after day: each scan a process, whose clock the test sets. */

const temporary = (): string => mkdtempSync(join(tmpdir(), 'keyaudit-history-'));
const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const key = (id: number, days: number, usedAt: Date): Partial<FakeKey> => ({
  accessKeyId: exampleKeyId(id),
  created: daysAgo(days),
  lastUsed: use(usedAt),
});
const user = (userName: string, ...keys: Partial<FakeKey>[]): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys,
});

type Options = { format?: string; isHeard?: boolean };

/** An account on the embedded AWS, a folder, and the person in front of both. */
const laptop = async (...users: FakeUserOverrides[]) => {
  let now = NOW;
  const folder = join(temporary(), 'history');
  const world = fakeWorld({ accounts: [{ users, report: { polls: 0 } }] });
  const aws = await embeddedAws({ world, now: () => now });
  const scan = (args: string[] = [], { format = 'json', isHeard = true }: Options = {}): Promise<Ended> =>
    runKeyaudit(['scan', '--format', format, '--history', folder, ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...aws.env, START_INSTANT: now.toISOString() },
      nodeOptions: ['--no-warnings', '--import', 'tsx', '--import', './test/at-instant.ts'],
      isHeard,
    });
  const file = join(folder, `${HUB_ACCOUNT_ID}.json`);
  return {
    aws,
    users: world.accounts[0]!.users,
    folder,
    file,
    scan,
    nextDay: () => {
      now = new Date(now.getTime() + DAY);
      return now;
    },
    memory: () => JSON.parse(readFileSync(file, 'utf8')) as AccountMemory,
  };
};

const reportOf = ({ stdout }: Ended): AuditReport => JSON.parse(stdout) as AuditReport;
const changes = (result: Ended) =>
  reportOf(result)
    .findings.map(({ userName, change, worse }) => `${userName}: ${worse ? 'worse' : change}`)
    .sort();

const alice = user('alice', key(1, 400, hoursAgo(2)));
const FIRST = 'its first scan that is remembered: nothing to compare with';

describe('two scans in a row', () => {
  /** Five users on the first day; on the second, one is in order, one as before, two are worse, one is gone, and one is new. */
  const twoDays = async (format: string) => {
    const here = await laptop(
      alice,
      user('bob', key(2, 300, hoursAgo(2))),
      user('carol', key(3, 60, daysAgo(20)), key(4, 30, hoursAgo(2))),
      user('dave', key(5, 89.5, hoursAgo(2))),
      user('erin', key(6, 200, hoursAgo(2))),
    );
    const first = await here.scan([], { format });
    const now = here.nextDay();
    const [a, , c, , e] = here.users as [(typeof here.users)[number], ...typeof here.users];
    a.keys = [{ accessKeyId: exampleKeyId(7), status: 'Active', created: now, lastUsed: use(now) }];
    c!.keys[0]!.lastUsed = use(new Date(now.getTime() - DAY / 24));
    here.users.splice(here.users.indexOf(e!), 1);
    here.users.push(fakeUser(user('frank', key(8, 400, hoursAgo(2)))));
    return { here, first, second: await here.scan([], { format }) };
  };

  it('give what is new, worse and ongoing, since when, and what is resolved', async () => {
    const { here, first, second } = await twoDays('json');
    expect([first.code, first.stderr, second.code, second.stderr]).toEqual([1, '', 1, '']);
    expect(reportOf(first).accounts[0]?.reason).toBe(FIRST);
    const { findings, resolved, accounts, startedAt } = reportOf(second);
    expect(accounts[0]?.reason).toBeUndefined();
    expect(changes(second)).toEqual(['bob: ongoing', 'carol: worse', 'dave: worse', 'frank: new']);
    expect(resolved.map(({ userName, ruleIds }) => [userName, ...ruleIds])).toEqual([
      ['alice', 'key-overdue'],
      ['erin', 'key-overdue'],
    ]);
    expect(findings.find(({ userName }) => userName === 'carol')?.rules[0]?.message).toMatch(
      /; used again since the scan of 2026-11-23 09:00 UTC: s3, eu-west-1$/,
    );
    const began = reportOf(first).startedAt;
    const since = (name: string) => {
      const { firstSeenAt, stageSince } = findings.find(({ userName }) => userName === name)!;
      return { firstSeenAt, stageSince };
    };
    expect([since('bob'), since('carol'), since('frank')]).toEqual([
      { firstSeenAt: began, stageSince: began },
      { firstSeenAt: began, stageSince: startedAt },
      { firstSeenAt: startedAt, stageSince: startedAt },
    ]);
    expect(
      here
        .memory()
        .findings.map(({ userName }) => userName)
        .sort(),
    ).toEqual(['bob', 'carol', 'dave', 'frank']);
  }, 60_000);

  it('tell a person at a terminal', async () => {
    const { first, second } = await twoDays('table');
    expect(first.stdout).toContain(`${HUB_ACCOUNT_ID}: ${FIRST}.`);
    expect(first.stdout).not.toContain('NEWS');
    expect(second.stdout).toContain('1 is new and 2 are worse.');
    expect(second.stdout).toContain('2 resolved since the last scan.');
    expect(second.stdout).toMatch(/Resolved: (alice|erin) in 111122223333, (alice|erin) in 111122223333\./);
    expect(second.stdout).toMatch(/^SEVERITY +NEWS +ACCOUNT/m);
    expect(second.stdout).toMatch(/^high +new +111122223333 +frank /m);
    expect(second.stdout).toMatch(/^high +worse +111122223333 +carol /m);
    expect(second.stdout).toMatch(/^high +111122223333 +bob /m);
  }, 60_000);

  it('take fewer calls the second time: who was in order is not asked about', async () => {
    const { aws, scan, nextDay } = await laptop(alice, user('bob', key(2, 30, hoursAgo(2))));
    await scan();
    nextDay();
    aws.calls.reset();
    await scan();
    expect(aws.calls.of('iam:ListAccessKeys').map(({ params }) => params['UserName'])).toEqual(['alice']);
  }, 60_000);
});

describe('nothing is remembered', () => {
  it.each([
    ['users (--user)', ['--user', 'alice']],
    ['accounts (--account): scans of those that --config names are', ['--account', HUB_ACCOUNT_ID]],
  ])(
    'of a scan of some %s, which is said; it is compared all the same',
    async (some, args) => {
      const { scan, memory, nextDay } = await laptop(alice);
      await scan();
      const before = memory();
      nextDay();
      const result = await scan(args);
      expect(result.stderr).toBe(`keyaudit: Compared, but not remembered: this scan is of some ${some}.\n`);
      expect([result.code, changes(result)]).toEqual([1, ['alice: ongoing']]);
      expect(memory()).toEqual(before);
    },
    60_000,
  );

  it('of an account that could not be read to its end', async () => {
    const { aws, scan, memory, nextDay } = await laptop(alice);
    await scan();
    const before = memory();
    nextDay();
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'deny' });
    expect((await scan()).code).toBe(2);
    expect(memory()).toEqual(before);
  }, 60_000);

  it('of a scan whose output nobody took', async () => {
    const { scan, file } = await laptop(alice);
    await scan([], { isHeard: false });
    expect(existsSync(file)).toBe(false);
  }, 60_000);

  it.each([
    [
      'judged at another time',
      ['--now', NOW.toISOString()],
      "'--history <folder>' cannot be used with option '--now <instant>'",
    ],
    [
      'of a downloaded report',
      ['--credential-report', 'report.csv'],
      "'--history <folder>' cannot be used with option '--credential-report <file...>'",
    ],
    ['without a folder’s name', ['--history', ''], '--history needs the name of a folder'],
  ])(
    'of a scan %s: the options are refused',
    async (_what, args, message) => {
      const { aws, scan } = await laptop();
      const { code, stdout, stderr } = await scan(args);
      expect(stderr).toContain(message);
      expect({ code, stdout, calls: aws.calls.count() }).toEqual({ code: 2, stdout: '', calls: 0 });
    },
    60_000,
  );
});

describe('a history', () => {
  it('that is corrupt is said, set aside, and begun anew', async () => {
    const { scan, folder, file, memory } = await laptop(alice);
    mkdirSync(folder);
    writeFileSync(file, '{"schemaVersion": 1');
    const result = await scan();
    expect([result.code, result.stderr]).toEqual([1, '']);
    expect(reportOf(result).accounts[0]?.reason).toContain('its history could not be understood');
    const [aside] = readdirSync(join(folder, 'unreadable'));
    expect(readFileSync(join(folder, 'unreadable', aside!), 'utf8')).toBe('{"schemaVersion": 1');
    expect(memory().findings).toHaveLength(1);
  }, 60_000);

  it('that cannot be set aside stays, which is said, and the scan is incomplete; its result is printed', async () => {
    const { scan, folder, file } = await laptop(alice);
    mkdirSync(folder);
    writeFileSync(file, '{');
    writeFileSync(join(folder, 'unreadable'), 'in the way');
    const result = await scan();
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(
      /^keyaudit: Not remembered: 111122223333: cannot write \S+\/unreadable\/111122223333-\S+\.json \(EEXIST\)\.\n$/,
    );
    expect(reportOf(result).findings).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toBe('{');
  }, 60_000);

  it('that cannot be read stays as it is, which is said, and the scan is incomplete; its result is printed', async () => {
    const { scan, file } = await laptop(alice);
    mkdirSync(join(file, 'kept'), { recursive: true });
    const result = await scan();
    expect(result.code).toBe(2);
    expect(result.stderr).toBe(
      `keyaudit: Not remembered: 111122223333: its history could not be read, and is left as it is: cannot read ${file} (EISDIR).\n`,
    );
    expect(reportOf(result).accounts[0]?.reason).toContain('its history could not be read');
    expect(reportOf(result).findings).toHaveLength(1);
    expect(readdirSync(file)).toEqual(['kept']);
  }, 60_000);

  it('is written though the report could not be written to its file: it was printed instead', async () => {
    const { scan, memory } = await laptop(alice);
    const { code, stdout } = await scan(['--output', join(temporary(), 'no-such-folder', 'out.json')]);
    expect(code).toBe(2);
    expect(stdout).toContain('alice');
    expect(memory().findings).toHaveLength(1);
  }, 60_000);
});

describe('help', () => {
  it('says which scans are remembered', async () => {
    const { stdout } = await (await laptop()).scan(['--help']);
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(words).toContain(
      '--history <folder> say what changed since the last scan, and remember this one there for the next',
    );
    expect(words).toContain('are compared and not remembered; not with --now or --credential-report');
  }, 60_000);
});
