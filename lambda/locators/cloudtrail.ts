import { reasonOf } from '../domain/failure.ts';
import type { KeyLocation } from '../domain/location.ts';
import type { Failure } from '../domain/model.ts';
import { globalEventsRegion, parseArn, partitionOfRegion } from '../domain/partition.ts';
import { formatInstant, plural } from '../domain/time.ts';
import { type TrailEvent, type TrailUse, usesIn } from '../domain/trail.ts';
import type { Locator, LocatorContext, WantedKey } from './locator.ts';

/** The callers and actions that are told one by one; a reader who needs more asks CloudTrail. */
const USES_TOLD = 5;

type Asked = NonNullable<LocatorContext['aws']>;

/** Who made calls with the key, by CloudTrail's event history: where it was last used, then where global services write. */
export const cloudtrail: Locator = {
  id: 'cloudtrail',
  inAudit: 'lingering',
  whyNot: ({ aws, withoutAws }) => (aws ? undefined : (withoutAws ?? 'AWS is not asked here')),
  locate: async (keys, { aws }) => {
    const answers = aws ? await Promise.all(keys.map((key) => locateKey(key, aws))) : [];
    return {
      locations: new Map(answers.map(({ accessKeyId, locations }) => [accessKeyId, locations])),
      failures: aws ? failuresOf(answers, aws.account.id) : [],
    };
  },
};

type Answer = { accessKeyId: string; locations: KeyLocation[]; failed: { region: string; reason: string }[] };

const locateKey = async (key: WantedKey, aws: Asked): Promise<Answer> => {
  const { accessKeyId } = key;
  const read: { region: string; events: TrailEvent[]; complete: boolean }[] = [];
  const failed: Answer['failed'] = [];
  for (const region of regionsOf(key, aws)) {
    try {
      const answer = await aws.lookUpEvents({ attribute: 'AccessKeyId', value: accessKeyId, region });
      // Empty pages that say there is more are no proof that nothing is there.
      if (answer.events.length === 0 && !answer.complete)
        throw new Error('it gave no events, and did not come to an end');
      read.push({ region, ...answer });
    } catch (error) {
      failed.push({ region, reason: reasonOf(error) });
    }
  }
  const uses = usesIn(read.flatMap(({ events }) => events));
  const cutShort = new Set(read.filter(({ complete }) => !complete).map(({ region }) => region));
  const locations = uses.length > 0 ? seen(uses, cutShort) : nothingSeen(read.map(({ region }) => region));
  return { accessKeyId, locations, failed };
};

/** One for each reason: who is refused is so for every key, and mostly in every region. */
const failuresOf = (answers: readonly Answer[], accountId: string): Failure[] => {
  const byReason = new Map<string, { regions: Set<string>; keys: Set<string> }>();
  for (const { accessKeyId, failed } of answers) {
    for (const { region, reason } of failed) {
      const { regions, keys } = byReason.get(reason) ?? { regions: new Set(), keys: new Set() };
      byReason.set(reason, { regions: regions.add(region), keys: keys.add(accessKeyId) });
    }
  }
  return [...byReason].map(([reason, { regions, keys }]) => ({
    scope: 'locator',
    id: `CloudTrail of ${accountId} in ${[...regions].join(' and ')} for ${[...keys].join(', ')}`,
    reason,
  }));
};

/** A key without a known last use is looked for in the region that the program itself was given. */
const regionsOf = ({ owner }: WantedKey, aws: Asked): string[] => {
  const lastUsed = owner?.key.lastUsed ?? { state: 'unknown' };
  const first = lastUsed.state === 'used' ? lastUsed.region : lastUsed.state === 'unknown' ? aws.region : undefined;
  const partition = owner ? parseArn(owner.arn).partition : partitionOfRegion(aws.region ?? '');
  const global = globalEventsRegion(partition) ?? aws.region;
  return [...new Set([first, global].filter((region) => region !== undefined))];
};

const seen = (uses: readonly TrailUse[], cutShort: ReadonlySet<string>): KeyLocation[] => {
  const told = uses.slice(0, USES_TOLD).map((use): KeyLocation => {
    const usage = callerOf(use);
    return {
      source: 'cloudtrail',
      state: 'seen',
      text: useText(use, cutShort.has(use.region)),
      ...(usage && { usage }),
    };
  });
  const more = uses.length - told.length;
  if (more === 0) return told;
  const text = `… and ${more} more ${more === 1 ? 'caller or action' : 'callers or actions'}`;
  return [...told, { source: 'cloudtrail', state: 'seen', text }];
};

/** `s3 ListBuckets in eu-west-1, denied, 12 times, last on 2026-11-22 10:00 UTC`. */
const useText = ({ name, source, region, errorCode, count, last }: TrailUse, cutShort: boolean): string =>
  [
    `${source.replace(/\.amazonaws\.com$/, '')} ${name} in ${region}`,
    ...(errorCode === undefined ? [] : [failed(errorCode)]),
    `${cutShort ? 'at least ' : ''}${count === 1 ? 'once' : plural(count, 'time')}`,
    `last on ${formatInstant(last)}`,
  ].join(', ');

const failed = (errorCode: string): string =>
  /denied|unauthori[sz]ed|forbidden/i.test(errorCode) ? 'denied' : `failed with ${errorCode}`;

/** A call that an AWS service made for the key's owner has that service in the place of the address, and no program of its own. */
const callerOf = ({ sourceIpAddress: from, userAgent }: TrailUse): string =>
  [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(userAgent === undefined || from?.endsWith('.amazonaws.com') ? [] : [`by ${withoutBrackets(userAgent)}`]),
  ].join(' ');

/** CloudTrail puts some user agents into brackets. */
const withoutBrackets = (userAgent: string): string => userAgent.replace(/^\[(.*)\]$/s, '$1');

/** Data events are in no event history: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const nothingSeen = (regions: readonly string[]): KeyLocation[] =>
  regions.length === 0
    ? []
    : [
        {
          source: 'cloudtrail',
          state: 'nothing-seen',
          text: `no management events seen in ${regions.join(' and ')} within 90 days; S3 objects and SES mail never show`,
        },
      ];
