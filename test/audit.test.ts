import { describe, expect, it } from '@jest/globals';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { embeddedAws, found, scan } from './embedded.ts';
import { type FakeKey, type FakeUserOverrides, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';

const STAGING = '444455556666';
const PRODUCTION = '777788889999';

const usedAt = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });

/** An old user with a key of that many days, used an hour ago. */
const keyOf = (days: number, overrides: Partial<FakeKey> = {}): Partial<FakeKey> => ({
  created: daysAgo(days),
  lastUsed: usedAt(hoursAgo(1)),
  ...overrides,
});
const user = (userName: string, ...keys: Partial<FakeKey>[]): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys,
});
const hub = (...users: FakeUserOverrides[]) => fakeWorld({ accounts: [{ users }] });

describe('an audit of many accounts', () => {
  const settings = {
    accounts: [
      { id: HUB_ACCOUNT_ID, name: 'integration' },
      { id: STAGING, name: 'staging' },
      { id: PRODUCTION, name: 'production' },
    ],
    productionAccounts: ['production'],
    externalId: 'keyaudit-example',
  };
  const roles = [{ roleName: 'keyaudit', externalId: 'keyaudit-example' }];

  it('reads each with its own role, ranks what it finds, and counts what it read', async () => {
    await embeddedAws({
      world: fakeWorld({
        accounts: [
          { users: [user('alice', keyOf(400)), user('bob', keyOf(10))] },
          { id: STAGING, roles, users: [user('carol', keyOf(80))] },
          { id: PRODUCTION, roles, users: [user('dave', keyOf(91)), user('erin')] },
        ],
      }),
    });
    const report = await scan({ settings });
    expect(report.findings.map(({ account, userName, severity }) => [account.name, userName, severity])).toEqual([
      ['production', 'dave', 'high'],
      ['integration', 'alice', 'high'],
      ['staging', 'carol', 'low'],
    ]);
    expect(report.accounts.map(({ name, status, users, accessKeys }) => [name, status, users, accessKeys])).toEqual([
      ['integration', 'scanned', 2, 2],
      ['staging', 'scanned', 1, 1],
      ['production', 'scanned', 2, 1],
    ]);
    expect(report.failures).toEqual([]);
    expect(report.summary).toEqual({
      accountsScanned: 3,
      accountsFailed: 0,
      users: 5,
      accessKeys: 4,
      findings: 3,
      bySeverity: { critical: 0, high: 2, medium: 0, low: 1 },
    });
  });

  it('goes on when one cannot be entered, and does not let it look clean', async () => {
    await embeddedAws({
      world: fakeWorld({
        accounts: [{ users: [user('alice', keyOf(400))] }, { id: STAGING, roles: [] }, { id: PRODUCTION, roles }],
      }),
    });
    const report = await scan({ settings });
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(report.accounts[1]).toMatchObject({
      name: 'staging',
      status: 'failed',
      reason: expect.stringContaining('cannot assume arn:aws:iam::444455556666:role/keyaudit: deploy the role there'),
    });
    expect(report.failures).toEqual([
      { scope: 'account', id: STAGING, reason: expect.stringContaining('AccessDenied') },
    ]);
    expect(report.summary).toMatchObject({ accountsScanned: 2, accountsFailed: 1 });
  });

  it('reads the hub’s own account without a role', async () => {
    const aws = await embeddedAws({
      world: fakeWorld({ accounts: [{ roles: [], users: [user('alice', keyOf(400))] }] }),
    });
    expect(found(await scan())).toEqual(['alice: key-overdue']);
    expect(aws.calls.count('sts:AssumeRole')).toBe(0);
  });
});

