import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../bin/exit-codes.ts';
import type { RepositoryUse } from '../lambda/ports.ts';
import { locating, operatorWith, searched } from './asking.ts';
import { daysAgo, hoursAgo, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  checkBlocks,
  exampleSessionKeyId,
  type FakeAccountOverrides,
  type FakeUserOverrides,
  fakeEvent,
  fakeWorld,
} from './fake-aws/index.ts';

const STAGING = { id: '444455556666', name: 'staging' };
const OTHER_KEY = 'AKIAAAAAAAAABEXAMPLE';
const settings = {
  accounts: [{ id: '111122223333', name: 'production' }, STAGING],
  thirdPartyServices: [{ name: 'Fastly', url: 'https://manage.fastly.com' }],
};

const supportApi: FakeUserOverrides = {
  userName: 'support-api',
  tags: { [SECOND_KEY]: 'hieradata of support - Fastly' },
  keys: [
    {
      accessKeyId: SECOND_KEY,
      created: daysAgo(120),
      lastUsed: { date: hoursAgo(2), service: 's3', region: 'eu-west-1' },
    },
  ],
};
const start = (account: FakeAccountOverrides = {}, ...others: FakeAccountOverrides[]) =>
  embeddedAws({ world: fakeWorld({ accounts: [{ users: [supportApi], ...account }, ...others] }) });

const use = (file: string, line: number | null, rest: Partial<RepositoryUse['place']> = {}): RepositoryUse => ({
  accessKeyId: SECOND_KEY,
  place: { repository: 'puppet', file, line, ...rest },
});
const credentials = 'hieradata/production_credentials.yaml';
const production = { environment: 'production', namespace: 'apps' };
const inRepositories = searched([
  use('docs/keys.md', 3),
  { ...use(credentials, 7, { ...production, hieraKey: 'govuk::apps::support::aws_access_key_id' }), encrypted: true },
  {
    ...use(credentials, 9, { ...production, hieraKey: 'govuk::apps::api::aws_id' }),
    via: 'govuk::apps::support::aws_access_key_id',
  },
  use('bin/dump', null),
]);
const noAws = { withoutAws: 'there are no AWS credentials' };

