import { describe, expect, it } from '@jest/globals';
import {
  creatorsIn,
  infrastructureCodeOf,
  type StatusChange,
  statusChangesIn,
  type TrailEvent,
  usesIn,
} from '../lambda/domain/trail.ts';
import { daysAgo, FIRST_KEY, hoursAgo, NOW, SECOND_KEY } from './builders.ts';

const event = (overrides: Partial<TrailEvent> = {}): TrailEvent => ({
  name: 'ListBuckets',
  source: 's3.amazonaws.com',
  at: NOW,
  region: 'eu-west-1',
  sourceIpAddress: '192.0.2.10',
  userAgent: 'aws-cli/2.15.30',
  ...overrides,
});
const set = (status: string, at: Date, overrides: Partial<TrailEvent> = {}): TrailEvent =>
  event({ name: 'UpdateAccessKey', at, subject: { accessKeyId: FIRST_KEY, status }, ...overrides });

describe('the last change of a key’s status', () => {
  const inactive = (at: Date) => ({ at, status: 'Inactive' });
  const active = (at: Date) => ({ at, status: 'Active' });
  it.each<[string, TrailEvent[], StatusChange | undefined]>([
    ['the latest of several', [set('Inactive', daysAgo(2)), set('Inactive', daysAgo(1))], inactive(daysAgo(1))],
    ['whatever their order', [set('Inactive', daysAgo(1)), set('Inactive', daysAgo(2))], inactive(daysAgo(1))],
    [
      'a deactivation after a reactivation',
      [set('Inactive', daysAgo(1)), set('Active', daysAgo(2))],
      inactive(daysAgo(1)),
    ],
    [
      'a reactivation after a deactivation',
      [set('Active', daysAgo(1)), set('Inactive', daysAgo(2))],
      active(daysAgo(1)),
    ],
    ['the first given of one second', [set('Inactive', NOW), set('Active', NOW)], inactive(NOW)],
    ['none where the call failed', [set('Inactive', NOW, { errorCode: 'AccessDenied' })], undefined],
    ['none for another call', [set('Inactive', NOW, { name: 'DeleteAccessKey' })], undefined],
    ['none where no key is named', [event({ name: 'UpdateAccessKey' })], undefined],
  ])('is %s', (_, events, expected) => {
    expect(statusChangesIn(events)).toEqual(new Map(expected && [[FIRST_KEY, expected]]));
  });

  it('is told apart by key', () => {
    const other = set('Inactive', daysAgo(5), { subject: { accessKeyId: SECOND_KEY, status: 'Inactive' } });
    expect(statusChangesIn([set('Inactive', NOW), other])).toEqual(
      new Map([
        [FIRST_KEY, inactive(NOW)],
        [SECOND_KEY, inactive(daysAgo(5))],
      ]),
    );
  });
});

describe('creators', () => {
  it('are the program and address that created each key, as far as they are known', () => {
    const created = event({ name: 'CreateAccessKey', subject: { accessKeyId: FIRST_KEY, status: 'Active' } });
    const { userAgent: _, sourceIpAddress: __, ...unknown } = created;
    expect(
      creatorsIn([
        created,
        { ...unknown, subject: { accessKeyId: SECOND_KEY } },
        { ...created, errorCode: 'LimitExceededException', subject: { accessKeyId: 'failed' } },
        { ...created, name: 'UpdateAccessKey', subject: { accessKeyId: 'changed' } },
        event({ name: 'CreateAccessKey' }),
      ]),
    ).toEqual(
      new Map([
        [FIRST_KEY, { userAgent: 'aws-cli/2.15.30', source: '192.0.2.10' }],
        [SECOND_KEY, {}],
      ]),
    );
  });
});

describe('infrastructure code', () => {
  it.each([
    ['APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.70.0', 'Terraform'],
    ['APN/1.0 HashiCorp/1.0 OpenTofu/1.6.0', 'Terraform'],
    ['[terraform-provider-aws/3.76.1 aws-sdk-go/1.44.157]', 'Terraform'],
    ['APN/1.0 Pulumi/1.0 PulumiAWS/6.0 Terraform/1.2', 'Pulumi'],
    ['Pulumi/3.90.0 aws-sdk-go/1.44.0', 'Pulumi'],
    ['cloudformation.amazonaws.com', 'CloudFormation'],
    ['aws-cli/2.15.30', undefined],
    ['Mozilla/5.0 (X11; Linux x86_64)', undefined],
    [undefined, undefined],
  ])('%s is %s', (userAgent, tool) => {
    expect(infrastructureCodeOf(userAgent, '192.0.2.10')).toBe(tool);
  });

  it('is told by the address too: CloudFormation calls from its own', () => {
    expect(infrastructureCodeOf('AWS Internal', 'cloudformation.amazonaws.com')).toBe('CloudFormation');
    expect(infrastructureCodeOf(undefined, undefined)).toBeUndefined();
  });
});

describe('uses', () => {
  it('are the same call by the same caller, counted, the most recent first', () => {
    const { subject: _, at: __, ...call } = event();
    const events = [
      event({ at: hoursAgo(3), name: 'ListUsers' }),
      event({ at: hoursAgo(2) }),
      event({ at: hoursAgo(1), subject: { accessKeyId: FIRST_KEY } }),
      event({ at: hoursAgo(4) }),
    ];
    expect(usesIn(events)).toEqual([
      { ...call, count: 3, last: hoursAgo(1) },
      { ...call, name: 'ListUsers', count: 1, last: hoursAgo(3) },
    ]);
  });

  it.each<Partial<TrailEvent>>([
    { name: 'GetBucketAcl' },
    { source: 's3express.amazonaws.com' },
    { region: 'us-east-1' },
    { sourceIpAddress: '192.0.2.11' },
    { userAgent: 'Boto3/1.34.69' },
    { errorCode: 'AccessDenied' },
  ])('are told apart by %j', (difference) => {
    expect(usesIn([event(), event(difference)]).map(({ count }) => count)).toEqual([1, 1]);
  });
});