describe('a finding', () => {
  it('says everything there is to say of a key, in the public format', async () => {
    const world = hub({
      ...user('alice', keyOf(91, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })),
      path: '/apps/',
      tags: { owner: 'publishing', AKIAIOSFODNN7EXAMPLE: 'hieradata: support' },
    });
    await embeddedAws({ world });
    expect(JSON.parse(JSON.stringify(await scan({ settings: { productionAccounts: [HUB_ACCOUNT_ID] } })))).toEqual({
      schemaVersion: 1,
      scanId: 'scan-1',
      startedAt: NOW.toISOString(),
      finishedAt: NOW.toISOString(),
      policy: expect.objectContaining({ rotateAfterDays: 90 }),
      accounts: [
        {
          id: HUB_ACCOUNT_ID,
          name: HUB_ACCOUNT_ID,
          production: true,
          status: 'scanned',
          users: 1,
          accessKeys: 1,
          credentialReportGeneratedAt: NOW.toISOString(),
        },
      ],
      findings: [
        {
          account: { id: HUB_ACCOUNT_ID, name: HUB_ACCOUNT_ID, production: true },
          userName: 'alice',
          userArn: `arn:aws:iam::${HUB_ACCOUNT_ID}:user/apps/alice`,
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          status: 'Active',
          createDate: daysAgo(91).toISOString(),
          ageDays: 91,
          lastUsed: { state: 'used', date: hoursAgo(1).toISOString(), serviceName: 's3', region: 'eu-west-1' },
          severity: 'high',
          rules: [{ id: 'key-overdue', message: '91 days old, the limit is 90' }],
          stage: 'overdue',
          nextStep: {
            action: 'find-usage',
            accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
            text: expect.stringContaining('Find everywhere AKIAIOSFODNN7EXAMPLE is used'),
            commands: [
              expect.stringContaining('for region in eu-west-1 us-east-1; do aws cloudtrail lookup-events'),
              expect.stringContaining('create-access-key'),
            ],
          },
          owner: 'publishing',
          description: 'hieradata: support',
          locations: [{ source: 'key-description', state: 'seen', text: 'hieradata: support' }],
        },
      ],
      exempt: [],
      resolved: [],
      failures: [],
      summary: expect.objectContaining({ findings: 1 }),
    });
  });

  it('merges what several rules saw on one key, and tells the two keys of a user apart', async () => {
    await embeddedAws({ world: hub(user('alice', keyOf(200), keyOf(95))) });
    expect(found(await scan())).toEqual(['alice: key-overdue, superseded-key-in-use', 'alice: key-overdue']);
  });

  it('rests on CreateDate, not on the report’s last_rotated', async () => {
    await embeddedAws({ world: hub(user('alice', keyOf(200, { lastRotated: daysAgo(3) }))) });
    expect((await scan()).findings).toMatchObject([{ ageDays: 200, rules: [{ id: 'key-overdue' }] }]);
  });

  it('is the same whichever slot of the report a key stands in', async () => {
    const lingering = user('alice', keyOf(60), keyOf(20));
    await embeddedAws({ world: hub({ ...lingering, slotOrder: [1, 0] }) });
    expect((await scan()).findings).toMatchObject([{ stage: 'lingering', ageDays: 60 }]);
  });

  it('is made for users whose name has a comma, and for keys that expired', async () => {
    const expired = keyOf(80, { status: 'Expired', lastUsed: usedAt(daysAgo(40)) });
    await embeddedAws({ world: hub(user('first,second', keyOf(91)), user('guest', expired)) });
    const report = await scan();
    expect(found(report)).toEqual(['first,second: key-overdue', 'guest: inactive-key-kept']);
    expect(report.findings[1]?.status).toBe('Expired');
  });

  it('counts a deactivation that the tag records', async () => {
    const keys = [keyOf(400, { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: 'Inactive', lastUsed: undefined })];
    const tags = { 'keyaudit:deactivated-at:AKIAI44QH8DHBEXAMPLE': daysAgo(2).toISOString() };
    const aws = await embeddedAws({ world: hub({ ...user('alice'), keys, tags }) });
    expect(found(await scan())).toEqual([]);
    expect(aws.calls.count('iam:ListUserTags')).toBe(1);
  });

  it('of root rests on the report, and is at least so old', async () => {
    await embeddedAws({ world: fakeWorld({ accounts: [{ root: { keys: [keyOf(2000, { lastUsed: undefined })] } }] }) });
    expect((await scan()).findings).toMatchObject([
      { userName: '<root_account>', accessKeyId: null, severity: 'critical', stage: 'root-key', ageDays: 2000 },
    ]);
  });
});

describe('the calls of an audit', () => {
  it('are two and the polls for an account where the report shows that nobody needs a look', async () => {
    const young = { ...user('young', keyOf(60)), created: daysAgo(70) };
    const world = fakeWorld({ accounts: [{ report: { polls: 3 }, users: [young, user('nobody')] }] });
    const aws = await embeddedAws({ world });
    expect(found(await scan())).toEqual([]);
    expect(aws.calls.byOperation()).toEqual({
      'sts:GetCallerIdentity': 1,
      'iam:GenerateCredentialReport': 4,
      'iam:GetCredentialReport': 1,
    });
  });

  it('are one for a user whose only open question is the CreateDate, and four for one with findings', async () => {
    const inactive = keyOf(95, { status: 'Inactive', lastUsed: usedAt(daysAgo(20)) });
    const world = hub(user('clean', keyOf(20), inactive), user('overdue', keyOf(95), inactive));
    const aws = await embeddedAws({ world });
    await scan();
    const byUser = (name: string) => aws.calls.all.filter(({ params }) => params['UserName'] === name).length;
    expect(byUser('clean')).toBe(1);
    expect(byUser('overdue')).toBe(2);
    expect(aws.calls.count('iam:GetAccessKeyLastUsed')).toBe(2);
  });
});

