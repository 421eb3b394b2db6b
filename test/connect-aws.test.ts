import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { GenerateCredentialReportCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { connectAws } from '../lambda/aws/index.ts';
import { parseSettings } from '../lambda/settings.ts';
import { account, daysAgo, hoursAgo } from './builders.ts';
import { embeddedAws, found, scan } from './embedded.ts';
import { type FakeUserOverrides, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';

const overdue: FakeUserOverrides = {
  userName: 'alice',
  created: daysAgo(900),
  keys: [{ created: daysAgo(400), lastUsed: { date: hoursAgo(1), service: 's3', region: 'eu-west-1' } }],
};

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
