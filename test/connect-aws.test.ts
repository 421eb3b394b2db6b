import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { GenerateCredentialReportCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { connectAws } from '../lambda/aws/index.ts';
import { parseSettings } from '../lambda/settings.ts';
import { account, daysAgo, FIRST_KEY, hoursAgo, SECOND_KEY } from './builders.ts';
import { embeddedAws, found, scan } from './embedded.ts';
import { type FakeUserOverrides, fakeEvent, fakeWorld, HUB_ACCOUNT_ID, HUB_CREDENTIALS } from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';

const OTHER = '444455556666';
const hubEnvironment = {
  AWS_ACCESS_KEY_ID: HUB_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: HUB_CREDENTIALS.secretAccessKey,
};

const connect = () => {
  let waited = 0;
  return connectAws({
    settings: parseSettings({ accounts: [{ id: OTHER }] }),
    signal: new AbortController().signal,
    sleep: async (ms) => {
      waited += ms;
    },
    random: () => 0,
    elapsed: () => waited,
  });
};

const overdue: FakeUserOverrides = {
  userName: 'alice',
  created: daysAgo(900),
  keys: [{ created: daysAgo(400), lastUsed: { date: hoursAgo(1), service: 's3', region: 'eu-west-1' } }],
};

describe('the machine’s clock', () => {
  it.each([
    ['behind AWS’s', -6],
    ['ahead of AWS’s', 17],
  ])('is known to be %s by its first answer', async (_what, minutes) => {
    await embeddedAws();
    const now = Date.now.bind(Date);
    const machine = jest.spyOn(Date, 'now').mockImplementation(() => now() + minutes * 60_000);
    const { clockOffset } = await connect();
    machine.mockRestore();
    expect(Math.round(clockOffset() / 60_000)).toBe(-minutes);
  });
});

describe('a call that AWS throttles', () => {
  it('is made again, up to five times, and what it tells is found', async () => {
    const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users: [overdue] }] }) });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'throttle', nth: [1, 2, 3, 4, 5] });
    const report = await fastForward(() => scan());
    expect(found(report)).toEqual(['alice: key-overdue']);
    expect(report.failures).toEqual([]);
    expect(aws.calls.count('iam:ListAccessKeys')).toBe(6);
  });

  it('is a failure in the end', async () => {
    const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ users: [overdue] }] }) });
    aws.faults.add({ operation: 'iam:ListAccessKeys', kind: 'throttle' });
    const report = await fastForward(() => scan());
    expect(report.failures.map(({ reason }) => reason)).toEqual([
      'none of its users could be read (1)',
      'its access keys could not be listed: Throttling: Rate exceeded',
    ]);
    expect(aws.calls.count('iam:ListAccessKeys')).toBe(6);
  });

  /** How fast a client may go on cannot be seen from outside in a time that tests have. */
  it('makes its account’s client slow down', async () => {
    const sts = mockClient(STSClient);
    const iam = mockClient(IAMClient);
    try {
      sts
        .on(GetCallerIdentityCommand)
        .resolves({ Account: HUB_ACCOUNT_ID, Arn: `arn:aws:iam::${HUB_ACCOUNT_ID}:root` });
      iam.on(GenerateCredentialReportCommand).rejects(new Error('that is enough'));
      Object.assign(process.env, hubEnvironment);
      const aws = await connectAws({ settings: parseSettings({}), signal: new AbortController().signal });
      const reader = await aws.openAccount(account({ id: HUB_ACCOUNT_ID }));
      await expect(reader.readCredentialReport()).rejects.toThrow('that is enough');
      const [call] = iam.commandCalls(GenerateCredentialReportCommand);
      const { retryMode } = (call!.thisValue as IAMClient).config;
      expect(typeof retryMode === 'function' ? await retryMode() : retryMode).toBe('adaptive');
    } finally {
      sts.restore();
      iam.restore();
    }
  });
});

describe('many accounts', () => {
  it('share the connections to AWS', async () => {
    const ids = Array.from({ length: 30 }, (_, at) => String(222_222_222_200 + at));
    await embeddedAws({
      world: fakeWorld({ accounts: [{}, ...ids.map((id) => ({ id, users: [overdue], report: { polls: 0 } }))] }),
    });
    let connections = 0;
    const count = () => {
      connections += 1;
    };
    subscribe('net.client.socket', count);
    try {
      expect((await scan({ settings: { accounts: ids.map((id) => ({ id })) } })).findings).toHaveLength(30);
    } finally {
      unsubscribe('net.client.socket', count);
    }
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThan(20);
  });
});

