import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AuditReport } from '../lambda/domain/report.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  type FakeOrganizationOverrides,
  type FakeSlack,
  type FakeUserOverrides,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeSlack,
} from './fake-aws/index.ts';
import { type Ended, runKeyaudit } from './keyaudit-process.ts';
import { reportCsv, reportRow, rootRow } from './report-csv.ts';

type FakeMemberOverrides = NonNullable<FakeOrganizationOverrides['members']>[number];

/** The command line as a person or a script meets it: arguments in; stdout, stderr and exit code out. */

const folder = mkdtempSync(join(tmpdir(), 'keyaudit-cli-'));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const keyaudit = (args: string[], env: Record<string, string> = {}, nodeOptions?: string[]): Promise<Ended> =>
  runKeyaudit(args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    ...(nodeOptions && { nodeOptions }),
  });

const now = ['--now', NOW.toISOString()];
const keyColumns = (created: Date, used: Date | undefined) => ({
  access_key_1_active: 'true',
  access_key_1_last_rotated: created.toISOString(),
  access_key_1_last_used_date: used?.toISOString() ?? 'N/A',
});
const overdue = reportRow({ user: 'alice', ...keyColumns(daysAgo(100), hoursAgo(2)) });
const dueSoon = reportRow({ user: 'bob', ...keyColumns(daysAgo(80), hoursAgo(2)) });
const fine = reportRow({ user: 'carol', ...keyColumns(daysAgo(10), hoursAgo(2)) });
const unreadable = reportRow({ user: 'dave', access_key_1_active: 'perhaps' });
const report = (...rows: ReturnType<typeof reportRow>[]): string =>
  file(`report-${rows.map(({ user }) => user).join('-')}.csv`, reportCsv([rootRow(), ...rows]));

