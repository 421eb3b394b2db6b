import { describe, expect, it } from '@jest/globals';
import { withoutUsage } from '../lambda/domain/report.ts';
import { daysAgo, hoursAgo, NOW, SECOND_KEY } from './builders.ts';
import { embeddedAws, scan } from './embedded.ts';
import { exampleKeyId, type FakeUserOverrides, fakeEvent, fakeWorld } from './fake-aws/index.ts';

/** Where the scheduled audit looks for keys, and for which. */

const use = (date: Date) => ({ date, service: 's3', region: 'eu-west-1' });
const NEWER = exampleKeyId(9002);
const lingering: FakeUserOverrides = {
  userName: 'support-api',
  created: daysAgo(400),
  keys: [
    { accessKeyId: SECOND_KEY, created: daysAgo(120), lastUsed: use(hoursAgo(2)) },
    { accessKeyId: NEWER, created: daysAgo(80), lastUsed: use(hoursAgo(1)) },
  ],
  tags: { [SECOND_KEY]: 'hieradata: support' },
};
const overdue: FakeUserOverrides = {
  userName: 'overdue',
  created: daysAgo(400),
  keys: [{ created: daysAgo(100), lastUsed: use(hoursAgo(2)) }],
};

const worldOf = async (...users: FakeUserOverrides[]) => embeddedAws({ world: fakeWorld({ accounts: [{ users }] }) });

describe('the audit', () => {
  it('asks CloudTrail who uses a lingering key, and nobody else’s', async () => {
    const aws = await worldOf(lingering, overdue);
    aws.world.accounts[0]!.events.push(
      fakeEvent({ accessKeyId: SECOND_KEY, region: 'eu-west-1', at: hoursAgo(3), userAgent: 'Boto3/1.34' }),
    );
    const { findings, failures } = await scan();
    expect(failures).toEqual([]);
    expect(findings.map(({ accessKeyId, locations }) => [accessKeyId, locations])).toEqual([
      [
        SECOND_KEY,
        [
          { source: 'key-description', state: 'seen', text: 'hieradata: support' },
          {
            source: 'cloudtrail',
            state: 'seen',
            text: 's3 ListBuckets in eu-west-1, once, last on 2026-11-23 06:00 UTC',
            usage: 'from 192.0.2.10 by Boto3/1.34',
          },
        ],
      ],
      [expect.stringMatching(/^AKIA/), []],
      [NEWER, []],
    ]);
    expect(aws.calls.of('cloudtrail:LookupEvents').map(({ params }) => JSON.stringify(params))).toEqual(
      Array(2).fill(expect.stringContaining(SECOND_KEY)),
    );
  });

  it('says that CloudTrail saw nothing, which is no proof', async () => {
    await worldOf(lingering);
    const { findings } = await scan();
    expect(findings[0]!.locations[1]).toMatchObject({
      state: 'nothing-seen',
      text: expect.stringContaining('no management events seen in eu-west-1 and us-east-1 within 90 days'),
    });
  });

  it('does not take a refusal for an empty answer', async () => {
    const aws = await worldOf(lingering);
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const { findings, failures } = await scan();
    expect(findings[0]!.locations).toEqual([{ source: 'key-description', state: 'seen', text: 'hieradata: support' }]);
    expect(failures.map(({ scope, id }) => [scope, id])).toEqual([
      ['locator', `CloudTrail of 111122223333 in eu-west-1 and us-east-1 for ${SECOND_KEY}`],
    ]);
  });

  it('asks CloudTrail since when a key is inactive that no tag tells of', async () => {
    const aws = await worldOf({
      userName: 'left-behind',
      created: daysAgo(400),
      keys: [{ accessKeyId: SECOND_KEY, status: 'Inactive', created: daysAgo(300), lastUsed: use(daysAgo(60)) }],
    });
    aws.world.accounts[0]!.events.push(
      fakeEvent({
        name: 'UpdateAccessKey',
        source: 'iam.amazonaws.com',
        at: daysAgo(40),
        requestParameters: { userName: 'left-behind', accessKeyId: SECOND_KEY, status: 'Inactive' },
      }),
    );
    const { findings } = await scan();
    expect(findings[0]!.nextStep.text).toContain('is inactive since 2026-10-14 09:00 UTC');
  });
});

