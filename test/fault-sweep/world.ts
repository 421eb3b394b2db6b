import { DAY } from '../../lambda/domain/time.ts';
import { daysAgo, hoursAgo, NOW } from '../builders.ts';
import {
  exampleKeyId,
  type FakeKey,
  type FakeUserOverrides,
  type FakeWorld,
  type Fault,
  fakeEvent,
  fakeSecret,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from '../fake-aws/index.ts';

/**
 * The smallest organisation whose scan makes every call that keyaudit's scans make: nested units, an account that is read
 * without a credential report, lists of several pages, keys that CloudTrail is asked about, root keys, findings to exempt.
 */

export const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
export const BUCKET = 'reports';

export const INTEGRATION = HUB_ACCOUNT_ID;
export const STAGING = '444455556666';
const PRODUCTION = '777788889999';
/** It refuses to make credential reports. */
export const LEGACY = '123456789012';

const LINGERING = 'AKIALINGERINGEXAMPLE';
const UNDATED = 'AKIAUNDATEDXXEXAMPLE';

/** In use when yesterday's scan looked, so many hours before. */
const beforeYesterday = (hours: number): Date => hoursAgo(24 + hours);

const key = (days: number, usedHours?: number, overrides: Partial<FakeKey> = {}): Partial<FakeKey> => ({
  created: daysAgo(days),
  ...(usedHours !== undefined && {
    lastUsed: { date: beforeYesterday(usedHours), service: 's3', region: 'eu-west-1' },
  }),
  ...overrides,
});

const user = (userName: string, keys: Partial<FakeKey>[], tags: Record<string, string> = {}): FakeUserOverrides => ({
  userName,
  created: daysAgo(900),
  keys,
  tags,
});

function organizationWorld(slackToken: string): FakeWorld {
  return withSameKeyIds({
    topicArns: [TOPIC],
    secrets: [fakeSecret({ name: 'slack', value: slackToken })],
    paging: { size: 2 },
    organization: {
      managementAccountId: INTEGRATION,
      units: [
        { id: 'ou-exam-workloads' },
        { id: 'ou-exam-liveaccounts', parentId: 'ou-exam-workloads' },
        { id: 'ou-exam-graveyard' },
      ],
      members: [
        { id: INTEGRATION, name: 'integration' },
        { id: STAGING, name: 'staging', parentId: 'ou-exam-workloads' },
        { id: PRODUCTION, name: 'production', parentId: 'ou-exam-liveaccounts' },
        { id: LEGACY, name: 'legacy', parentId: 'ou-exam-liveaccounts' },
      ],
    },
    accounts: [
      {
        id: INTEGRATION,
        users: [user('ci-deploy', [key(10, 2)]), user('publisher', [key(400, 2)]), user('archive', [key(200, 1)])],
      },
      {
        id: STAGING,
        events: [
          fakeEvent({
            name: 'GetBucketLocation',
            region: 'eu-west-1',
            accountId: STAGING,
            accessKeyId: LINGERING,
            at: beforeYesterday(3),
          }),
          fakeEvent({
            name: 'UpdateAccessKey',
            source: 'iam.amazonaws.com',
            accountId: STAGING,
            at: daysAgo(40),
            requestParameters: { userName: 'mapit', accessKeyId: UNDATED, status: 'Inactive' },
          }),
        ],
        users: [
          user('support-api', [key(60, 2, { accessKeyId: LINGERING }), key(12, 1)], {
            owner: 'publishing',
            [LINGERING]: 'hieradata: govuk::apps::support',
            team: 'a third tag makes a second page',
          }),
          user('mapit', [key(20, 1), key(150, 50 * 24, { accessKeyId: UNDATED, status: 'Inactive' })]),
          user('logit', [key(95, 1)], {
            'keyaudit:exempt-until': '2027-06-30',
            'keyaudit:exempt-reason': 'the vendor rotates it with us every June',
          }),
        ],
      },
      {
        id: PRODUCTION,
        root: { keys: [key(2500, 1900 * 24)] },
        users: [user('email-alert', [key(300, 2)]), user('router', [key(15, 1)]), user('search', [key(91, 1), key(3)])],
      },
      {
        id: LEGACY,
        root: { keys: [key(2500)] },
        users: [user('importer', [key(500, 1)]), user('mailer', [key(20, 1)]), user('reporter', [key(91, 1)])],
      },
    ],
  });
}

/** One account, and more findings than a digest holds. */
function longWorld(slackToken: string): FakeWorld {
  const users = Array.from({ length: 40 }, (_, index) => user(`user-${index}`, [key(400 + index, 2)]));
  return withSameKeyIds({
    topicArns: [TOPIC],
    secrets: [fakeSecret({ name: 'slack', value: slackToken })],
    accounts: [{ users: [...users, user('archive', [key(200, 1)])] }],
  });
}

/** The builder counts on from world to world; here the calls of one are looked for in another. */
function withSameKeyIds(overrides: Parameters<typeof fakeWorld>[0]): FakeWorld {
  const world = fakeWorld(overrides);
  const keys = world.accounts.flatMap(({ root, users }) => [root, ...users]).flatMap((owner) => owner.keys);
  for (const [index, each] of keys.entries()) {
    if (each.accessKeyId !== LINGERING && each.accessKeyId !== UNDATED) each.accessKeyId = exampleKeyId(500 + index);
  }
  return world;
}

/** What is scanned, and what happens between the scan that is remembered and the one that has the faults. */
export type Scenario = {
  settings: object;
  world: (slackToken: string) => FakeWorld;
  /** What AWS refuses on every day. */
  refusals: readonly Fault[];
};

/** The day whose scan is remembered by the one that has the faults. */
export const YESTERDAY = new Date(NOW.getTime() - DAY);

/** One key is rotated away, which resolves its finding. */
export const goOnToToday = ({ accounts }: FakeWorld): void => {
  for (const { users } of accounts) for (const each of users) if (each.userName === 'archive') each.keys = [];
};

const refusals: Fault[] = [
  { operation: 'iam:GenerateCredentialReport', kind: 'deny', account: LEGACY },
  { operation: 'iam:GetCredentialReport', kind: 'deny', account: LEGACY },
];

/** Between them, their runs make every call that a scan can make: the units of an organisation, its accounts in one list, and a digest with a thread. */
export const scenarios = {
  units: {
    settings: {
      accounts: { organization: { exclude: ['ou-exam-graveyard'] } },
      productionAccounts: ['production'],
    },
    world: organizationWorld,
    refusals,
  },
  list: { settings: { accounts: { organization: {} } }, world: organizationWorld, refusals },
  long: { settings: {}, world: longWorld, refusals: [] },
} satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];