describe('scan --credential-report', () => {
  const scanFile = (path: string, ...args: string[]) =>
    keyaudit(['scan', '--credential-report', path, ...now, ...args]);

  it('prints a plain table when it is piped, and needs no AWS', async () => {
    const { code, stdout, stderr } = await scanFile(report(overdue, dueSoon, fine));
    expect(stdout).toMatch(/^2 access keys need attention\nRead 111122223333: 3 users, 3 access keys\.\n/);
    expect(stdout).toMatch(/^SEVERITY +ACCOUNT +USER +ACCESS KEY +AGE +LAST USED +STAGE +NEXT STEP$/m);
    expect(stdout).toMatch(
      /^high +111122223333 +alice +key id not in report +≥ 100 d +2 hours ago +overdue +Find where/m,
    );
    expect(stdout).not.toContain('\u001B');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it.each([
    ['nothing found', [fine], [], 0],
    ['something found', [dueSoon], [], 1],
    ['nothing found at or above --fail-on', [dueSoon], ['--fail-on', 'high'], 0],
    ['something found at --fail-on', [overdue], ['--fail-on', 'high'], 1],
    ['only an unreadable row', [fine, unreadable], [], 2],
    ['findings and an unreadable row', [overdue, unreadable], [], 2],
  ])('exits, with %s, %#', async (_what, rows, args, expected) => {
    expect((await scanFile(report(...rows), ...args)).code).toBe(expected);
  });

  it('names what it could not read on stderr, and prints the rest', async () => {
    const { stdout, stderr } = await scanFile(report(overdue, unreadable), '--format', 'csv');
    expect(stdout).toContain('alice');
    expect(stderr).toBe(
      'keyaudit: Not fully checked: dave in 111122223333: row 4 of the credential report: access_key_1_active is "perhaps", neither true nor false.\n',
    );
  });

  it('reads several reports, of an account each', async () => {
    const other = reportCsv([overdue]).replaceAll('111122223333', '444455556666');
    const { stdout } = await scanFile(
      report(overdue),
      '--credential-report',
      file('other.csv', other),
      '--format',
      'json',
    );
    expect(JSON.parse(stdout).accounts.map(({ id }: { id: string }) => id)).toEqual(['111122223333', '444455556666']);
  });

  it('reads the others when one of several is no report, and is incomplete', async () => {
    const { code, stdout, stderr } = await scanFile(report(overdue), '--credential-report', 'no.csv');
    expect(stdout).toContain('alice');
    expect(stderr).toEqual(
      expect.stringMatching(/^keyaudit: Not read: no\.csv: Cannot read \/.*no\.csv: there is no such file\.\n$/),
    );
    expect(code).toBe(2);
  });

  it('gives no key ids and no commands, and says that ages are lower bounds', async () => {
    const { stdout } = await scanFile(report(overdue), '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      startedAt: NOW.toISOString(),
      accounts: [{ reason: expect.stringContaining('ages are lower bounds'), credentialReportGeneratedAt: null }],
      findings: [{ accessKeyId: null, nextStep: { commands: [] } }],
    });
  });

  it('exempts whom the settings exempt: listed, but not counted', async () => {
    const exemptions = [{ account: '*', user: 'alice', until: '2099-01-01', reason: 'moves to a role' }];
    const config = file('exempt.json', JSON.stringify({ exemptions }));
    const { code, stdout } = await scanFile(report(overdue), '--config', config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Exempt\n.*UNTIL +REASON\n.* alice .* 2099-01-01 \(\d+ days left\) +moves to a role/);
  });

  it('takes the settings out of a cdk.json', async () => {
    const config = file(
      'cdk.json',
      JSON.stringify({ app: 'x', context: { keyaudit: { policy: { rotateAfterDays: 365 } } } }),
    );
    expect((await scanFile(report(overdue), '--config', config, '--fail-on', 'high')).code).toBe(0);
  });

  it.each(['text', 'json', 'csv', 'slack', 'html'])('prints --format %s', async (format) => {
    const { code, stdout } = await scanFile(report(overdue), '--format', format);
    expect(stdout).toContain('alice');
    expect(stdout.endsWith('\n')).toBe(true);
    expect(code).toBe(1);
  });

  it('writes --output FILE and nothing to stdout', async () => {
    const output = join(folder, 'out.json');
    const { stdout, stderr } = await scanFile(report(overdue), '--format', 'json', '--output', output);
    expect(stdout).toBe('');
    expect(stderr).toBe(`keyaudit: 1 access key needs attention: written to ${output}.\n`);
    expect(JSON.parse(readFileSync(output, 'utf8')).findings).toHaveLength(1);
  });

  it('does not overwrite what it reads', async () => {
    const input = report(overdue);
    const { code, stderr } = await scanFile(input, '--output', input);
    expect(stderr).toMatch(/would overwrite what is read/);
    expect(code).toBe(2);
    expect(readFileSync(input, 'utf8')).toContain('alice');
  });

  it('finds files where the person stands, though npm runs in the project’s folder', async () => {
    const path = report(overdue);
    const args = ['scan', '--credential-report', path.slice(folder.length + 1), ...now];
    expect((await keyaudit(args, { INIT_CWD: folder })).code).toBe(1);
  });

  it('refuses two reports of one account', async () => {
    const { code, stderr } = await scanFile(report(overdue), '--credential-report', report(dueSoon));
    expect(stderr).toMatch(/is of account 111122223333, like another file/);
    expect(code).toBe(2);
  });

  it('does not take data that is younger than --now for clean', async () => {
    const { code, stderr } = await keyaudit([
      'scan',
      '--credential-report',
      report(fine),
      '--now',
      '2020-01-01T00:00:00Z',
    ]);
    expect(stderr).toMatch(/its data is of 2026-11-23 07:00 UTC, later than 2020-01-01 00:00 UTC/);
    expect(code).toBe(2);
  });

  it('prints what it cannot write to --output, so that nothing is lost', async () => {
    const { code, stdout, stderr } = await scanFile(report(overdue), '--output', join(folder, 'no-such-folder', 'out'));
    expect(code).toBe(2);
    expect(stdout).toContain('alice');
    expect(stderr).toMatch(/^keyaudit: Cannot write .*no-such-folder.* Here it is instead:\n$/);
  });
});

describe('a mistake', () => {
  const csv = report(overdue);
  it.each<[string, string[], RegExp]>([
    ['a mistyped flag', ['scan', '--fomat', 'json'], /unknown option '--fomat'\n?.*--format/],
    ['a mistyped command', ['scna'], /unknown command 'scna'/],
    ['an unknown format', ['scan', '--format', 'xml'], /'xml' is invalid.*table, text, json, csv, slack/],
    ['an unknown severity', ['scan', '--fail-on', 'severe'], /Allowed choices are low, medium, high, critical/],
    ['a --now that is no instant', ['scan', '--now', 'yesterday'], /not an instant like 2026-11-23T09:00:00Z/],
    ['a --now without a time zone', ['scan', '--now', '2026-11-23T09:00:00'], /not an instant like/],
    [
      'flags that exclude each other',
      ['scan', '--credential-report', csv, '--account', '111122223333'],
      /cannot be used with/,
    ],
    [
      'a report that is not there',
      ['scan', '--credential-report', 'no.csv'],
      /Cannot read \/.*no\.csv: there is no such file/,
    ],
    ['a report that is a folder', ['scan', '--credential-report', '.'], /Cannot read \/.*: it is a directory/],
    [
      'an empty report',
      ['scan', '--credential-report', file('empty.csv', '')],
      /empty\.csv is empty\. Download one with: aws iam/,
    ],
    [
      'a binary report',
      ['scan', '--credential-report', file('binary.csv', Uint8Array.of(0x1f, 0x8b, 0xff))],
      /is not UTF-8 text/,
    ],
    [
      'some other CSV',
      ['scan', '--credential-report', file('other-columns.csv', 'a,b\n1,2')],
      /first line lacks user, arn/,
    ],
    ['settings that are not there', ['scan', '--config', 'no.json'], /Cannot read \/.*no\.json: there is no such file/],
    ['settings that are no JSON', ['scan', '--config', file('broken.json', '{')], /broken\.json is not JSON: /],
    [
      'a cdk.json without the context keyaudit',
      ['scan', '--config', file('other.json', '{"context": {"keyAudit": {}}}')],
      /has no context "keyaudit"/,
    ],
    ['a --now that is no day of the calendar', ['scan', '--now', '2026-02-31T00:00:00Z'], /not an instant like/],
    [
      'a report that is still encoded',
      ['scan', '--credential-report', file('base64.csv', 'dXNlcixhcm4=')],
      /is still base64-encoded/,
    ],
    [
      'settings that are wrong',
      ['scan', '--config', file('wrong.json', '{"chanel": 1, "policy": {"settleDays": -1}}')],
      /The settings in .*wrong\.json are wrong:\n {2}policy\.settleDays: .*\n {2}chanel: is unknown/,
    ],
    [
      'an account that has no such name',
      ['scan', '--account', 'prodution'],
      /accounts\[0\]: "prodution" is neither an account id/,
    ],
  ])('%s is told in a sentence, with exit code 2 and no stack trace', async (_what, args, message) => {
    const { code, stdout, stderr } = await keyaudit(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^keyaudit: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('no credentials: says how to get some, or how to do without', async () => {
    const { code, stderr } = await keyaudit(['scan'], { AWS_REGION: 'eu-west-1' });
    expect(stderr).toMatch(/^keyaudit: There are no usable AWS credentials: sign in .*--credential-report FILE/);
    expect(code).toBe(2);
  });

  it('no region: says which', async () => {
    const { code, stderr } = await keyaudit(['scan'], {
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    expect(stderr).toMatch(/^keyaudit: There is no AWS region: set AWS_REGION/);
    expect(code).toBe(2);
  });
});

describe('scan on live accounts', () => {
  const user = (userName: string, days: number): FakeUserOverrides => ({
    userName,
    created: daysAgo(900),
    keys: [{ created: daysAgo(days), lastUsed: { date: hoursAgo(2), service: 's3', region: 'eu-west-1' } }],
  });
  const start = () =>
    embeddedAws({
      world: fakeWorld({
        topicArns: [`arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`],
        organization: {
          members: [
            { id: HUB_ACCOUNT_ID, name: 'hub' },
            { id: '444455556666', name: 'staging' },
          ],
        },
        accounts: [
          { users: [user('alice', 100)], report: { polls: 0 } },
          { id: '444455556666', users: [user('bob', 100)], report: { polls: 0 } },
        ],
      }),
    });
  const usersIn = ({ stdout }: Ended): string[] =>
    JSON.parse(stdout).findings.map(({ userName }: { userName: string }) => userName);

  it.each([
    ['the account of the credentials', [], ['alice']],
    ['the accounts that --account names', ['--account', '444455556666'], ['bob']],
    ['every account of the --organization', ['--organization'], ['alice', 'bob']],
    ['the user that --user names', ['--organization', '--user', 'bob'], ['bob']],
  ])('reads %s', async (_what, args, expected) => {
    const aws = await start();
    const result = await keyaudit(['scan', '--format', 'json', ...now, ...args], aws.env);
    expect(usersIn(result)).toEqual(expected);
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('reads the accounts of --config, and the flags beat it', async () => {
    const aws = await start();
    const config = file('accounts.json', JSON.stringify({ accounts: [{ id: '444455556666', name: 'staging' }] }));
    const scan = (...args: string[]) =>
      keyaudit(['scan', '--format', 'json', ...now, '--config', config, ...args], aws.env);
    expect(usersIn(await scan())).toEqual(['bob']);
    expect(usersIn(await scan('--account', 'staging', HUB_ACCOUNT_ID))).toEqual(['alice', 'bob']);
  });

  describe('with an organization in --config', () => {
    const UNIT = 'ou-exam-11111111';
    const organisation = (members: FakeMemberOverrides[]) =>
      embeddedAws({
        world: fakeWorld({
          organization: { units: [{ id: UNIT, name: 'teams' }], members },
          accounts: ['222222222222', '333333333333', '444444444444'].map((id) => ({
            id,
            users: [user(`user-of-${id.charAt(0)}`, 100)],
            report: { polls: 0 },
          })),
        }),
      });
    const members: FakeMemberOverrides[] = [
      { id: '222222222222', name: 'live' },
      { id: '333333333333', name: 'test', parentId: UNIT },
      { id: '444444444444', name: 'sandbox', parentId: UNIT },
    ];
    const scan = async (
      aws: { env: Record<string, string> },
      settings: object,
      ...args: string[]
    ): Promise<Ended & { report: AuditReport }> => {
      const config = file('organization.json', JSON.stringify(settings));
      const result = await keyaudit(['scan', '--format', 'json', ...now, '--config', config, ...args], aws.env);
      return { ...result, report: JSON.parse(result.stdout) as AuditReport };
    };

    it('--organization keeps what the settings take in and leave out of it', async () => {
      const aws = await organisation(members);
      const accounts = { organization: { include: [UNIT], exclude: ['444444444444'] } };
      expect(usersIn(await scan(aws, { accounts }, '--organization'))).toEqual(['user-of-3']);
    });

    it('--account takes one by its name, and it stays production', async () => {
      const aws = await organisation(members);
      const settings = { accounts: { organization: {} }, productionAccounts: ['live'] };
      const { code, report: found } = await scan(aws, settings, '--account', 'live');
      expect(found.accounts).toMatchObject([{ id: '222222222222', name: 'live', production: true }]);
      expect(found.findings).toMatchObject([{ userName: 'user-of-2', account: { production: true } }]);
      expect(code).toBe(1);
    });

    it('--account with a name that nobody has is told, and the scan is incomplete', async () => {
      const aws = await organisation(members);
      const { code, stderr } = await scan(aws, { accounts: { organization: {} } }, '--account', 'prodution', 'test');
      expect(stderr).toBe('keyaudit: Not read: prodution: the organisation has no such account.\n');
      expect(code).toBe(2);
    });

    it('whose units have no active account, nothing is all clear', async () => {
      const aws = await organisation([{ id: '333333333333', parentId: UNIT, state: 'SUSPENDED' }]);
      const accounts = { organization: { include: [UNIT] } };
      const config = file('empty-unit.json', JSON.stringify({ accounts }));
      const { code, stdout } = await keyaudit(['scan', ...now, '--config', config], aws.env);
      expect(stdout).toMatch(/^No account could be read\n/);
      expect(stdout).toContain('the settings lead to no active account');
      expect(code).toBe(2);
    });
  });

  it('gives no warning of Node’s, however much it asks at once', async () => {
    const users = Array.from({ length: 8 }, (_, at) => {
      const { keys = [], ...rest } = user(`user-${at}`, 100);
      return { ...rest, keys: [...keys, ...keys] };
    });
    const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users, report: { polls: 0 } }] }), latencyMs: 20 });
    const warnings = join(folder, 'warnings');
    const redirect = [`--redirect-warnings=${warnings}`];
    expect((await keyaudit(['scan', '--format', 'json', ...now], aws.env, redirect)).code).toBe(1);
    expect(existsSync(warnings) ? readFileSync(warnings, 'utf8') : '').not.toContain('MaxListenersExceededWarning');
    expect(aws.calls.count('iam:GetAccessKeyLastUsed')).toBe(16);
  });

  it('is incomplete when credentials have expired, in a sentence', async () => {
    const aws = await start();
    aws.faults.add({ operation: 'sts:GetCallerIdentity', kind: 'expired-token' });
    const { code, stderr } = await keyaudit(['scan'], aws.env);
    expect(stderr).toMatch(/^keyaudit: AWS does not accept these credentials: sign in again \(ExpiredToken/);
    expect(code).toBe(2);
  });

  describe('with --notify', () => {
    let slack: FakeSlack;
    afterEach(() => slack.close());
    const notify = async (env: Record<string, string>, channels = [{ name: 'govuk-developers' }]) => {
      const aws = await start();
      slack = await startFakeSlack({ channels });
      const topic = { SNS_TOPIC_ARN: `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit` };
      const result = await keyaudit(['scan', '--notify', ...now], {
        ...aws.env,
        SLACK_API_URL: slack.url,
        ...topic,
        ...env,
      });
      return { result, aws };
    };

    it('posts as the Lambda would, and prints', async () => {
      const { result, aws } = await notify({ SLACK_TOKEN: 'xoxb-example-token' });
      expect(result).toMatchObject({ code: 1, stderr: 'keyaudit: Told slack.\nkeyaudit: Told sns.\n' });
      expect([slack.messages.length > 0, aws.sns.published.length, result.stdout.includes('alice')]).toEqual([
        true,
        1,
        true,
      ]);
    });

    it.each([
      ['no Slack token', {}, undefined, /there is no token: put a bot token .* SLACK_TOKEN/],
      [
        'an unknown channel',
        { SLACK_TOKEN: 'xoxb-example-token' },
        [{ name: 'other' }],
        /There is no channel #govuk-developers/,
      ],
    ])('and %s, tells SNS, says what to do and exits 2', async (_what, env, channels, message) => {
      const { result, aws } = await notify(env, channels);
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(2);
      expect(result.stdout).toContain('alice');
      expect(aws.sns.published).toHaveLength(1);
    });
  });
});

describe('help', () => {
  it('says what the command does, its exit codes and examples', async () => {
    const { code, stdout } = await keyaudit(['scan', '--help']);
    expect(code).toBe(0);
    for (const part of ['--credential-report', '--fail-on', 'Exit codes:', 'Examples:', 'Reads only']) {
      expect(stdout).toContain(part);
    }
  });

  it('gives the version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await keyaudit(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