describe('a connection', () => {
  const twoAccounts = () =>
    embeddedAws({
      world: fakeWorld({ accounts: [{ users: [overdue] }, { id: OTHER, users: [{ ...overdue, userName: 'bob' }] }] }),
    });

  it('knows whose credentials it was given', async () => {
    await embeddedAws();
    expect((await connect()).identity).toEqual({
      accountId: HUB_ACCOUNT_ID,
      partition: 'aws',
      arn: `arn:aws:iam::${HUB_ACCOUNT_ID}:user/hub`,
      accessKeyId: HUB_CREDENTIALS.accessKeyId,
    });
  });

  it('opens an account once, however often it is asked to', async () => {
    const aws = await twoAccounts();
    const { openAccount, clientOptionsFor } = await connect();
    const other = account({ id: OTHER });
    const readers = await Promise.all([openAccount(other), openAccount({ ...other, name: 'staging' })]);
    expect(new Set([...readers, await openAccount(other)]).size).toBe(1);
    await clientOptionsFor(other);
    await readers[0]?.listUsers();
    expect(aws.calls.count('sts:AssumeRole')).toBe(1);
  });

  it('tries again to open an account that it could not open', async () => {
    const aws = await twoAccounts();
    aws.faults.add({ operation: 'sts:AssumeRole', kind: 'deny', nth: 1 });
    const { openAccount } = await connect();
    await expect(openAccount(account({ id: OTHER }))).rejects.toThrow(/^cannot assume arn:aws:iam::444455556666:role/);
    expect(await (await openAccount(account({ id: OTHER }))).listUsers()).toMatchObject([{ userName: 'bob' }]);
  });

  it('gives what other clients of an account are made of: its credentials, the shared connections and the counter', async () => {
    await twoAccounts();
    const { clientOptionsFor, callCount } = await connect();
    const before = callCount();
    const names = async (id: string) => {
      const iam = new IAMClient(await clientOptionsFor(account({ id })));
      return (await iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName);
    };
    expect([await names(HUB_ACCOUNT_ID), await names(OTHER)]).toEqual([['alice'], ['bob']]);
    expect(callCount() - before).toBe(3);
  });

  it('renews the credentials of a role before they end, for every client that shares them', async () => {
    const aws = await twoAccounts();
    const { openAccount } = await connect();
    const reader = await openAccount(account({ id: OTHER }));
    await reader.listUsers();
    const realNow = Date.now;
    Date.now = () => realNow() + 56 * 60_000;
    try {
      await Promise.all([reader.listUsers(), reader.lookUpEvents({ ...eventsOfKey, region: 'us-east-1' })]);
    } finally {
      Date.now = realNow;
    }
    expect(aws.calls.count('sts:AssumeRole')).toBe(2);
  });
});

const eventsOfKey = { attribute: 'AccessKeyId', value: FIRST_KEY } as const;

describe('a reader', () => {
  it('looks up events in the region that it is asked for', async () => {
    const at = hoursAgo(1);
    await embeddedAws({
      world: fakeWorld({ accounts: [{ events: [fakeEvent({ accessKeyId: FIRST_KEY, region: 'eu-west-1', at })] }] }),
    });
    const reader = await (await connect()).openAccount(account());
    expect(await reader.lookUpEvents({ ...eventsOfKey, region: 'eu-west-1' })).toMatchObject({
      events: [{ name: 'ListBuckets', at }],
      complete: true,
    });
    expect(await reader.lookUpEvents({ ...eventsOfKey, region: 'us-east-1' })).toEqual({ events: [], complete: true });
  });

  const deactivation = (accessKeyId: string, at: Date) =>
    fakeEvent({
      name: 'UpdateAccessKey',
      source: 'iam.amazonaws.com',
      at,
      requestParameters: { userName: 'alice', accessKeyId, status: 'Inactive' },
    });

  it('reads when keys were made inactive, anew each time', async () => {
    const aws = await embeddedAws({
      world: fakeWorld({
        accounts: [{ events: [deactivation(FIRST_KEY, daysAgo(3)), deactivation(SECOND_KEY, daysAgo(89))] }],
      }),
    });
    const reader = await (await connect()).openAccount(account());
    const expected = {
      last: new Map([
        [FIRST_KEY, { at: daysAgo(3), status: 'Inactive' }],
        [SECOND_KEY, { at: daysAgo(89), status: 'Inactive' }],
      ]),
      complete: true,
    };
    expect(await reader.readStatusChanges()).toEqual(expected);
    expect(aws.calls.of('cloudtrail:LookupEvents').map(({ params }) => params)).toEqual([
      { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' }], MaxResults: 50 },
    ]);
    aws.world.accounts[0]!.events.length = 0;
    expect((await reader.readStatusChanges()).last).toEqual(new Map());
  });

  it('knows whose key it is, in its own account only', async () => {
    await embeddedAws({
      world: fakeWorld({
        accounts: [{ users: [{ userName: 'alice', keys: [{ accessKeyId: SECOND_KEY }] }] }, { id: OTHER }],
      }),
    });
    const { openAccount } = await connect();
    const [own, other] = await Promise.all([openAccount(account()), openAccount(account({ id: OTHER }))]);
    expect([await own.findKeyUser(SECOND_KEY), await other.findKeyUser(SECOND_KEY)]).toEqual(['alice', undefined]);
  });
});
