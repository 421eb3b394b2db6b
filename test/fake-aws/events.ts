/**
 * CloudTrail's records of management events.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { isoSeconds } from './wire.ts';
import { type FakeEvent, HUB_ACCOUNT_ID, HUB_CREDENTIALS, LONG_AGO } from './world.ts';

let builtEvents = 0;

export interface FakeEventOverrides extends Partial<FakeEvent> {
  accountId?: string;
  /** An IP address, or the AWS service that made the call. */
  sourceIpAddress?: string;
  userAgent?: string;
  errorCode?: string | undefined;
  requestParameters?: unknown;
  responseElements?: unknown;
}

/** An S3 ListBuckets call of the AWS CLI, made with the hub's key: the record follows from what the overrides say. */
export const fakeEvent = ({
  accountId = HUB_ACCOUNT_ID,
  sourceIpAddress = '192.0.2.10',
  userAgent = 'aws-cli/2.15.30',
  errorCode,
  requestParameters = null,
  responseElements = null,
  ...overrides
}: FakeEventOverrides = {}): FakeEvent => {
  const event: Omit<FakeEvent, 'record'> = {
    eventId: `00000000-0000-4000-8000-${String(++builtEvents).padStart(12, '0')}`,
    name: 'ListBuckets',
    source: 's3.amazonaws.com',
    at: LONG_AGO,
    region: 'us-east-1',
    accessKeyId: HUB_CREDENTIALS.accessKeyId,
    userName: 'hub',
    ...overrides,
  };
  const record = {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAHUBEXAMPLE',
      arn: `arn:aws:iam::${accountId}:user/${event.userName}`,
      accountId,
      accessKeyId: event.accessKeyId,
      userName: event.userName,
    },
    eventTime: isoSeconds(event.at),
    eventSource: event.source,
    eventName: event.name,
    awsRegion: event.region,
    sourceIPAddress: sourceIpAddress,
    userAgent,
    ...(errorCode !== undefined && { errorCode, errorMessage: 'It was refused.' }),
    requestParameters,
    responseElements,
    requestID: event.eventId,
    eventID: event.eventId,
    readOnly: /^(Get|List|Describe)/.test(event.name),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  };
  return { record: JSON.stringify(record), ...event };
};
