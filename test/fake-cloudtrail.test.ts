import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import { describe, expect, it } from '@jest/globals';
import { ago, daysAgo, FIRST_KEY, hoursAgo, NOW, SECOND_KEY } from './builders.ts';
import { type FakeAws, type FakeEvent, fakeEvent, fakeWorld } from './fake-aws/index.ts';
import { assume, collect, OTHER, once, refusal, start } from './fake-aws-clients.ts';

const withEvents = (events: FakeEvent[], paging = {}): Promise<FakeAws> =>
  start({ now: () => NOW, world: fakeWorld({ accounts: [{ events }], paging }) });
const of = (AttributeKey: 'AccessKeyId' | 'EventName', AttributeValue: string): LookupEventsCommandInput => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});
const lookUp = async (aws: FakeAws, input: LookupEventsCommandInput, region = 'eu-west-1') => {
  const client = new CloudTrailClient({ ...once(aws), region });
  return (await client.send(new LookupEventsCommand(input))).Events?.map(({ EventId }) => EventId);
};

describe('LookupEvents', () => {
  const here = { region: 'eu-west-1', accessKeyId: FIRST_KEY };

  it('finds the events of a key or of a name, in the region asked, newest first', async () => {
    const older = fakeEvent({ ...here, at: hoursAgo(2) });
    const newer = fakeEvent({ ...here, at: hoursAgo(1), name: 'ListUsers' });
    const elsewhere = fakeEvent({ ...here, at: NOW, region: 'us-east-1' });
    const another = fakeEvent({ ...here, at: NOW, accessKeyId: SECOND_KEY });
    const aws = await withEvents([older, newer, elsewhere, another]);
    expect(await lookUp(aws, of('AccessKeyId', FIRST_KEY))).toEqual([newer.eventId, older.eventId]);
    expect(await lookUp(aws, of('EventName', 'ListBuckets'))).toEqual([another.eventId, older.eventId]);
    expect(await lookUp(aws, of('AccessKeyId', FIRST_KEY), 'us-east-1')).toEqual([elsewhere.eventId]);
    expect(aws.calls.byOperation()).toEqual({ 'cloudtrail:LookupEvents': 3 });
  });

  it('answers the record as JSON, in CloudTrail’s own words', async () => {
    const aws = await withEvents([fakeEvent({ ...here, at: NOW, errorCode: 'AccessDenied' })]);
    const client = new CloudTrailClient({ ...once(aws), region: 'eu-west-1' });
    const [event] = (await client.send(new LookupEventsCommand({}))).Events ?? [];
    expect(event).toMatchObject({ EventName: 'ListBuckets', EventTime: NOW, AccessKeyId: FIRST_KEY, ReadOnly: 'true' });
    expect(JSON.parse(event?.CloudTrailEvent ?? '')).toMatchObject({
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', accountId: '111122223333', accessKeyId: FIRST_KEY, userName: 'hub' },
      eventTime: '2026-11-23T09:00:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '192.0.2.10',
      userAgent: 'aws-cli/2.15.30',
      errorCode: 'AccessDenied',
      eventCategory: 'Management',
    });
  });

  it('remembers 90 days', async () => {
    const kept = fakeEvent({ ...here, at: daysAgo(90) });
    const aws = await withEvents([kept, fakeEvent({ ...here, at: ago(90 * 86_400_000 + 1) })]);
    expect(await lookUp(aws, of('AccessKeyId', FIRST_KEY))).toEqual([kept.eventId]);
  });

  it.each([{}, { size: 3 }, { size: 3, short: true, empty: true }])(
    'gives every event once, in pages %j',
    async (paging) => {
      const events = Array.from({ length: 120 }, (_, at) => fakeEvent({ ...here, at: hoursAgo(at) }));
      const aws = await withEvents(events, paging);
      const client = new CloudTrailClient({ ...once(aws), region: 'eu-west-1' });
      const found = await collect(paginateLookupEvents({ client }, of('AccessKeyId', FIRST_KEY)), ({ Events }) =>
        Events?.map(({ EventId }) => EventId),
      );
      expect(found).toEqual(events.map(({ eventId }) => eventId));
    },
  );

  it('has 50 events on a page at most', async () => {
    const aws = await withEvents(Array.from({ length: 51 }, () => fakeEvent({ ...here, at: NOW })));
    expect(await lookUp(aws, of('AccessKeyId', FIRST_KEY))).toHaveLength(50);
    expect(await refusal(lookUp(aws, { MaxResults: 51 }))).toMatchObject({ name: 'InvalidMaxResultsException' });
  });

  it('refuses two attributes, one that it does not know, and a strange token', async () => {
    const aws = await withEvents([]);
    const attributes = [
      ...(of('AccessKeyId', 'a').LookupAttributes ?? []),
      ...(of('EventName', 'b').LookupAttributes ?? []),
    ];
    for (const LookupAttributes of [attributes, [{ AttributeKey: 'EventId' as const, AttributeValue: 'x' }]]) {
      expect(await refusal(lookUp(aws, { LookupAttributes }))).toMatchObject({
        name: 'InvalidLookupAttributesException',
        status: 400,
      });
    }
    expect(await refusal(lookUp(aws, { NextToken: 'x' }))).toMatchObject({ name: 'InvalidNextTokenException' });
  });

  it('shows each account its own events, and can be refused and throttled', async () => {
    const aws = await start({
      now: () => NOW,
      world: fakeWorld({ accounts: [{ events: [fakeEvent({ ...here, at: NOW })] }, { id: OTHER }] }),
    });
    const other = new CloudTrailClient({ ...once(aws), region: 'eu-west-1', credentials: await assume(aws, OTHER) });
    expect((await other.send(new LookupEventsCommand({}))).Events).toEqual([]);
    const takeAway = aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny', account: OTHER });
    expect(await refusal(other.send(new LookupEventsCommand({})))).toMatchObject({ name: 'AccessDeniedException' });
    takeAway();
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'throttle' });
    expect(await refusal(other.send(new LookupEventsCommand({})))).toMatchObject({ name: 'ThrottlingException' });
  });
});