describe('what is gone meanwhile', () => {
  it('a user is skipped, without a word', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(400)), user('bob', keyOf(400))) });
    await scan();
    aws.world.accounts[0]!.users.shift();
    const report = await scan();
    expect(found(report)).toEqual(['bob: key-overdue']);
    expect(report.failures).toEqual([]);
    expect(report.summary.accessKeys).toBe(1);
  });

  it('a key is skipped, though IAM says AccessDenied of it', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(400), keyOf(100))) });
    const [alice] = aws.world.accounts[0]!.users;
    const [gone] = alice!.keys;
    aws.faults.add({
      operation: 'iam:GetAccessKeyLastUsed',
      kind: 'deny',
      when: ({ AccessKeyId }) => {
        if (AccessKeyId !== gone!.accessKeyId) return false;
        alice!.keys = alice!.keys.filter((key) => key !== gone);
        return true;
      },
    });
    const report = await scan();
    expect(report.findings).toMatchObject([{ ageDays: 100, stage: 'overdue' }]);
    expect(report.failures).toEqual([]);
  });

  it('a user whose tags are gone with it is skipped', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(400))) });
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'not-found' });
    expect(await scan()).toMatchObject({ findings: [], failures: [] });
  });
});

describe('what cannot be read', () => {
  it('a last use is unknown, not never: nothing is decided by it, and a failure says so', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(400)), user('bob', keyOf(60))) });
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    aws.world.accounts[0]!.users[1]!.keys[0]!.lastUsed = undefined;
    const report = await scan();
    expect(report.findings).toMatchObject([
      { userName: 'alice', lastUsed: { state: 'unknown' }, rules: [{ id: 'key-overdue' }], stage: 'overdue' },
    ]);
    expect(report.failures.map(({ scope, id }) => `${scope} ${id}`)).toEqual([
      `user ${HUB_ACCOUNT_ID}/alice`,
      `user ${HUB_ACCOUNT_ID}/bob`,
    ]);
    expect(report.failures[0]?.reason).toMatch(/^when AKIA\w+ was last used could not be read: AccessDenied/);
  });

  it('a user’s keys: a failure of that user, and the others are read', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(400)), user('bob', keyOf(400))) });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'deny', when: ({ UserName }) => UserName === 'alice' });
    const report = await scan();
    expect(found(report)).toEqual(['bob: key-overdue']);
    expect(report.failures).toEqual([
      {
        scope: 'user',
        id: `${HUB_ACCOUNT_ID}/alice`,
        reason: expect.stringMatching(/keys could not be listed: AccessDenied/),
      },
    ]);
  });

  it('tags exempt nobody', async () => {
    const tags = { 'keyaudit:exempt-until': '2099-01-01', 'keyaudit:exempt-reason': 'because' };
    const aws = await embeddedAws({ world: hub({ ...user('alice', keyOf(400)), tags }) });
    expect(await scan()).toMatchObject({ findings: [], exempt: [{ userName: 'alice' }], failures: [] });
    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'deny' });
    expect(await scan()).toMatchObject({
      findings: [{ userName: 'alice' }],
      exempt: [],
      failures: [{ id: `${HUB_ACCOUNT_ID}/alice`, reason: expect.stringContaining('neither exempt it') }],
    });
  });
});

