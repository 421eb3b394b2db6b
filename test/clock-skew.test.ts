import { afterEach, describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { exitCodeOf } from '../bin/exit-codes.ts';
import { formats, render } from '../bin/formats.ts';
import { reportOn } from '../lambda/audit.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { readReportFile } from '../lambda/read-report-file.ts';
import { snsMessage } from '../lambda/render/sns-message.ts';
import { headline } from '../lambda/render/summary.ts';
import { at, awsAhead } from './another-clock.ts';
import { account, FIRST_KEY, findingContext, NOW } from './builders.ts';
import { embeddedAws, found, scan, scanToRemember } from './embedded.ts';
import { type Fault, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { type Line, lineTo } from './line.ts';
import { accountMemory, keyMemory, userMemory } from './memory-builders.ts';
import { reportCsv, reportRow, rootRow } from './report-csv.ts';

/** The machine's clock stands at NOW; AWS's is another, and all its data is by that one. */

const SECOND = 1000;
const YEAR = 365 * DAY;

const noReport: Fault = { operation: 'iam:GenerateCredentialReport', kind: 'deny' };
const isWrong =
  /^its data is of .+, later than 2026-11-23 09:00 UTC, at which it was judged: check the clock, or --now$/;
const messages = (report: AuditReport): [string, string][] => [
  ...formats.map((format): [string, string] => [format, render(report, format, pc.createColors(false))]),
  ['sns', snsMessage(report).Message],
];

describe('a clock that is behind AWS’s', () => {
  it.each([
    ['less than an hour', HOUR - 1],
    // IAM counts whole seconds.
    ['an hour', HOUR + 999],
  ])('by %s is none that matters', async (_what, ms) => {
    await awsAhead(ms, { keyDays: 91 });
    const report = await scan();
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(exitCodeOf(report, 'low')).toBe(1);
  });

  it.each<[string, number, Fault | undefined]>([
    ['more than an hour', HOUR + SECOND, undefined],
    ['a day', DAY, undefined],
    ['a year', YEAR, undefined],
    ['a year, without a report to tell the time by', YEAR, noReport],
  ])('by %s fails the account: nothing of it looks clean', async (_what, ms, fault) => {
    await awsAhead(ms, { ...(fault && { fault }) });
    const report = await scan();
    expect(report.findings).toEqual([]);
    expect(report.accounts).toMatchObject([{ status: 'failed', reason: expect.stringContaining('check the clock') }]);
    expect(report.failures).toEqual([{ scope: 'account', id: HUB_ACCOUNT_ID, reason: expect.stringMatching(isWrong) }]);
    expect(report.summary).toMatchObject({ accountsScanned: 0, accountsFailed: 1 });
    expect(headline(report)).toBe('Nothing found in what could be read, 1 account read in part');
    expect(exitCodeOf(report, 'critical')).toBe(2);
    for (const [format, text] of messages(report)) {
      expect([format, /check the clock, or --now/.test(text), /all clear/i.test(text)]).toEqual([format, true, false]);
    }
  });

  it('fails the account of one user who was asked about, and shows what was found all the same', async () => {
    await awsAhead(YEAR, { keyDays: 2 * 365, fault: noReport });
    const report = await scan({ users: ['alice'] });
    expect(report.findings).toMatchObject([{ userName: 'alice', ageDays: 365 }]);
    expect(exitCodeOf(report, 'low')).toBe(2);
  });

  it('leaves nothing to remember: the next scan would count from it', async () => {
    const history = { recall: async () => undefined };
    await awsAhead(HOUR);
    expect((await scanToRemember({ history })).memories).toHaveLength(1);
    await awsAhead(HOUR + SECOND);
    expect((await scanToRemember({ history })).memories).toEqual([]);
  });
});

describe('a clock that is ahead of AWS’s', () => {
  it.each([
    ['half an hour', HOUR / 2, 'less than an hour old'],
    // Older than AWS lets a report become: that is told, and nothing else is made of it.
    ['five hours', 5 * HOUR, '5 hours old'],
    ['a day', DAY, '24 hours old'],
    ['a year', YEAR, '365 days old'],
  ])('by %s makes the report look old, and every message says so', async (_what, ms, old) => {
    await awsAhead(-ms);
    const report = await scan();
    expect(report.failures).toEqual([]);
    // CSV is for machines, and JSON has the instant.
    for (const [format, text] of messages(report).filter(([name]) => !['csv', 'json'].includes(name))) {
      expect([format, text.includes(`${old}.`)]).toEqual([format, true]);
    }
    expect(report.accounts).toMatchObject([{ credentialReportGeneratedAt: at(-ms).toISOString() }]);
  });

  it('finds too much rather than too little', async () => {
    await awsAhead(-YEAR, { keyDays: 10 });
    expect(found(await scan())).toEqual(['alice: key-overdue, key-unused']);
  });
});

describe('an instant from the future', () => {
  const inactive = (tags: Record<string, string> = {}) =>
    embeddedAws({
      world: fakeWorld({
        accounts: [
          {
            users: [
              {
                userName: 'alice',
                created: at(-900 * DAY),
                tags,
                keys: [{ accessKeyId: FIRST_KEY, created: at(-400 * DAY), status: 'Inactive' }],
              },
            ],
            report: { polls: 0 },
          },
        ],
      }),
    });
  const kept = ['alice: inactive-key-kept'];

  it('in a deactivation tag proves nothing', async () => {
    const tagged = (instant: Date) => inactive({ [`keyaudit:deactivated-at:${FIRST_KEY}`]: instant.toISOString() });
    await tagged(NOW);
    expect(found(await scan())).toEqual([]);
    await tagged(at(1));
    expect(found(await scan())).toEqual(kept);
  });

  const rememberedAt = (scannedAt: Date) => {
    const seenAt = scannedAt.toISOString();
    const keys = [keyMemory({ status: 'Inactive', inactiveSeenAt: seenAt, seenActive: true })];
    const users = [userMemory({ seenAt, keys })];
    const text = JSON.stringify(accountMemory({ accountId: HUB_ACCOUNT_ID, scannedAt: seenAt, users }));
    return { recall: async () => text };
  };

  /** CloudTrail would know better. */
  const inactiveWithoutTrail = async () =>
    (await inactive()).faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });

  it('in what is remembered may be a clock that is wrong by an hour', async () => {
    await inactiveWithoutTrail();
    const { report, memories } = await scanToRemember({ history: rememberedAt(at(HOUR)) });
    expect(found(report)).toEqual([]);
    expect(memories[0]?.recalled.unreadable).toBeUndefined();
  });

  it('in what is remembered hides nothing: it is set aside, and said', async () => {
    await inactiveWithoutTrail();
    const { report, memories } = await scanToRemember({ history: rememberedAt(at(HOUR + 1)) });
    expect(found(report)).toEqual(kept);
    expect(report.findings[0]?.change).toBeUndefined();
    expect(report.accounts[0]?.reason).toBe(
      'its history could not be understood, so nothing is called new or resolved: ' +
        'it is of 2026-11-23 10:00 UTC, later than 2026-11-23 09:00 UTC: check the clock',
    );
    expect(memories[0]?.recalled.unreadable).toContain(FIRST_KEY);
  });
});

