import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { describe, expect, it } from '@jest/globals';
import { lookUpEvents } from '../lambda/aws/cloudtrail.ts';
import type { TrailQuery } from '../lambda/ports.ts';
import { FIRST_KEY, hoursAgo, NOW, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeAws, type FakeEvent, type FakeEventOverrides, fakeEvent, fakeWorld } from './fake-aws/index.ts';

const ofKey: TrailQuery = { attribute: 'AccessKeyId', value: FIRST_KEY, region: 'eu-west-1' };
const eventOfKey = (overrides: FakeEventOverrides = {}): FakeEvent =>
  fakeEvent({ region: 'eu-west-1', accessKeyId: FIRST_KEY, at: NOW, ...overrides });

/** CloudTrail with these events, a clock that only waiting moves, and how long was waited. */
const trail = async (events: FakeEvent[], { size = 100 } = {}) => {
  const aws: FakeAws = await embeddedAws({ world: fakeWorld({ accounts: [{ events }], paging: { size } }) });
  const waits: number[] = [];
  let waited = 0;
  const clients: string[] = [];
  return {
    aws,
    waits,
    clients,
    lookUp: lookUpEvents({
      clientIn: (region) => {
        clients.push(region);
        return new CloudTrailClient({ ...aws.clientConfig, region, maxAttempts: 1 });
      },
      abortSignal: new AbortController().signal,
      sleep: async (ms) => {
        waits.push(ms);
        const until = waited + ms;
        await new Promise(setImmediate);
        waited = Math.max(waited, until);
      },
      elapsed: () => waited,
    }),
  };
};

describe('an event', () => {
  it('is told with everything that is asked of it', async () => {
    const { lookUp } = await trail([eventOfKey({ at: hoursAgo(1), errorCode: 'AccessDenied' })]);
    expect(await lookUp(ofKey)).toEqual({
      events: [
        {
          name: 'ListBuckets',
          source: 's3.amazonaws.com',
          at: hoursAgo(1),
          region: 'eu-west-1',
          sourceIpAddress: '192.0.2.10',
          userAgent: 'aws-cli/2.15.30',
          errorCode: 'AccessDenied',
        },
      ],
      complete: true,
    });
  });

  const change = { source: 'iam.amazonaws.com', region: 'eu-west-1', at: NOW };
  it.each<[string, FakeEventOverrides, object]>([
    [
      'UpdateAccessKey',
      { requestParameters: { userName: 'alice', accessKeyId: SECOND_KEY, status: 'Inactive' } },
      { subject: { accessKeyId: SECOND_KEY, status: 'Inactive' } },
    ],
    [
      'CreateAccessKey',
      {
        requestParameters: { userName: 'alice' },
        responseElements: { accessKey: { accessKeyId: SECOND_KEY, status: 'Active', userName: 'alice' } },
      },
      { subject: { accessKeyId: SECOND_KEY, status: 'Active' } },
    ],
    [
      'DeleteAccessKey',
      { requestParameters: { userName: 'alice', accessKeyId: SECOND_KEY } },
      { subject: { accessKeyId: SECOND_KEY } },
    ],
    ['GetAccessKeyLastUsed', { requestParameters: { accessKeyId: SECOND_KEY } }, {}],
    ['UpdateAccessKey', { source: 'other.amazonaws.com', requestParameters: { accessKeyId: SECOND_KEY } }, {}],
    ['UpdateAccessKey', { requestParameters: { accessKeyId: 7 } }, {}],
    ['CreateAccessKey', { responseElements: 'none' }, {}],
  ])('%s with %j is of the key %j', async (name, overrides, subject) => {
    const { lookUp } = await trail([fakeEvent({ ...change, name, ...overrides })]);
    const { events } = await lookUp({ attribute: 'EventName', value: name, region: 'eu-west-1' });
    expect(events).toEqual([
      {
        name,
        source: 'iam.amazonaws.com',
        at: NOW,
        region: 'eu-west-1',
        sourceIpAddress: '192.0.2.10',
        userAgent: 'aws-cli/2.15.30',
        ...(overrides.source && { source: overrides.source }),
        ...subject,
      },
    ]);
  });

  it('may lack everything but its name, time and service', async () => {
    const record = {
      eventName: 'A',
      eventTime: '2026-11-23T09:00:00Z',
      eventSource: 'b.amazonaws.com',
      userAgent: null,
    };
    const { lookUp } = await trail([eventOfKey({ record: JSON.stringify(record) })]);
    expect((await lookUp(ofKey)).events).toEqual([
      { name: 'A', source: 'b.amazonaws.com', at: NOW, region: 'eu-west-1' },
    ]);
  });

  it.each([
    ['no JSON', '{"eventName":', 'its record is no JSON'],
    ['nothing', '', 'its record is no JSON'],
    ['null', 'null', 'Invalid input'],
    ['no name', '{"eventTime":"2026-11-23T09:00:00Z","eventSource":"s3.amazonaws.com"}', 'eventName: '],
    ['no time', '{"eventName":"A","eventTime":"yesterday","eventSource":"s3.amazonaws.com"}', 'eventTime: '],
  ])('with %s is an error that names it', async (_, record, reason) => {
    const { lookUp } = await trail([eventOfKey(), eventOfKey({ eventId: 'event-2', record })]);
    const error = await lookUp(ofKey).catch(({ message }: Error) => message);
    expect(error).toContain('the CloudTrail event event-2 can not be read: ');
    expect(error).toContain(reason);
  });
});

