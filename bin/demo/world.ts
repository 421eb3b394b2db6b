import { DAY, HOUR } from '../../lambda/domain/time.ts';
import {
  type FakeKey,
  type FakeUserOverrides,
  type FakeWorld,
  fakeEvent,
  fakeSecret,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from '../../test/fake-aws/index.ts';

/** The organisation that the demo audits: between them, its users show every rule and every stage. */

export const topicArn = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;

/** The key whose last use AWS refuses to tell. */
export const unreadableKeyId = 'AKIAUNREADABLEEXAMPL';

/** The key whose use was missed, and the one in the way of another's replacement: CloudTrail knows of both. */
const lingeringKeyId = 'AKIAIOSFODNN7SUPPORT';
const inactiveKeyId = 'AKIAINACTIVEEXAMPLEX';

const INTEGRATION = HUB_ACCOUNT_ID;
const STAGING = '444455556666';
const PRODUCTION = '777788889999';
const MANAGEMENT = '123456789012';

export const demoSettings = {
  accounts: { organization: {} },
  productionAccounts: ['production'],
  runbookUrl: 'https://docs.example.com/manual/rotate-access-keys.html',
  slack: { channel: '#govuk-developers', onCall: '#2ndline' },
  exemptions: [
    {
      account: 'staging',
      user: 'legacy-*',
      until: '2099-12-31',
      reason: 'replaced by roles when the old mail relay goes',
    },
    { account: '*', user: 'fastly-logs', until: '2020-01-31', reason: 'until the vendor supports roles' },
  ],
};

/** Everything as it would be at `now`. */
export const demoWorld = (now: Date, slackToken: string): FakeWorld => {
  /** Whole seconds, as IAM keeps them. */
  const ago = (ms: number): Date => new Date(Math.floor((now.getTime() - ms) / 1000) * 1000);
  const key = (ageDays: number, usedAgo: number | undefined, more: Partial<FakeKey> & { service?: string } = {}) => {
    const { service = 's3', ...overrides } = more;
    const lastUsed = usedAgo === undefined ? undefined : { date: ago(usedAgo), service, region: 'eu-west-1' };
    return { created: ago(ageDays * DAY), lastUsed, ...overrides };
  };
  const user = (userName: string, keys: Partial<FakeKey>[], tags: Record<string, string> = {}): FakeUserOverrides => ({
    userName,
    created: ago(900 * DAY),
    keys,
    tags,
  });

  return fakeWorld({
    hubAccountId: INTEGRATION,
    topicArns: [topicArn],
    secrets: [fakeSecret({ name: 'keyaudit/slack-token', value: slackToken })],
    organization: {
      managementAccountId: MANAGEMENT,
      delegatedAdministrators: [INTEGRATION],
      members: [
        { id: INTEGRATION, name: 'integration' },
        { id: STAGING, name: 'staging' },
        { id: PRODUCTION, name: 'production' },
        { id: MANAGEMENT, name: 'management' },
        { id: '999999999999', name: 'closed-last-year', state: 'CLOSED', status: 'SUSPENDED' },
      ],
    },
    accounts: [
      {
        id: INTEGRATION,
        report: { polls: 0 },
        users: [
          user('ci-deploy', [key(10, 2 * HOUR)]),
          user('publisher-assets', [key(82, 3 * HOUR)], { owner: 'publishing-platform' }),
          user('data-export', [key(200, 60 * DAY)]),
          user('load-test', [key(21, undefined)]),
          user('twins', [key(110, 5 * HOUR), key(110, 9 * HOUR)]),
          user('no-keys-any-more', []),
        ],
      },
      {
        id: STAGING,
        report: { polls: 0 },
        users: [
          user('asset-manager', [key(30, 3 * HOUR), key(96, 26 * DAY, { status: 'Inactive' })]),
          user('legacy-mail-relay', [key(700, 1 * HOUR, { service: 'ses' })]),
          user('fastly-logs', [key(400, 20 * HOUR)], { 'owner-slack': 'C0FASTLYLOG' }),
          user('search-indexer', [key(91, 4 * HOUR), key(3, undefined)], { 'managed-by': 'terraform' }),
          user('backup', [key(98, 5 * DAY), key(5, 1 * HOUR)]),
          user('old-importer', [key(300, 80 * DAY, { status: 'Inactive' })]),
          user('transition-stats', [key(180, 4 * HOUR, { accessKeyId: unreadableKeyId }), key(20, 1 * HOUR)]),
        ],
      },
      {
        id: PRODUCTION,
        report: { polls: 0 },
        root: { keys: [key(2500, 1900 * DAY)] },
        events: [
          ...[2, 26, 50].map((hours) =>
            fakeEvent({
              name: 'GetBucketLocation',
              region: 'eu-west-1',
              accountId: PRODUCTION,
              accessKeyId: lingeringKeyId,
              at: ago(hours * HOUR),
              userAgent: 'Boto3/1.34.2',
            }),
          ),
          fakeEvent({
            name: 'UpdateAccessKey',
            source: 'iam.amazonaws.com',
            accountId: PRODUCTION,
            at: ago(8.5 * DAY),
            requestParameters: { userName: 'mapit', accessKeyId: inactiveKeyId, status: 'Inactive' },
          }),
        ],
        users: [
          user('support-api', [key(120, 2 * HOUR, { accessKeyId: lingeringKeyId }), key(12, 1 * HOUR)], {
            'owner-slack': 'C0SUPPORTAP',
            [lingeringKeyId]: 'hieradata: govuk::apps::support and support_api - Fastly panel',
          }),
          user('email-alert', [key(300, 2 * HOUR, { service: 'ses' })], { owner: 'notifications' }),
          user('content-store', [key(140, 30 * DAY), key(40, 1 * HOUR)]),
          user('mapit', [key(150, 1 * HOUR), key(60, 9 * DAY, { accessKeyId: inactiveKeyId, status: 'Inactive' })]),
          user('logit-shipper', [key(95, 1 * HOUR)], {
            'keyaudit:exempt-until': '2099-06-30',
            'keyaudit:exempt-reason': 'the vendor rotates it with us every June',
          }),
          user('router', [key(15, 1 * HOUR)]),
        ],
      },
      { id: MANAGEMENT, roles: [] },
    ],
  });
};
