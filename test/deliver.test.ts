import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { deliver } from '../lambda/deliver.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { notifiers } from '../lambda/notifiers/index.ts';
import type { Notifier } from '../lambda/notifiers/notifier.ts';
import { everyTurn, type Turn } from '../lambda/turns.ts';
import { notifierContext } from './notifier-context.ts';
import { auditReport, finding } from './report-builders.ts';

const working = (id: string, told: AuditReport[] = []): Notifier => ({
  id,
  connect: async () => ({
    ready: true,
    notify: async (report) => {
      told.push(report);
    },
  }),
});

const failing = (id: string, error: Error): Notifier => ({
  id,
  connect: async () => ({ ready: true, notify: () => Promise.reject(error) }),
});

const plenty = (): number => 60_000;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('delivering', () => {
  it('tells every channel in order', async () => {
    const told: AuditReport[] = [];
    const report = auditReport();
    expect(await deliver(report, [working('a', told), working('b', told)], notifierContext(), plenty)).toEqual({
      delivered: ['a', 'b'],
      toldBefore: [],
      notSetUp: [],
      failures: [],
      causes: [],
    });
    expect(told).toEqual([report, report]);
  });

  it('keeps IP addresses and user agents to itself, unless the settings show them', async () => {
    const usage = 'from 192.0.2.10 by Boto3/1.34';
    const location = { source: 'cloudtrail', state: 'seen', text: 's3 ListBuckets', usage } as const;
    const report = auditReport({ findings: [finding({ locations: [location] })] });
    const shownTo = async (showUsage: boolean): Promise<unknown> => {
      const told: AuditReport[] = [];
      const slack = { ...notifierContext().slack, showUsage };
      await deliver(report, [working('a', told)], notifierContext({ slack }), plenty);
      return told[0]?.findings[0]?.locations[0];
    };
    expect(await shownTo(false)).toEqual({ source: 'cloudtrail', state: 'seen', text: 's3 ListBuckets' });
    expect(await shownTo(true)).toEqual(location);
  });

  it('goes on after a failure, and tells the next channel of it', async () => {
    const told: AuditReport[] = [];
    const cause = new Error('no such channel');
    const failure = { scope: 'notifier', id: 'slack', reason: 'no such channel' };
    expect(
      await deliver(auditReport(), [failing('slack', cause), working('sns', told)], notifierContext(), plenty),
    ).toEqual({
      delivered: ['sns'],
      toldBefore: [],
      notSetUp: [],
      failures: [failure],
      causes: [cause],
    });
    expect(told).toEqual([auditReport({ failures: [failure as AuditReport['failures'][number]] })]);
  });

  it('does not count a channel that is not set up as failed, but one that is set up wrong', async () => {
    const cause = new Error('the secret cannot be read');
    const absent: Notifier = { id: 'absent', connect: async () => ({ ready: false, why: 'no token' }) };
    const wrong: Notifier = { id: 'wrong', connect: () => Promise.reject(cause) };
    expect(await deliver(auditReport(), [absent, wrong], notifierContext(), plenty)).toEqual({
      delivered: [],
      toldBefore: [],
      notSetUp: [{ id: 'absent', why: 'no token' }],
      failures: [{ scope: 'notifier', id: 'wrong', reason: 'the secret cannot be read' }],
      causes: [cause],
    });
  });

  it('leaves a channel alone that is told by another run, or was told before', async () => {
    const told: AuditReport[] = [];
    const turns = async (channel: string): Promise<Turn> => (channel === 'a' ? { isOurs: false } : everyTurn);
    const delivery = await deliver(
      auditReport(),
      [working('a', told), working('b', told)],
      notifierContext(),
      plenty,
      turns,
    );
    expect(delivery).toMatchObject({ toldBefore: ['a'], delivered: ['b'], failures: [] });
    expect(told).toHaveLength(1);
  });

  it('tells rather twice than not at all where nobody knows whose turn it is, and says so', async () => {
    const told: AuditReport[] = [];
    const turns = () => Promise.reject(new Error('S3 is down'));
    const delivery = await deliver(auditReport(), [working('a', told)], notifierContext(), plenty, turns);
    expect(delivery.delivered).toEqual(['a']);
    expect(delivery.failures.map(({ reason }) => reason)).toEqual(['who tells a could not be noted: S3 is down']);
  });

  it('does not let a channel that hangs keep the others from being told', async () => {
    const told: AuditReport[] = [];
    const hanging: Notifier = {
      id: 'slack',
      connect: async () => ({ ready: true, notify: () => new Promise(() => {}) }),
    };
    const { delivered, failures } = await deliver(
      auditReport(),
      [hanging, working('sns', told)],
      notifierContext(),
      () => 20,
    );
    expect(failures).toEqual([
      {
        scope: 'notifier',
        id: 'slack',
        reason: 'slack did not take everything within 0 seconds: look there what arrived',
      },
    ]);
    expect(delivered).toEqual(['sns']);
    expect(told[0]?.failures).toContainEqual(failures[0]);
  });

  it('lets a channel take three quarters of the time that is left while others wait, and the last all of it', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    let left = 80_000;
    const slow: Notifier = {
      id: 'slow',
      connect: async () => {
        left = 20_000;
        return { ready: false, why: 'no token' };
      },
    };
    await deliver(auditReport(), [slow, working('sns')], notifierContext(), () => left);
    expect(timeout.mock.calls).toEqual([[60_000], [20_000]]);
  });

  it('tells a channel that nobody waits for any more to be silent', async () => {
    const signals: AbortSignal[] = [];
    const hanging: Notifier = {
      id: 'slack',
      connect: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    };
    await deliver(auditReport(), [hanging], notifierContext(), () => 20);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('tells Slack first, so that the e-mail can say that it failed', () => {
    expect(notifiers.map(({ id }) => id)).toEqual(['slack', 'sns']);
  });
});