describe('a credential report in a file', () => {
  const reported = (instant: string): AuditReport => {
    const slot = { access_key_1_active: 'true', access_key_1_last_rotated: instant };
    const content = reportCsv([rootRow(), reportRow({ user_creation_time: instant, ...slot })]);
    const reading = readReportFile(new TextEncoder().encode(content), (id) => account({ id }));
    return reportOn([reading], { scanId: 'scan-1', context: findingContext() }, [], NOW);
  };

  it('of 1970 is read, and is very old', () => {
    const report = reported('1970-01-01T00:00:00Z');
    expect(report.findings).toMatchObject([
      { userName: 'alice', ageDays: 20780, createDate: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(report.accounts[0]?.reason).toContain('whose newest date is 2024-05-06');
    expect(report.failures).toEqual([]);
  });

  it.each(['2026-11-23T10:00:01Z', '9999-12-31T23:59:59Z'])('of %s fails its account', (instant) => {
    const report = reported(instant);
    expect(report.accounts).toMatchObject([{ status: 'failed', reason: expect.stringContaining('check the clock') }]);
    expect(exitCodeOf(report, 'critical')).toBe(2);
  });
});

let line: Line | undefined;
afterEach(() => {
  line?.close();
  line = undefined;
});

describe('a credential report', () => {
  /** Alice's account, whose report says that it was made then; `undefined`: it does not say. */
  const generated = async (instant: string | undefined): Promise<AuditReport> => {
    const { url } = await awsAhead(0, { keyDays: 91 });
    line = await lineTo(url, async (_action, forward) => {
      const answer = await forward();
      const replacement = instant === undefined ? '' : `<GeneratedTime>${instant}</GeneratedTime>`;
      return { ...answer, body: answer.body.replace(/<GeneratedTime>.*<\/GeneratedTime>/, replacement) };
    });
    process.env['AWS_ENDPOINT_URL'] = line.url;
    return scan();
  };

  it('of 1970 is a report, and very old', async () => {
    const report = await generated('1970-01-01T00:00:00Z');
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(render(report, 'text', pc.createColors(false))).toContain(
      'Credential report: 1970-01-01 00:00 UTC, 20780 days old.',
    );
    expect(exitCodeOf(report, 'low')).toBe(1);
  });

  it('of the year 9999 fails its account', async () => {
    const report = await generated('9999-12-31T23:59:59Z');
    expect(report.failures).toMatchObject([{ reason: expect.stringContaining('its data is of 9999-12-31 23:59 UTC') }]);
    expect(exitCodeOf(report, 'low')).toBe(2);
  });

  it('that does not say of when it is, is none: the account is read user by user', async () => {
    const report = await generated(undefined);
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(report.accounts).toMatchObject([
      {
        status: 'scanned',
        reason:
          'read user by user, without a credential report: IAM gave a credential report without content or GeneratedTime',
        credentialReportGeneratedAt: null,
      },
    ]);
  });
});