describe('keyaudit locate KEY-ID', () => {
  it('tells of every place in one answer', async () => {
    await start({
      events: [0, 1].map((day) => fakeEvent({ accessKeyId: SECOND_KEY, at: daysAgo(day + 1), region: 'eu-west-1' })),
      functions: [{ functionName: 'export', region: 'eu-west-1', environment: { AWS_KEY: SECOND_KEY } }],
    });
    const { code, stdout, stderr } = await locating(SECOND_KEY, { settings, searchRepositories: inRepositories });
    expect(stdout.split('\n')).toEqual([
      `${SECOND_KEY} of support-api in production (111122223333): active, 120 days old (2026-07-26 09:00 UTC), last used 2 hours ago (s3, eu-west-1)`,
      '  Seen in 7 places. Into 1 place no program can look: it is left for a person to check.',
      '  Key description',
      '    hieradata of support - Fastly',
      '  CloudTrail',
      '    s3 ListBuckets in eu-west-1, 2 times, last on 2026-11-22 09:00 UTC, from 192.0.2.10 by aws-cli/2.15.30',
      '  Lambda environments',
      '    function export in eu-west-1, variable AWS_KEY',
      '    Nothing seen: in no other Lambda function of eu-west-1 and us-east-1; no other region was asked',
      '  Repositories',
      '    production, apps',
      '      govuk::apps::support::aws_access_key_id  puppet/hieradata/production_credentials.yaml:7 (encrypted)',
      '      govuk::apps::api::aws_id                 puppet/hieradata/production_credentials.yaml:9 via govuk::apps::support::aws_access_key_id',
      '    other files',
      '      puppet/docs/keys.md:3',
      '      puppet/bin/dump',
      '  Third parties',
      '    To check: Fastly: https://manage.fastly.com',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('that is nowhere to be found says where was looked, and what not', async () => {
    await start({ users: [{ ...supportApi, tags: {} }] });
    const { code, stdout } = await locating(SECOND_KEY, { searchRepositories: searched([]) });
    expect(stdout.split('\n').slice(1)).toEqual([
      '  Seen nowhere.',
      '  CloudTrail',
      '    Nothing seen: no management events seen in eu-west-1 and us-east-1 within 90 days; S3 objects and SES mail never show',
      '  Lambda environments',
      '    Nothing seen: in no Lambda function of eu-west-1 and us-east-1; no other region was asked',
      '  Repositories',
      '    Nothing seen: not in the 12 files of puppet',
      '',
      'Not asked: Third parties: the settings name no thirdPartyServices.',
    ]);
    expect(code).toBe(1);
  });

  it('does not count what is left for a person to check as found', async () => {
    await start({ users: [{ ...supportApi, tags: {} }] });
    expect((await locating(SECOND_KEY, { settings })).code).toBe(1);
  });

  it('of another account is asked about there by the audit role, but not in its functions', async () => {
    const user = { ...supportApi, userName: 'deploy' };
    await start({ users: [] }, { ...STAGING, users: [user] });
    const { code, stdout, stderr } = await locating(SECOND_KEY, { settings });
    expect(stdout).toMatch(/ of deploy in staging \(444455556666\): active/);
    expect(stdout).toContain(
      'Not asked: Lambda environments: the audit role may not list functions: sign in to staging (444455556666).',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('of an account that cannot be opened is incomplete, and looked for in repositories all the same', async () => {
    await start({ users: [] }, { ...STAGING, roles: [], users: [supportApi] });
    const { code, stdout, stderr } = await locating(SECOND_KEY, { settings, searchRepositories: inRepositories });
    expect(stdout).toMatch(
      /^AKIAI44QH8DHBEXAMPLE in staging \(444455556666\)\n {2}Seen in 4 places, but not everything/,
    );
    expect(stdout).toContain(
      'Not asked: Key description, CloudTrail, Lambda environments: account staging (444455556666) could not be read.',
    );
    expect(stderr).toMatch(
      /^keyaudit: Not read: 444455556666: cannot assume arn:aws:iam::444455556666:role\/keyaudit: /,
    );
    expect(code).toBe(2);
  });

  it('whose user is not told is incomplete: deleted and forbidden look the same', async () => {
    const aws = await start();
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    const { code, stdout, stderr } = await locating(SECOND_KEY, { settings });
    expect(stderr).toBe(
      `keyaudit: Not fully checked: ${SECOND_KEY}: account production (111122223333) does not say whose it is: it was ` +
        'deleted, or is the root user’s, or you may not ask there (iam:GetAccessKeyLastUsed).',
    );
    expect(stdout).toContain('Nothing seen: no management events seen');
    expect(code).toBe(2);
  });

  it('that no AWS account has is looked for in repositories', async () => {
    await start();
    const { code, stdout, stderr } = await locating(OTHER_KEY, { searchRepositories: inRepositories });
    expect(stdout).toMatch(
      /^AKIAAAAAAAAABEXAMPLE: no AWS account has this key \(deleted, mistyped, or of another partition\)\n {2}Seen nowhere\.\n/,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('of a session has an account and no user, which is no failure', async () => {
    await start({}, STAGING);
    await (await operatorWith(settings)).open({ ...STAGING, production: false });
    const session = exampleSessionKeyId(1);
    const { code, stdout, stderr } = await locating(session, { settings });
    expect(stdout.split('\n')[0]).toBe(
      `${session} in staging (444455556666): temporary credentials, of a session and no user; they end by themselves, within 36 hours`,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('is found in the own account where STS may not be asked', async () => {
    const aws = await start();
    aws.faults.add({ operation: 'sts:GetAccessKeyInfo', kind: 'deny' });
    expect(await locating(SECOND_KEY)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('of support-api in 111122223333: active'),
    });
    expect(await locating(OTHER_KEY, { searchRepositories: inRepositories })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Not fully checked: AKIAAAAAAAAABEXAMPLE: which account has it could not be asked/),
      stdout: expect.stringContaining(
        'Not asked: Key description, CloudTrail, Lambda environments: the account of the key',
      ),
    });
  });

  it('shows what was found beside what failed', async () => {
    const aws = await start();
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const failed = searched([use('docs/keys.md', 3)], [{ scope: 'locator', id: 'puppet/x.yaml', reason: 'no key' }]);
    const { code, stdout, stderr } = await locating(SECOND_KEY, { searchRepositories: failed });
    expect(stdout).toMatch(/Seen in 2 places, but not everything could be looked into\./);
    expect(stderr).toMatch(/^keyaudit: Not searched for uses: CloudTrail of 111122223333 in .*AccessDenied/);
    expect(stderr).toMatch(/^keyaudit: Not searched for uses: puppet\/x\.yaml: no key\.$/m);
    expect(code).toBe(2);
  });

  it('lets nobody’s text move the cursor or make lines', async () => {
    const evil = '\u001b[2J\nAKIA\u202e';
    await start({ users: [{ ...supportApi, tags: { [SECOND_KEY]: evil } }] });
    const place = { hieraKey: evil, environment: evil, namespace: evil };
    const { stdout } = await locating(SECOND_KEY, {
      searchRepositories: searched([use(evil, 1, place), use(evil, 2)]),
    });
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(stdout.split('\n').filter((line) => line.startsWith('AKIA'))).toHaveLength(1);
  });
});

describe('keyaudit locate USER', () => {
  it('tells of all keys of a user of the own account', async () => {
    const keys = [...(supportApi.keys ?? []), { accessKeyId: OTHER_KEY, created: daysAgo(10) }];
    await start({ users: [{ ...supportApi, keys }] });
    const { code, stdout } = await locating('support-api');
    expect(stdout.split('\n').filter((line) => /^AKIA| {2}Seen/.test(line))).toEqual([
      `${SECOND_KEY} of support-api in 111122223333: active, 120 days old (2026-07-26 09:00 UTC), last used 2 hours ago (s3, eu-west-1)`,
      '  Seen in 1 place.',
      `${OTHER_KEY} of support-api in 111122223333: active, 10 days old (2026-11-13 09:00 UTC), never used`,
      '  Seen nowhere.',
    ]);
    expect(code).toBe(0);
  });

  it('without keys says so', async () => {
    await start({ users: [{ userName: 'bob' }] });
    expect(await locating('bob')).toMatchObject({ code: 1, stdout: 'bob has no access keys.' });
  });

  it('that the account does not have is a mistake that is told', async () => {
    await start();
    expect(await locating('alice')).toMatchObject({
      code: 2,
      error:
        'Account 111122223333, which you are signed in to, has no user alice. Whose a key is: npm run -s keyaudit -- whose KEY-ID',
    });
  });
});

describe('keyaudit locate without AWS', () => {
  it('looks in repositories alone, and that is complete', async () => {
    const { code, stdout, stderr } = await locating(SECOND_KEY, { reach: noAws, searchRepositories: inRepositories });
    expect(stdout).toMatch(/^AKIAI44QH8DHBEXAMPLE\n {2}Seen in 4 places\.\n {2}Repositories\n/);
    expect(stdout).toContain(
      'Not asked: Key description, CloudTrail, Lambda environments: there are no AWS credentials.',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is incomplete where there are credentials that AWS refuses', async () => {
    const reach = { problem: new UsageError('AWS does not accept these credentials: sign in again (ExpiredToken)') };
    const { code, stdout, stderr } = await locating(SECOND_KEY, { reach, searchRepositories: inRepositories });
    expect(stdout).toMatch(/Seen in 4 places, but not everything could be looked into\./);
    expect(stderr).toBe(
      'keyaudit: Not read: AWS: AWS does not accept these credentials: sign in again (ExpiredToken).',
    );
    expect(code).toBe(2);
  });

  it.each<[string, string, Parameters<typeof locating>[1], RegExp]>([
    ['and without repositories', SECOND_KEY, {}, /^There are no AWS credentials: sign in .* --repo DIR$/],
    [
      'for a user',
      'support-api',
      { searchRepositories: inRepositories },
      /only an access key id .* support-api is none$/,
    ],
    [
      'to remember something',
      SECOND_KEY,
      { searchRepositories: inRepositories, remember: 'support' },
      /^There are no AWS credentials: .*: --remember writes a tag/,
    ],
  ])('%s says what to do', async (_what, wanted, options, message) => {
    expect(await locating(wanted, { reach: noAws, ...options })).toMatchObject({
      code: 2,
      stdout: '',
      error: expect.stringMatching(message),
    });
  });
});

describe('the formats of keyaudit locate', () => {
  it('json is the whole answer', async () => {
    await start({ events: [fakeEvent({ accessKeyId: SECOND_KEY, at: daysAgo(1), region: 'eu-west-1' })] });
    const search = searched([use('docs/keys.md', 3)], [{ scope: 'locator', id: 'x.yaml', reason: 'no key' }]);
    const { code, stdout } = await locating(SECOND_KEY, { format: 'json', searchRepositories: search });
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      locatedAt: '2026-11-23T09:00:00.000Z',
      keys: [
        {
          accessKeyId: SECOND_KEY,
          account: { id: '111122223333', name: '111122223333', production: false },
          userName: 'support-api',
          status: 'Active',
          createDate: '2026-07-26T09:00:00.000Z',
          ageDays: 120,
          lastUsed: { state: 'used', date: '2026-11-23T07:00:00.000Z', serviceName: 's3', region: 'eu-west-1' },
          locations: [
            { source: 'key-description', state: 'seen', text: 'hieradata of support - Fastly' },
            {
              source: 'cloudtrail',
              state: 'seen',
              text: 's3 ListBuckets in eu-west-1, once, last on 2026-11-22 09:00 UTC',
              usage: 'from 192.0.2.10 by aws-cli/2.15.30',
            },
            {
              source: 'lambda-environments',
              state: 'nothing-seen',
              text: 'in no Lambda function of eu-west-1 and us-east-1; no other region was asked',
            },
            {
              source: 'repositories',
              state: 'seen',
              text: 'puppet/docs/keys.md:3',
              place: { repository: 'puppet', file: 'docs/keys.md', line: 3 },
            },
          ],
        },
      ],
      notAsked: [{ id: 'third-parties', why: 'the settings name no thirdPartyServices' }],
      failures: [{ scope: 'locator', id: 'x.yaml', reason: 'no key' }],
    });
    expect(code).toBe(2);
  });

  it('json of a key of which nothing is known has no field missing', async () => {
    const { stdout } = await locating(SECOND_KEY, { format: 'json', reach: noAws, searchRepositories: searched([]) });
    expect(JSON.parse(stdout).keys).toMatchObject([
      { account: null, userName: null, status: null, createDate: null, ageDays: null, lastUsed: null },
    ]);
  });

  it('csv has a row for each location, for what was not asked and for what failed', async () => {
    await start({ users: [{ ...supportApi, tags: { [SECOND_KEY]: '=HYPERLINK("x")' } }] });
    const search = searched(
      [use(credentials, 7, { ...production, hieraKey: 'a::b' })],
      [{ scope: 'locator', id: 'x.yaml', reason: 'no key' }],
    );
    const { stdout } = await locating(SECOND_KEY, { format: 'csv', searchRepositories: search });
    const rows: Record<string, string>[] = parse(stdout, { columns: true });
    expect(
      rows.map(({ record, source, text, hiera_key, line, about_id, reason }) => [
        record,
        source,
        text,
        hiera_key,
        line,
        about_id,
        reason,
      ]),
    ).toEqual([
      ['location', 'key-description', `'=HYPERLINK("x")`, '', '', '', ''],
      ['location', 'cloudtrail', expect.stringContaining('no management events'), '', '', '', ''],
      ['location', 'lambda-environments', expect.stringContaining('in no Lambda'), '', '', '', ''],
      ['location', 'repositories', `puppet/${credentials}:7 a::b`, 'a::b', '7', '', ''],
      ['not-asked', '', '', '', '', 'third-parties', 'the settings name no thirdPartyServices'],
      ['failure', '', '', '', '', 'x.yaml', 'no key'],
    ]);
    expect(rows[3]).toMatchObject({
      access_key_id: SECOND_KEY,
      account_id: '111122223333',
      user: 'support-api',
      key_status: 'Active',
      age_days: '120',
      last_used: '2026-11-23T07:00:00.000Z',
      state: 'seen',
      repository: 'puppet',
      file: credentials,
      environment: 'production',
      namespace: 'apps',
    });
  });

  it('csv has a row for a key of which nothing is known', async () => {
    const { stdout } = await locating(OTHER_KEY, {
      format: 'csv',
      reach: noAws,
      searchRepositories: inRepositories,
      locators: [],
    });
    expect(parse(stdout, { columns: true })).toMatchObject([{ record: 'key', access_key_id: OTHER_KEY }]);
  });

  it.each([
    [false, []],
    [true, ['192.0.2.10']],
  ])('slack shows who used a key only where the settings say so: %j', async (showUsage, shown) => {
    await start({ events: [fakeEvent({ accessKeyId: SECOND_KEY, at: daysAgo(1), region: 'eu-west-1' })] });
    const { stdout } = await locating(SECOND_KEY, { format: 'slack', settings: { slack: { showUsage } } });
    expect(stdout).toContain('s3 ListBuckets in eu-west-1');
    expect([...new Set(stdout.match(/192\.0\.2\.10/g) ?? [])]).toEqual(shown);
    const { text, blocks } = JSON.parse(stdout);
    expect(blocks).toEqual([
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: expect.any(String) }] }],
      },
    ]);
    expect(text).toContain('support-api');
  });

  it.each([
    ['5,000 places', Array.from({ length: 5_000 }, (_, line) => use('docs/<!channel>.md', line))],
    ['a place whose name is endless', [use('ж'.repeat(50_000), 1)]],
  ])('slack takes %s, cut with a note', async (_what, uses) => {
    const { stdout } = await locating(SECOND_KEY, {
      format: 'slack',
      reach: noAws,
      searchRepositories: searched(uses),
    });
    const { text, blocks } = JSON.parse(stdout);
    expect(checkBlocks(blocks)).toEqual({ errors: [] });
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).not.toContain('<!channel>');
    expect(JSON.stringify(blocks)).toMatch(uses.length > 1 ? /… and 4\d{3} more lines: run keyaudit locate/ : /ж…/);
  });

  const folder = mkdtempSync(join(tmpdir(), 'keyaudit-locate-'));

  it('text in a file says what failed, as nobody reads stderr beside it', async () => {
    const output = join(folder, 'uses.txt');
    const search = searched([use('docs/keys.md', 3)], [{ scope: 'locator', id: 'x.yaml', reason: 'no key' }]);
    const { code, stdout, stderr } = await locating(SECOND_KEY, { output, reach: noAws, searchRepositories: search });
    expect(readFileSync(output, 'utf8')).toMatch(/\nNot searched for uses: x\.yaml: no key\.\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`keyaudit: Not searched for uses: x.yaml: no key.\nkeyaudit: Written to ${output}.`);
  });

  it('what cannot be written to --output is printed', async () => {
    const output = join(folder, 'no-such-folder', 'uses.txt');
    const answer = await locating(SECOND_KEY, { output, reach: noAws, searchRepositories: inRepositories });
    expect(answer).toMatchObject({ code: 2, stdout: expect.stringContaining('Seen in 4 places') });
    expect(answer.stderr).toMatch(/^keyaudit: Cannot write .*no-such-folder.* Here it is instead:$/);
  });
});
