import { describe, expect, it } from '@jest/globals';
import type { TrailEvent } from '../lambda/domain/trail.ts';
import { cloudtrail } from '../lambda/locators/cloudtrail.ts';
import type { LocatorContext, WantedKey } from '../lambda/locators/locator.ts';
import type { LookUpEvents, TrailQuery } from '../lambda/ports.ts';
import { accessKey, account, FIRST_KEY, hoursAgo, never, SECOND_KEY, unknown, used } from './builders.ts';

const event = (overrides: Partial<TrailEvent> = {}): TrailEvent => ({
  name: 'ListBuckets',
  source: 's3.amazonaws.com',
  at: hoursAgo(23),
  region: 'eu-west-1',
  sourceIpAddress: '192.0.2.10',
  userAgent: 'aws-cli/2.15.30',
  ...overrides,
});
const wanted = (lastUsed = used(hoursAgo(1), { region: 'eu-west-1' }), partition = 'aws'): WantedKey => ({
  accessKeyId: FIRST_KEY,
  owner: {
    userName: 'alice',
    arn: `arn:${partition}:iam::111122223333:user/alice`,
    tags: {},
    key: accessKey({ lastUsed }),
  },
});

/** CloudTrail as told by region, and what it was asked. */
const trail = (told: Record<string, TrailEvent[] | Error>, { complete = true, region = '' } = {}) => {
  const asked: TrailQuery[] = [];
  const lookUpEvents: LookUpEvents = async (query) => {
    asked.push(query);
    const events = told[query.region] ?? [];
    if (events instanceof Error) throw events;
    return { events, complete };
  };
  const context: LocatorContext = {
    settings: { thirdPartyServices: [] },
    aws: { account: account(), lookUpEvents, ...(region && { region }) },
  };
  return {
    asked: () => asked.map((query) => query.region),
    queries: asked,
    locate: (...keys: WantedKey[]) => cloudtrail.locate(keys, context),
  };
};
const seen = (text: string, usage?: string) => ({ source: 'cloudtrail', state: 'seen', text, ...(usage && { usage }) });

