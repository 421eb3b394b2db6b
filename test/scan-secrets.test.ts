import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  type FakeUserOverrides,
  type Fault,
  fakeWorld,
  HUB_ACCOUNT_ID,
  HUB_CREDENTIALS,
  startFakeSlack,
} from './fake-aws/index.ts';
import { runKeyaudit } from './keyaudit-process.ts';
import { lineTo } from './line.ts';
import { type Mirror, mirrors, serviceOf } from './mirror.ts';
import { secretsIn } from './secret-forms.ts';

/** `keyaudit scan` as a process that says all it knows: nothing that it leaves anywhere has a secret that it was given. */

// Some tests wait for a process of their own.
jest.setTimeout(60_000);

const STAGING = '444455556666';
const PRODUCTION = '777788889999';
const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;

const given = {
  secretAccessKey: HUB_CREDENTIALS.secretAccessKey,
  sessionToken: 'FwoGZXIvYXdzEXAMPLE//////////hub+session/token==',
  slackToken: 'xoxb-100000000000-example-leak-me-not',
  externalId: 'external/id:leak+me@not',
};
/** AssumeRole's, as the embedded STS gives them out. Its secret access keys begin with the hub's. */
const secrets = {
  ...given,
  ...Object.fromEntries([1, 2, 3].map((number) => [`assumed-${number}`, `EXAMPLE-SESSION-TOKEN-${number}`])),
};

let open: { close: () => void | Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (each) => each.close()));
  open = [];
});
const closedLater = <T extends { close: () => void | Promise<void> }>(it: T): T => {
  open.push(it);
  return it;
};

const user = (userName: string): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys: [{ created: daysAgo(400), lastUsed: { date: hoursAgo(1), service: 's3', region: 'eu-west-1' } }],
});

const organisation = () => {
  const roles = [{ roleName: 'keyaudit', externalId: given.externalId }];
  const report = { polls: 0 };
  const ids = [HUB_ACCOUNT_ID, STAGING, PRODUCTION];
  return fakeWorld({
    topicArns: [TOPIC],
    organization: { members: ids.map((id) => ({ id })) },
    accounts: ids.map((id) => ({ id, roles, users: [user(`user-of-${id}`)], report })),
  });
};

type Trouble = {
  args?: readonly string[];
  faults?: readonly Fault[];
  /** Answers that repeat their requests, by service. */
  mirror?: Readonly<Record<string, Mirror>>;
  slack?: Fault;
  env?: Record<string, string>;
  nodeOptions?: readonly string[];
};

/** Every file below a folder, with its path. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${join(parentPath, name)}\n${readFileSync(join(parentPath, name), 'latin1')}`);

/** A scan of the organization at NOW in some trouble, and all that it left. */
const scan = async ({ args = [], faults = [], mirror = {}, slack: fault, env = {}, nodeOptions }: Trouble) => {
  const aws = await embeddedAws({ world: organisation() });
  for (const each of faults) aws.faults.add(each);
  const slack = closedLater(await startFakeSlack({ token: given.slackToken }));
  if (fault) slack.faults.add(fault);
  const mirrored = (service: string, ...[, forward, headers]: Parameters<Parameters<typeof lineTo>[1]>) => {
    const how = mirror[service];
    return how ? Promise.resolve(mirrors[how](headers)) : forward().catch(() => 'broken' as const);
  };
  const awsLine = closedLater(await lineTo(aws.url, (...call) => mirrored(serviceOf(call[2]), ...call)));
  const slackLine = closedLater(await lineTo(new URL(slack.url).origin, (...call) => mirrored('slack', ...call)));

  const own = mkdtempSync(join(tmpdir(), 'keyaudit-scan-secrets-'));
  const config = join(mkdtempSync(join(tmpdir(), 'keyaudit-config-')), 'settings.json');
  writeFileSync(config, JSON.stringify({ externalId: given.externalId }));
  for (const name of ['home', 'tmp', 'history', 'here']) mkdirSync(join(own, name));
  const { code, stdout, stderr } = await runKeyaudit(
    [
      'scan',
      '--notify',
      '--config',
      config,
      '--history',
      join(own, 'history'),
      ...(args.length ? args : ['--organization']),
    ],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        ...aws.env,
        AWS_ENDPOINT_URL: awsLine.url,
        AWS_SESSION_TOKEN: given.sessionToken,
        SLACK_TOKEN: given.slackToken,
        SLACK_API_URL: `${slackLine.url}/api/`,
        SNS_TOPIC_ARN: TOPIC,
        DEBUG: 'keyaudit',
        // All folders that a program may think its own.
        HOME: join(own, 'home'),
        TMPDIR: join(own, 'tmp'),
        INIT_CWD: join(own, 'here'),
        TSX_DISABLE_CACHE: '1',
        START_INSTANT: NOW.toISOString(),
        ...env,
      },
      nodeOptions: ['--no-warnings', '--import', 'tsx', '--import', './test/at-instant.ts', ...(nodeOptions ?? [])],
    },
  );
  return {
    code,
    stdout,
    stderr,
    files: filesBelow(own),
    told: JSON.stringify([slack.messages, slack.files, aws.sns.published]),
    sessions: aws.calls.count('sts:AssumeRole'),
  };
};

