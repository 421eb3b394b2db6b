import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { exitCodeOf } from '../bin/exit-codes.ts';
import { DAY } from '../lambda/domain/time.ts';
import { headline } from '../lambda/render/summary.ts';
import { at, awsAhead } from './another-clock.ts';
import { NOW } from './builders.ts';
import { scan } from './embedded.ts';
import type { Fault } from './fake-aws/index.ts';
import { type Ended, runKeyaudit } from './keyaudit-process.ts';
import { type Line, type LineAnswer, lineTo } from './line.ts';

/** Requests are signed with their time, and AWS looks at it. */

// Some tests wait for a process of their own.
jest.setTimeout(60_000);

let line: Line | undefined;
afterEach(() => {
  line?.close();
  line = undefined;
});

/** What AWS says to a signature of another time: its words for IAM and STS, for S3, for EC2, and for its JSON services. */
const refusals: readonly [code: string, message: string][] = [
  [
    'SignatureDoesNotMatch',
    'Signature expired: 20261122T090000Z is now earlier than 20261123T085500Z (20261123T090000Z - 5 min.)',
  ],
  [
    'SignatureDoesNotMatch',
    'Signature not yet current: 20261124T090000Z is still later than 20261123T090500Z (20261123T090000Z + 5 min.)',
  ],
  ['InvalidSignatureException', 'Signature not yet current: 20261124T090000Z is still later than 20261123T090500Z'],
  ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  ['RequestExpired', 'Request has expired.'],
];
const refused = (operation: string, code: string, message: string): Fault => ({
  operation,
  kind: 'error',
  status: 403,
  code,
  message,
});

describe('a signature that AWS finds of another time', () => {
  it.each(refusals)('fails the account by AWS’s own words: %s, %s', async (code, message) => {
    await awsAhead(0, { fault: refused('iam:*', code, message) });
    const report = await scan();
    expect(report.accounts).toMatchObject([
      { status: 'failed', reason: expect.stringContaining(`${code}: ${message}`) },
    ]);
    expect(headline(report)).toBe('No account could be read');
    expect(exitCodeOf(report, 'critical')).toBe(2);
  });

  const laptop = (env: Record<string, string>): Promise<Ended> =>
    runKeyaudit(['scan', '--format', 'json'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: mkdtempSync(join(tmpdir(), 'keyaudit-clock-')),
        ...env,
        START_INSTANT: NOW.toISOString(),
      },
      nodeOptions: ['--no-warnings', '--import', 'tsx', '--import', './test/at-instant.ts'],
    });

  it('is told on the command line as a matter of the clock', async () => {
    const [[code, message]] = refusals as [[string, string]];
    const aws = await awsAhead(0, { fault: refused('sts:GetCallerIdentity', code, message) });
    expect(await laptop(aws.env)).toEqual({
      code: 2,
      stdout: '',
      stderr: `keyaudit: AWS’s clock differs from this machine’s: set this one right (${code}: ${message})\n`,
    });
  });

  /** An AWS whose clock is a day ahead or behind, and that looks at the time of each signature, as the real one does. */
  const strictAws = async (ms: number) => {
    const aws = await awsAhead(ms, { keyDays: 91 });
    const [[code, message]] = refusals as [[string, string]];
    const answered = { refused: 0, done: 0 };
    const refusal: LineAnswer = {
      status: 403,
      type: 'text/xml',
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    };
    const made = await lineTo(aws.url, async (_action, forward, { 'x-amz-date': signedAt }) => {
      const isCurrent = Math.abs(signingTime(String(signedAt)) - at(ms).getTime()) < 5 * 60_000;
      answered[isCurrent ? 'done' : 'refused'] += 1;
      return { ...(isCurrent ? await forward() : refusal), headers: { date: at(ms).toUTCString() } };
    });
    line = made;
    return { env: { ...aws.env, AWS_ENDPOINT_URL: made.url }, answered };
  };
  /** `20261123T090000Z` */
  const signingTime = (text: string): number =>
    Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));

  it('is signed again by AWS’s clock; its data is still from the future', async () => {
    const { env, answered } = await strictAws(DAY);
    const { code, stdout, stderr } = await laptop(env);
    expect(stderr).toMatch(
      /^keyaudit: Read in part: 111122223333: its data is of 2026-11-24 09:00 UTC, later than 2026/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ accounts: [{ status: 'failed' }] });
    expect(code).toBe(2);
    expect([answered.refused > 0, answered.done > 4]).toEqual([true, true]);
  });

  it('is signed again by AWS’s clock; its data is as old as it looks', async () => {
    const { env, answered } = await strictAws(-DAY);
    const { code, stdout, stderr } = await laptop(env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      accounts: [{ status: 'scanned', credentialReportGeneratedAt: at(-DAY).toISOString() }],
      findings: [{ userName: 'alice', ageDays: 92 }],
    });
    expect(answered.refused).toBeGreaterThan(0);
  });
});
