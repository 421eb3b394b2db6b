/**
 * CloudTrail's event history: LookupEvents, of the region that is asked.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import { cutPage } from './paging.ts';
import { type Operation, optional, type Params, type Service, WireError } from './wire.ts';
import type { FakeEvent } from './world.ts';

/** "The default is 50, with a maximum of 50"; events "within the last 90 days". */
const LARGEST_PAGE = 50;
const HISTORY_MS = 90 * 24 * 3_600_000;

const lookupEvents: Operation = (params, { world, account, caller, now }) => {
  const wanted = lookupAttribute(params);
  const requested = Number(params['MaxResults'] ?? LARGEST_PAGE);
  if (!(requested >= 1 && requested <= LARGEST_PAGE)) {
    throw new WireError(
      400,
      'InvalidMaxResultsException',
      'A max results value must be specified between 1 and 50 inclusive.',
    );
  }
  const found = account.events
    .filter(({ region, at }) => region === caller.region && now().getTime() - at.getTime() <= HISTORY_MS)
    .filter(wanted)
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  const page = cutPage(found, optional(params, 'NextToken'), world.paging, requested);
  if (!page) throw new WireError(400, 'InvalidNextTokenException', 'The token is invalid.');
  return {
    Events: page.items.map((event) => ({
      EventId: event.eventId,
      EventName: event.name,
      ReadOnly: String(/^(Get|List|Describe)/.test(event.name)),
      AccessKeyId: event.accessKeyId,
      EventTime: event.at,
      EventSource: event.source,
      Username: event.userName,
      Resources: [],
      CloudTrailEvent: event.record,
    })),
    NextToken: page.next,
  };
};

/** "Currently the list can contain only one item." */
const lookupAttribute = (params: Params): ((event: FakeEvent) => boolean) => {
  const attributes = (params['LookupAttributes'] ?? []) as { AttributeKey?: string; AttributeValue?: string }[];
  const [{ AttributeKey = '', AttributeValue = '' } = {}] = attributes;
  if (attributes.length > 1 || (attributes.length === 1 && AttributeValue === '')) throw invalidAttributes();
  if (attributes.length === 0) return () => true;
  if (AttributeKey === 'AccessKeyId') return ({ accessKeyId }) => accessKeyId === AttributeValue;
  if (AttributeKey === 'EventName') return ({ name }) => name === AttributeValue;
  throw invalidAttributes();
};

const invalidAttributes = (): WireError =>
  new WireError(400, 'InvalidLookupAttributesException', 'You can specify only one lookup attribute.');

export const fakeCloudTrail: Service = {
  name: 'cloudtrail',
  protocol: 'json',
  namespace: '',
  operations: { LookupEvents: lookupEvents },
};