describe('pages', () => {
  const events = (count: number, overrides: FakeEventOverrides = {}) =>
    Array.from({ length: count }, (_, at) => eventOfKey({ at: hoursAgo(at), ...overrides }));

  it.each([
    [2, 1, true],
    [50, 1, true],
    [51, 2, true],
    [100, 2, true],
    [101, 2, false],
  ])('%i events of a key take %i calls, and are all: %s', async (count, calls, complete) => {
    const { lookUp, aws } = await trail(events(count));
    const answer = await lookUp(ofKey);
    expect(answer.events.map(({ at }) => at)).toEqual(events(Math.min(count, 100)).map(({ at }) => at));
    expect({ calls: aws.calls.count('cloudtrail:LookupEvents'), complete: answer.complete }).toEqual({
      calls,
      complete,
    });
  });

  it('of one name are read up to twenty', async () => {
    const { lookUp, aws } = await trail(events(21, { name: 'UpdateAccessKey' }), { size: 1 });
    const query: TrailQuery = { attribute: 'EventName', value: 'UpdateAccessKey', region: 'eu-west-1' };
    expect(await lookUp(query)).toMatchObject({ events: { length: 20 }, complete: false });
    expect(aws.calls.count('cloudtrail:LookupEvents')).toBe(20);
    aws.world.accounts[0]?.events.pop();
    expect(await lookUp(query)).toMatchObject({ events: { length: 20 }, complete: true });
  });

  it('are asked for half a second apart in a region, also by several at once', async () => {
    const { lookUp, waits, clients } = await trail(events(51));
    await lookUp(ofKey);
    expect(waits).toEqual([500]);
    await lookUp({ ...ofKey, region: 'us-east-1' });
    expect(waits).toEqual([500]);
    await Promise.all([lookUp(ofKey), lookUp({ ...ofKey, value: SECOND_KEY }), lookUp({ ...ofKey, value: 'other' })]);
    expect(waits.slice(1, 4)).toEqual([500, 1000, 1500]);
    expect(clients).toEqual(['eu-west-1', 'us-east-1']);
  });
});

describe('a refusal', () => {
  it.each([
    ['deny', 'AccessDeniedException'],
    ['throttle', 'ThrottlingException'],
  ] as const)('%s is rejected under its name', async (kind, name) => {
    const { lookUp, aws } = await trail([]);
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind });
    await expect(lookUp(ofKey)).rejects.toMatchObject({ name });
  });
});