const onIam = (kind: Fault['kind'], account: string): Fault => ({ operation: 'iam:*', kind, account });
const toOutput = (format: string): string[] => ['--organization', '--format', format, '--output', 'report'];

describe('a scan leaves no secret', () => {
  it('where all is well, and it used them all', async () => {
    const left = await scan({ args: toOutput('json') });
    expect(left).toMatchObject({ code: 1, stdout: '', sessions: 2 });
    expect(left.stderr).toMatch(
      /^keyaudit: Told slack\.\nkeyaudit: Told sns\.\nkeyaudit: 3 access keys need attention/,
    );
    // The report, and a memory for each account.
    expect(left.files).toHaveLength(4);
    expect(secretsIn([...left.files, left.stderr, left.told].join('\n'), secrets)).toEqual([]);
  });

  it.each<[string, Trouble, string[]]>([
    [
      'AWS finds the signature wrong, and repeats what was signed',
      { mirror: { sts: 'a wrong signature, in XML' } },
      ['AWS does not accept these credentials: sign in again (SignatureDoesNotMatch'],
    ],
    [
      'a role cannot be assumed, a session has expired, Slack does not take the token, and SNS refuses',
      {
        args: ['--account', STAGING, PRODUCTION, '--format', 'text'],
        faults: [
          { operation: 'sts:AssumeRole', kind: 'deny', when: ({ RoleArn }) => String(RoleArn).includes(STAGING) },
          onIam('expired-token', PRODUCTION),
          { operation: 'sns:Publish', kind: 'deny' },
        ],
        slack: { operation: 'slack:*', kind: 'error', code: 'invalid_auth' },
      },
      ['cannot assume', 'ExpiredToken', 'Slack does not take the token', 'Allow sns:Publish'],
    ],
    [
      'IAM finds every signature wrong, and a page that repeats the token answers for Slack',
      {
        args: ['--account', STAGING, PRODUCTION, '--format', 'html'],
        mirror: { iam: 'a wrong signature, in XML', slack: 'a page' },
      },
      ['SignatureDoesNotMatch', 'Somebody else answered in its place', 'Told sns'],
    ],
    [
      'answers of IAM are garbled, a page answers for Slack as HTTP 500, and another for SNS',
      {
        args: ['--account', STAGING, PRODUCTION, '--format', 'csv'],
        faults: [
          onIam('malformed', STAGING),
          { operation: 'iam:ListAccessKeys', kind: 'malformed', account: PRODUCTION },
        ],
        mirror: { slack: 'a page, as HTTP 500', sns: 'a page, as HTTP 403' },
      },
      ['Slack answered HTTP 500', 'Nothing was published to the SNS topic'],
    ],
    [
      'the organization cannot be listed, nothing is where Slack should be, and the connection to SNS breaks',
      {
        args: toOutput('slack'),
        mirror: { organizations: 'a wrong signature, in JSON' },
        faults: [{ operation: 'sns:Publish', kind: 'reset', afterEffect: false, nth: 1 }],
        env: { SLACK_API_URL: 'http://127.0.0.1:1/api/' },
      },
      ['InvalidSignatureException', 'Slack could not be reached'],
    ],
    [
      'it fails by a fault of its own that has a request in it',
      { nodeOptions: ['--import', `data:text/javascript,${encodeURIComponent(OWN_FAULT())}`] },
      ['keyaudit: a fault', 'Error: a fault\n    at '],
    ],
  ])('where %s', async (_what, trouble, words) => {
    const { code, stdout, stderr, files, told } = await scan(trouble);
    for (const word of words) expect(stderr).toContain(word);
    expect(code).toBe(2);
    const left = { stdout, stderr, files: files.join('\n'), told };
    for (const [where, text] of Object.entries(left)) expect([where, secretsIn(text, secrets)]).toEqual([where, []]);
  });
});

/** The program throws, in the middle of a scan, an error as some HTTP clients throw it. */
function OWN_FAULT(): string {
  return `
    const { SLACK_TOKEN, AWS_SESSION_TOKEN } = process.env;
    globalThis.AbortController = class {
      constructor() {
        const headers = { authorization: 'Bearer ' + SLACK_TOKEN, 'x-amz-security-token': AWS_SESSION_TOKEN };
        throw Object.assign(new Error('a fault', { cause: { headers } }), { request: { headers } });
      }
    };`;
}