/** Users with a lingering key each, the oldest first. */
const manyLingering = (count: number): FakeUserOverrides[] =>
  Array.from({ length: count }, (_, at) => ({
    userName: `lingering-${at}`,
    created: daysAgo(400),
    keys: [
      { created: daysAgo(300 - at), lastUsed: use(hoursAgo(2)) },
      { created: daysAgo(80), lastUsed: use(hoursAgo(1)) },
    ],
  }));
const STAGING = '444455556666';

describe('an account with very many lingering keys', () => {
  it.each([
    [20, []],
    [21, ['lingering-20']],
    [23, ['lingering-20', 'lingering-21', 'lingering-22']],
  ])('(%i) has the first twenty by rank looked for', async (count, leftOut) => {
    const aws = await worldOf(...manyLingering(count), overdue);
    const { findings, failures } = await scan();
    const notAsked = findings.filter(({ stage, locations }) => stage === 'lingering' && locations.length === 0);
    const old = notAsked.filter(({ accessKeyId, nextStep }) => accessKeyId === nextStep.accessKeyId);
    expect(old.map(({ userName }) => userName)).toEqual(leftOut);
    expect(aws.calls.count('cloudtrail:LookupEvents')).toBe(2 * 20);
    expect(failures.map(({ id }) => id)).toEqual(
      leftOut.length === 0
        ? []
        : [`${leftOut.length} lingering ${leftOut.length === 1 ? 'key' : 'keys'} of 111122223333`],
    );
  });

  it('is one failure, and takes nothing from another account', async () => {
    await embeddedAws({
      world: fakeWorld({
        accounts: [{ users: manyLingering(22) }, { id: STAGING, users: manyLingering(20) }],
      }),
    });
    const accounts = ['111122223333', STAGING].map((id) => ({ id, name: id }));
    expect((await scan({ settings: { accounts } })).failures).toEqual([
      {
        scope: 'locator',
        id: '2 lingering keys of 111122223333',
        reason: 'only the first 20 of an account are looked for: keyaudit locate KEY-ID looks for one',
      },
    ]);
  });
});

describe('an account whose CloudTrail refuses', () => {
  it('is told once for all its keys, and once for all its users with inactive ones', async () => {
    const inactive = (userName: string): FakeUserOverrides => ({
      userName,
      created: daysAgo(400),
      keys: [{ status: 'Inactive', created: daysAgo(300), lastUsed: use(daysAgo(60)) }],
    });
    const aws = await worldOf(...manyLingering(3), inactive('alice'), inactive('bob'));
    aws.faults.add({ operation: 'cloudtrail:LookupEvents', kind: 'deny' });
    const { findings, failures } = await scan();
    const refusal = "AccessDeniedException: You don't have permissions to access this resource.";
    const lingeringIds = findings.flatMap(({ accessKeyId, stage, nextStep }) =>
      stage === 'lingering' && accessKeyId === nextStep.accessKeyId ? [accessKeyId] : [],
    );
    expect(failures).toEqual([
      {
        scope: 'account',
        id: '111122223333',
        reason: `CloudTrail does not say since when keys are inactive (of 2 users): ${refusal}`,
      },
      {
        scope: 'locator',
        id: `CloudTrail of 111122223333 in eu-west-1 and us-east-1 for ${lingeringIds.join(', ')}`,
        reason: refusal,
      },
    ]);
    expect(lingeringIds).toHaveLength(3);
  });
});

describe('who used a key', () => {
  it('is left out of what channels are told, unless the settings show it', async () => {
    const aws = await worldOf(lingering);
    aws.world.accounts[0]!.events.push(fakeEvent({ accessKeyId: SECOND_KEY, at: hoursAgo(3) }));
    const report = await scan();
    expect(JSON.stringify(report)).toContain('192.0.2.10');
    expect(JSON.stringify(withoutUsage(report))).not.toContain('192.0.2.10');
    expect(JSON.stringify(withoutUsage(report))).toContain('ListBuckets');
    expect(report.startedAt).toBe(NOW.toISOString());
  });
});