describe('without a credential report', () => {
  it.each([
    ['it may not be generated', { operation: 'iam:GenerateCredentialReport', kind: 'deny' }],
    ['it may not be read', { operation: 'iam:GetCredentialReport', kind: 'deny' }],
    [
      'it is never ready',
      { operation: 'iam:GetCredentialReport', kind: 'error', code: 'ReportInProgress', status: 404 },
    ],
  ] as const)('because %s, every page of users is read, and the report says so', async (_why, fault) => {
    const users = Array.from({ length: 23 }, (_, at) => user(`user-${at}`, keyOf(at === 22 ? 400 : 10)));
    const world = fakeWorld({
      accounts: [{ users, root: { keys: [keyOf(2000)] } }],
      paging: { size: 5, short: true, empty: true },
    });
    const aws = await embeddedAws({ world });
    aws.faults.add(fault);
    const report = await scan();
    expect(found(report)).toEqual(['<root_account>: root-access-key', 'user-22: key-overdue']);
    expect(report.findings[0]).toMatchObject({ createDate: null, ageDays: null, lastUsed: { state: 'unknown' } });
    expect(report.accounts).toMatchObject([
      {
        status: 'scanned',
        reason: expect.stringMatching(/^read user by user, without a credential report: /),
        users: 23,
        credentialReportGeneratedAt: null,
      },
    ]);
    expect(report.failures).toEqual([]);
  });

  it('and without the account’s summary, it is not said that root has no key', async () => {
    const aws = await embeddedAws();
    aws.faults.add({ operation: 'iam:GenerateCredentialReport', kind: 'deny' });
    aws.faults.add({ operation: 'iam:GetAccountSummary', kind: 'deny' });
    expect((await scan()).failures).toEqual([
      {
        scope: 'user',
        id: `${HUB_ACCOUNT_ID}/<root_account>`,
        reason: expect.stringMatching(/^whether root has an access key/),
      },
    ]);
  });

  it('and without the list of users, the account failed', async () => {
    const aws = await embeddedAws();
    aws.faults.add({ operation: 'iam:*', kind: 'deny' });
    expect(await scan()).toMatchObject({
      accounts: [{ status: 'failed', reason: expect.stringContaining('AccessDenied') }],
      summary: { accountsScanned: 0, accountsFailed: 1 },
    });
  });
});

describe('an audit of some users', () => {
  it('reads them live, and nobody else', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(10)), user('bob', keyOf(400))) });
    expect(found(await scan({ users: ['alice'] }))).toEqual([]);
    expect(found(await scan({ users: ['bob'] }))).toEqual(['bob: key-overdue']);
    expect(aws.calls.of('iam:ListAccessKeys').map(({ params }) => params['UserName'])).toEqual(['alice', 'bob']);
  });

  it('finds a user who is younger than the report', async () => {
    const aws = await embeddedAws({ world: hub(user('alice', keyOf(10))) });
    await scan();
    const [template] = aws.world.accounts[0]!.users;
    aws.world.accounts[0]!.users.push({ ...template!, userName: 'new' });
    expect(await scan({ users: ['new'] })).toMatchObject({ failures: [], summary: { users: 1 } });
  });

  it('does not take a name that nobody has for a clean user', async () => {
    await embeddedAws({ world: hub(user('alice', keyOf(10))) });
    expect((await scan({ users: ['alcie'] })).failures).toEqual([
      { scope: 'user', id: 'alcie', reason: 'no account that was read has a user of this name' },
    ]);
  });

  it('says that the others were not read', async () => {
    await embeddedAws({ world: hub(user('alice', keyOf(10))) });
    expect((await scan({ users: ['alice'] })).accounts[0]?.reason).toBe('only asked about alice');
  });
});

describe('when time runs out', () => {
  it('reading stops, what was read is reported, and what was not is named', async () => {
    const settings = {
      accounts: [
        { id: HUB_ACCOUNT_ID, name: 'integration' },
        { id: STAGING, name: 'staging' },
      ],
    };
    const aws = await embeddedAws({
      world: fakeWorld({
        accounts: [{ users: [user('alice', keyOf(400))] }, { id: STAGING, users: [user('bob', keyOf(400))] }],
      }),
    });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'timeout', account: STAGING });
    const time = new AbortController();
    const report = await scan({
      settings,
      signal: time.signal,
      onProgress: ({ accountsRead }) => accountsRead === 1 && time.abort(),
    });
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(report.accounts).toMatchObject([
      { name: 'integration', status: 'scanned' },
      { name: 'staging', status: 'failed', reason: 'time ran out before 1 user of 1 could be read' },
    ]);
    expect(report.failures).toEqual([
      { scope: 'account', id: STAGING, reason: 'time ran out before 1 user of 1 could be read' },
    ]);
  });

  it('before anything could be read, no account looks clean', async () => {
    await embeddedAws();
    const time = new AbortController();
    expect(await scan({ signal: time.signal, onProgress: () => time.abort() })).toMatchObject({
      accounts: [{ status: 'failed', reason: 'time ran out before its users were known' }],
      summary: { accountsScanned: 0 },
    });
  });
});
