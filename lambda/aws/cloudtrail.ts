import { type CloudTrailClient, type Event, paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod';
import { given } from '../domain/given.ts';
import type { TrailEvent } from '../domain/trail.ts';
import type { LookUpEvents, TrailQuery } from '../ports.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: "two per second, per account, per Region". */
const BETWEEN_CALLS_MS = 500;
/** "The default is 50, with a maximum of 50", same page. */
const EVENTS_PER_PAGE = 50;

/**
 * A key's latest events tell who uses it, and more of them cost time: at two calls a second. Every call of one name
 * tells something of another key, so more are read: ten seconds' worth.
 */
const pagesAtMost: Readonly<Record<TrailQuery['attribute'], number>> = { AccessKeyId: 2, EventName: 20 };

export type TrailCall = {
  /** CloudTrail is regional: one client for each. */
  clientIn: (region: string) => CloudTrailClient;
  abortSignal: AbortSignal;
  /** Waits; rejects when there is no time left. */
  sleep: (ms: number) => Promise<void>;
  /** A clock in ms that only goes forward. */
  elapsed: () => number;
};

/** Events of one account. Rejects with the SDK's error, and for an event that cannot be read. */
export const lookUpEvents = (call: TrailCall): LookUpEvents => {
  const inRegion = new Map<string, { client: CloudTrailClient; turn: () => Promise<void> }>();
  return async ({ attribute, value, region }) => {
    const { client, turn } = inRegion.get(region) ?? { client: call.clientIn(region), turn: turns(call) };
    inRegion.set(region, { client, turn });
    const events: TrailEvent[] = [];
    let pages = 0;
    await turn();
    for await (const { Events, NextToken } of paginateLookupEvents(
      { client, pageSize: EVENTS_PER_PAGE },
      { LookupAttributes: [{ AttributeKey: attribute, AttributeValue: value }] },
      { abortSignal: call.abortSignal },
    )) {
      events.push(...given(Events, 'Events').map((event) => parseEvent(event, region)));
      pages += 1;
      if (NextToken === undefined) break;
      if (pages === pagesAtMost[attribute]) return { events, complete: false };
      await turn();
    }
    return { events, complete: true };
  };
};

/** Resolves when the next call may be made, to each caller in turn. */
const turns = ({ sleep, elapsed }: Pick<TrailCall, 'sleep' | 'elapsed'>): (() => Promise<void>) => {
  let free = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = elapsed();
    const mine = Math.max(now, free);
    free = mine + BETWEEN_CALLS_MS;
    if (mine > now) await sleep(mine - now);
  };
};

/** What is not there, or not as expected, is as good as not there: but for what makes it an event. */
const text = z.string().optional().catch(undefined);
const accessKey = z.object({ accessKeyId: z.string(), status: text });
const record = z.object({
  eventName: z.string().min(1),
  eventTime: z.iso.datetime(),
  eventSource: z.string(),
  awsRegion: text,
  sourceIPAddress: text,
  userAgent: text,
  errorCode: text,
  requestParameters: accessKey.optional().catch(undefined),
  responseElements: z.object({ accessKey }).optional().catch(undefined),
});

/** What has a key as its subject: other calls may name one too, and mean something else. */
const changesOfKeys = ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'].map(
  (name) => `iam.amazonaws.com:${name}`,
);

const parseEvent = ({ EventId = 'without an id', CloudTrailEvent }: Event, region: string): TrailEvent => {
  const parsed = record.safeParse(parseJson(CloudTrailEvent ?? '', EventId));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Error(`the CloudTrail event ${EventId} can not be read: ${problems}`);
  }
  const { eventName, eventTime, eventSource, awsRegion, sourceIPAddress, userAgent, errorCode } = parsed.data;
  const { requestParameters, responseElements } = parsed.data;
  const subject = responseElements?.accessKey ?? requestParameters;
  return {
    name: eventName,
    source: eventSource,
    at: new Date(eventTime),
    region: awsRegion ?? region,
    ...(sourceIPAddress !== undefined && { sourceIpAddress: sourceIPAddress }),
    ...(userAgent !== undefined && { userAgent }),
    ...(errorCode !== undefined && { errorCode }),
    ...(subject &&
      changesOfKeys.includes(`${eventSource}:${eventName}`) && {
        subject: { accessKeyId: subject.accessKeyId, ...(subject.status !== undefined && { status: subject.status }) },
      }),
  };
};

const parseJson = (json: string, eventId: string): unknown => {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Error(`the CloudTrail event ${eventId} can not be read: its record is no JSON`, { cause });
  }
};