describe('what CloudTrail knows of a key', () => {
  it('is who did what, where, how often and when last, the most recent first', async () => {
    const { locate } = trail({
      'eu-west-1': [event(), event({ at: hoursAgo(25) }), event({ at: hoursAgo(30) })],
      'us-east-1': [
        event({ name: 'ListUsers', source: 'iam.amazonaws.com', region: 'us-east-1', at: hoursAgo(24) }),
        event({
          name: 'GetUser',
          source: 'iam.amazonaws.com',
          region: 'us-east-1',
          at: hoursAgo(1),
          errorCode: 'AccessDenied',
        }),
      ],
    });
    expect(await locate(wanted())).toEqual({
      locations: new Map([
        [
          FIRST_KEY,
          [
            seen(
              'iam GetUser in us-east-1, denied, once, last on 2026-11-23 08:00 UTC',
              'from 192.0.2.10 by aws-cli/2.15.30',
            ),
            seen(
              's3 ListBuckets in eu-west-1, 3 times, last on 2026-11-22 10:00 UTC',
              'from 192.0.2.10 by aws-cli/2.15.30',
            ),
            seen(
              'iam ListUsers in us-east-1, once, last on 2026-11-22 09:00 UTC',
              'from 192.0.2.10 by aws-cli/2.15.30',
            ),
          ],
        ],
      ]),
      failures: [],
    });
  });

  it('is a least where there are more events than were read', async () => {
    const { locate } = trail({ 'eu-west-1': [event(), event()] }, { complete: false });
    expect((await locate(wanted())).locations.get(FIRST_KEY)?.map(({ text }) => text)).toEqual([
      's3 ListBuckets in eu-west-1, at least 2 times, last on 2026-11-22 10:00 UTC',
    ]);
  });

  it.each<[Partial<TrailEvent>, string | undefined]>([
    [{ sourceIpAddress: 'cloudformation.amazonaws.com', userAgent: 'x' }, 'from cloudformation.amazonaws.com'],
    [{ userAgent: '[Boto3/1.34.69 Python/3.12.2]' }, 'from 192.0.2.10 by Boto3/1.34.69 Python/3.12.2'],
    [{ userAgent: undefined as never }, 'from 192.0.2.10'],
    [{ sourceIpAddress: undefined as never }, 'by aws-cli/2.15.30'],
    [{ sourceIpAddress: undefined as never, userAgent: undefined as never }, undefined],
  ])('by %j says %s', async (caller, usage) => {
    const { locate } = trail({ 'eu-west-1': [event(caller)] });
    expect((await locate(wanted())).locations.get(FIRST_KEY)).toEqual([
      seen('s3 ListBuckets in eu-west-1, once, last on 2026-11-22 10:00 UTC', usage),
    ]);
  });

  it.each([
    ['AccessDenied', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['NoSuchEntityException', 'failed with NoSuchEntityException'],
  ])('with %s says that it %s', async (errorCode, words) => {
    const { locate } = trail({ 'eu-west-1': [event({ errorCode })] });
    expect((await locate(wanted())).locations.get(FIRST_KEY)?.[0]?.text).toBe(
      `s3 ListBuckets in eu-west-1, ${words}, once, last on 2026-11-22 10:00 UTC`,
    );
  });

  it.each([
    [5, []],
    [6, ['… and 1 more caller or action']],
    [8, ['… and 3 more callers or actions']],
  ])('of %i callers or actions tells five, and how many more there are', async (count, rest) => {
    const events = Array.from({ length: count }, (_, at) => event({ name: `Get${at}`, at: hoursAgo(at + 1) }));
    const { locate } = trail({ 'eu-west-1': events });
    const texts = (await locate(wanted())).locations.get(FIRST_KEY)?.map(({ text }) => text) ?? [];
    expect(texts.slice(0, 5).map((text) => text.split(' ')[1])).toEqual(['Get0', 'Get1', 'Get2', 'Get3', 'Get4']);
    expect(texts.slice(5)).toEqual(rest);
  });

  it.each([
    ['eu-west-1 and us-east-1', wanted()],
    ['us-east-1', wanted(used(hoursAgo(1), { region: 'us-east-1' }))],
  ])('is that nothing was seen in %s, and what never shows', async (regions, key) => {
    const { locate } = trail({});
    expect(await locate(key)).toEqual({
      locations: new Map([
        [
          FIRST_KEY,
          [
            {
              source: 'cloudtrail',
              state: 'nothing-seen',
              text: `no management events seen in ${regions} within 90 days; S3 objects and SES mail never show`,
            },
          ],
        ],
      ]),
      failures: [],
    });
  });
});

describe('CloudTrail is asked', () => {
  it.each<[string, WantedKey, string, string[]]>([
    [
      'where the key was last used, then where global services write',
      wanted(),
      'eu-west-2',
      ['eu-west-1', 'us-east-1'],
    ],
    ['once where they are the same', wanted(used(hoursAgo(1), { region: 'us-east-1' })), '', ['us-east-1']],
    ['for a key last used in no region', wanted(used(hoursAgo(1))), 'eu-west-2', ['us-east-1']],
    ['for a key that was never used', wanted(never), 'eu-west-2', ['us-east-1']],
    ['for a key whose last use is unknown', wanted(unknown), 'eu-west-2', ['eu-west-2', 'us-east-1']],
    ['for a key without an owner', { accessKeyId: FIRST_KEY }, 'eu-west-2', ['eu-west-2', 'us-east-1']],
    ['for one without any region', { accessKeyId: FIRST_KEY }, '', ['us-east-1']],
    ['for one in GovCloud', { accessKeyId: FIRST_KEY }, 'us-gov-east-1', ['us-gov-east-1', 'us-gov-west-1']],
    ['for a user in China', wanted(never, 'aws-cn'), '', ['cn-northwest-1']],
    ['for a user in Europe’s own cloud', wanted(never, 'aws-eusc'), '', ['eusc-de-east-1']],
    ['in a partition that is not known', wanted(never, 'aws-moon'), 'moon-1', ['moon-1']],
  ])('%s', async (_, key, region, expected) => {
    const { locate, asked } = trail({}, { region });
    await locate(key);
    expect(asked()).toEqual(expected);
  });

  it('for the events of each key', async () => {
    const { locate, queries } = trail({});
    const { locations } = await locate(wanted(never), { accessKeyId: SECOND_KEY });
    expect(queries).toEqual([
      { attribute: 'AccessKeyId', value: FIRST_KEY, region: 'us-east-1' },
      { attribute: 'AccessKeyId', value: SECOND_KEY, region: 'us-east-1' },
    ]);
    expect([...locations.keys()]).toEqual([FIRST_KEY, SECOND_KEY]);
  });

  it('in the other region, and of the other key, where one fails: only what was read is said to show nothing', async () => {
    const refused = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const { locate } = trail({ 'eu-west-1': refused });
    const { locations, failures } = await locate(wanted(), { accessKeyId: SECOND_KEY });
    expect([...locations.values()].flat().map(({ text }) => text)).toEqual([
      'no management events seen in us-east-1 within 90 days; S3 objects and SES mail never show',
      'no management events seen in us-east-1 within 90 days; S3 objects and SES mail never show',
    ]);
    expect(failures).toEqual([
      {
        scope: 'locator',
        id: `CloudTrail of 111122223333 in eu-west-1 for ${FIRST_KEY}`,
        reason: 'AccessDeniedException: not authorized',
      },
    ]);
  });

  it('and what fails for the same reason, of whatever key and wherever, is one failure', async () => {
    const refused = new Error('not authorized');
    const { locate } = trail({ 'eu-west-1': refused, 'eu-west-2': new Error('throttled'), 'us-east-1': refused });
    const elsewhere = { ...wanted(used(hoursAgo(1), { region: 'eu-west-2' })), accessKeyId: SECOND_KEY };
    expect((await locate(wanted(), elsewhere)).failures).toEqual([
      {
        scope: 'locator',
        id: `CloudTrail of 111122223333 in eu-west-1 and us-east-1 for ${FIRST_KEY}, ${SECOND_KEY}`,
        reason: 'not authorized',
      },
      { scope: 'locator', id: `CloudTrail of 111122223333 in eu-west-2 for ${SECOND_KEY}`, reason: 'throttled' },
    ]);
  });

  it('and says nothing of a key that it could not be asked for', async () => {
    const { locate } = trail({ 'us-east-1': new Error('throttled') });
    const { locations, failures } = await locate(wanted(never));
    expect({ locations, failures: failures.length }).toEqual({ locations: new Map([[FIRST_KEY, []]]), failures: 1 });
  });

  it('and where it gives no events and no end, it is not said that there are none', async () => {
    const { locate } = trail({}, { complete: false });
    const { locations, failures } = await locate(wanted(never));
    expect(locations).toEqual(new Map([[FIRST_KEY, []]]));
    expect(failures.map(({ reason }) => reason)).toEqual(['it gave no events, and did not come to an end']);
  });

  it('not at all without AWS', () => {
    const settings = { thirdPartyServices: [] };
    expect(cloudtrail.whyNot({ settings })).toBe('AWS is not asked here');
    expect(cloudtrail.whyNot({ settings, withoutAws: 'there are no credentials' })).toBe('there are no credentials');
    expect(
      cloudtrail.whyNot({
        settings,
        aws: { account: account(), lookUpEvents: async () => ({ events: [], complete: true }) },
      }),
    ).toBeUndefined();
  });
});
