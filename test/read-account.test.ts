import { describe, expect, it, jest } from '@jest/globals';
import { audit, reportOn, USERS_AT_ONCE } from '../lambda/audit.ts';
import type { FindingContext } from '../lambda/domain/findings.ts';
import { type Failure, type IamUser, isRoot } from '../lambda/domain/model.ts';
import { HOUR } from '../lambda/domain/time.ts';
import type { AccountReader } from '../lambda/ports.ts';
import { type AccountReading, type ReadingOptions, readAccount } from '../lambda/read-account.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import { accountReader, atOnce, listedKey, listedUser, reporting, reportingJust } from './account-reader.ts';
import {
  accessKey,
  account,
  clock,
  daysAgo,
  FIRST_KEY,
  findingContext,
  hoursAgo,
  iamUser,
  NOW,
  policy,
  SECOND_KEY,
  used,
} from './builders.ts';
import { reportRow } from './report-csv.ts';

const wouldFlag = (user: IamUser): boolean => evaluate(user, clock).violations.length > 0;
const forever = new AbortController().signal;

const read = (reader: Partial<AccountReader>, options: Partial<ReadingOptions> = {}): Promise<AccountReading> =>
  readAccount(account(), async () => accountReader(reader), {
    wouldFlag,
    signal: forever,
    now: NOW,
    concurrency: USERS_AT_ONCE,
    ...options,
  });

/** The users that were read, but root, with their keys. */
const keyIds = ({ read: users }: AccountReading) =>
  users
    .filter((user) => !isRoot(user))
    .map(({ userName, accessKeys }) => [userName, ...accessKeys.map(({ accessKeyId }) => accessKeyId)]);

/** A row of one active key, created and last used so long ago. */
const withKey = (created: Date, usedAt: Date, slot = 1) => ({
  [`access_key_${slot}_active`]: 'true',
  [`access_key_${slot}_last_rotated`]: created.toISOString(),
  [`access_key_${slot}_last_used_date`]: usedAt.toISOString(),
});
/** A user who was created lately, with a key in use: screening calls it clean. */
const young = reportRow({
  user: 'alice',
  user_creation_time: daysAgo(20).toISOString(),
  ...withKey(daysAgo(20), hoursAgo(2)),
});

describe('a credential report that is not whole', () => {
  it('with a row that nobody can read: every user is read, and the account says why', async () => {
    const reading = await read({
      readCredentialReport: reporting(young, reportRow({ user: 'bob', access_key_1_active: 'perhaps' })),
      listUsers: async () => [listedUser('alice'), listedUser('bob')],
    });
    expect(reading).toMatchObject({
      note:
        'read user by user, without a credential report: row 4 of the credential report: ' +
        'access_key_1_active is "perhaps", neither true nor false',
      users: 2,
      credentialReportGeneratedAt: null,
    });
    expect(keyIds(reading)).toEqual([
      ['alice', FIRST_KEY],
      ['bob', FIRST_KEY],
    ]);
  });

  it('without the root user: root is asked about elsewhere', async () => {
    const reading = await read({
      readCredentialReport: reportingJust(young),
      listUsers: async () => [],
      readRootKeyPresent: async () => true,
    });
    expect(reading.note).toBe(
      'read user by user, without a credential report: the credential report has no row for the root user',
    );
    expect(reading.read).toMatchObject([{ userName: '<root_account>' }]);
  });
});

describe('an audit of some users', () => {
  it('looks at them whatever the report says: it may call clean who is overdue by now', async () => {
    const readCredentialReport = reporting(young);
    expect(keyIds(await read({ readCredentialReport }))).toEqual([]);
    expect(keyIds(await read({ readCredentialReport }, { users: ['alice'] }))).toEqual([['alice', FIRST_KEY]]);
  });

  it('asks when each key was last used: the report may be older than the use that matters', async () => {
    const cutOver = reportRow({
      user: 'alice',
      user_creation_time: daysAgo(60).toISOString(),
      ...withKey(daysAgo(60), hoursAgo(110)),
      ...withKey(daysAgo(5), hoursAgo(110), 2),
    });
    const reader = {
      readCredentialReport: reporting(cutOver),
      listAccessKeys: async () => [
        listedKey({ createDate: daysAgo(60) }),
        listedKey({ accessKeyId: SECOND_KEY, createDate: daysAgo(5) }),
      ],
      readLastUsed: async () => used(hoursAgo(1)),
    };
    expect(keyIds(await read(reader))).toEqual([]);
    expect(keyIds(await read(reader, { users: ['alice'] }))).toEqual([['alice', FIRST_KEY, SECOND_KEY]]);
  });
});

describe('an account that cannot be read', () => {
  it('because no user of it can: it failed, rather than have no findings', async () => {
    const users = [listedUser('alice'), listedUser('bob')];
    const listAccessKeys = () => Promise.reject(new Error('AccessDenied'));
    expect(await read({ listUsers: async () => users, listAccessKeys })).toMatchObject({
      failed: 'none of its users could be read (2)',
      users: 0,
      failures: [
        { scope: 'account', id: '111122223333', reason: 'none of its users could be read (2)' },
        { id: '111122223333/alice' },
        { id: '111122223333/bob' },
      ],
    });
  });

  it('because time ran out while its report was made: nothing more is asked', async () => {
    const time = new AbortController();
    const listUsers = jest.fn(async () => [listedUser()]);
    const readCredentialReport = () => {
      time.abort();
      return Promise.reject(new Error('The operation was aborted'));
    };
    expect(await read({ readCredentialReport, listUsers }, { signal: time.signal })).toMatchObject({
      failed: 'time ran out before its users were known',
    });
    expect(listUsers).not.toHaveBeenCalled();
  });
});

describe('an account whose CloudTrail does not answer', () => {
  const inactive = listedKey({ status: 'Inactive' });
  const listing = (...names: string[]) => ({
    listUsers: async () => names.map(listedUser),
    listAccessKeys: async (userName: string) => [userName === 'active' ? listedKey() : inactive],
  });
  const readStatusChanges = () => Promise.reject(new Error('AccessDenied'));

  it.each([
    [['active'], []],
    [['active', 'alice'], ['1 user']],
    [['alice', 'bob', 'carol'], ['3 users']],
  ])('with the users %j has one failure for all that have inactive keys', async (names, told) => {
    const reading = await read({ ...listing(...names), readStatusChanges }, { wouldFlag: () => true });
    expect(reading.failures).toEqual(
      told.map((users) => ({
        scope: 'account',
        id: '111122223333',
        reason: `CloudTrail does not say since when keys are inactive (of ${users}): AccessDenied`,
      })),
    );
    expect({ failed: reading.failed, users: reading.read.length }).toEqual({ failed: undefined, users: names.length });
  });

  it('because time ran out has read its users in part', async () => {
    const time = new AbortController();
    const reader = {
      ...listing('alice'),
      readStatusChanges: () => {
        time.abort();
        return Promise.reject(new Error('The operation was aborted'));
      },
    };
    expect(await read(reader, { wouldFlag: () => true, signal: time.signal })).toMatchObject({
      failed: 'time ran out before 1 user of 1 could be read',
      failures: [{ scope: 'account', reason: 'time ran out before 1 user of 1 could be read' }],
    });
  });
});

describe('IAM, which throttles by the account,', () => {
  it('is asked about so many users of an account at once', async () => {
    const users = Array.from({ length: 20 }, (_, at) => listedUser(`user-${at}`));
    const listing = atOnce(async () => [listedKey()]);
    await read({ listUsers: async () => users, listAccessKeys: listing.work }, { concurrency: 3 });
    expect(listing.most).toBe(3);
  });

  it('is asked about sixteen accounts at once', async () => {
    const accounts = Array.from({ length: 20 }, (_, at) => account({ id: String(111122223300 + at) }));
    const opening = atOnce(async () => accountReader());
    const { report } = await audit(
      { scanId: 'scan-1', context: findingContext() },
      {
        findAccounts: async () => ({ accounts, failures: [] }),
        openAccount: opening.work,
        locators: [],
        clock: () => NOW,
        signal: forever,
      },
    );
    expect(opening.most).toBe(16);
    expect(report.summary).toMatchObject({ accountsScanned: 20, findings: 20 });
  });
});

describe('a rule that cannot judge', () => {
  it('is no reason to call a user clean: the user is looked at, and a failure names the rule', async () => {
    // A date so far away that the rule cannot write it.
    const context: FindingContext = findingContext({ policy: { ...policy, rotateAfterDays: 1e9 } });
    const readCredentialReport = reporting(
      reportRow({
        user: 'alice',
        user_creation_time: daysAgo(400).toISOString(),
        ...withKey(daysAgo(2), hoursAgo(2)),
      }),
    );
    const { report } = await audit(
      { scanId: 'scan-1', context },
      {
        findAccounts: async () => ({ accounts: [account()], failures: [] }),
        openAccount: async () => accountReader({ readCredentialReport }),
        locators: [],
        clock: () => NOW,
        signal: forever,
      },
    );
    expect(report.failures).toEqual([
      {
        scope: 'rule',
        id: 'key-due-soon',
        reason: expect.stringMatching(/^could not judge 111122223333\/alice: RangeError/),
      },
    ]);
  });
});

describe('data that is younger than the instant it is judged at', () => {
  const reading = (overrides: Partial<AccountReading>): AccountReading => ({
    account: account(),
    users: 1,
    accessKeys: 1,
    credentialReportGeneratedAt: null,
    read: [],
    found: [],
    known: [],
    failures: [],
    ...overrides,
  });
  const failuresOf = (overrides: Partial<AccountReading>): Failure[] =>
    reportOn([reading(overrides)], { scanId: 'scan-1', context: findingContext() }, [], NOW).failures;
  const inMs = (ms: number): Date => new Date(NOW.getTime() + ms);

  const kinds: [string, (instant: Date) => Partial<AccountReading>][] = [
    ['a report generated', (instant) => ({ credentialReportGeneratedAt: instant })],
    ['a key created', (createDate) => ({ read: [iamUser({ accessKeys: [accessKey({ createDate })] })] })],
    ['a key used', (date) => ({ read: [iamUser({ accessKeys: [accessKey({ lastUsed: used(date) })] })] })],
    [
      'a key used that no rule concerns',
      (date) => ({ known: [{ userName: 'alice', accessKeys: [accessKey({ lastUsed: used(date) })] }] }),
    ],
  ];

  it.each(kinds)('by up to an hour (%s) may be a clock that is wrong', (_what, at) => {
    expect(failuresOf(at(inMs(HOUR)))).toEqual([]);
  });

  it.each(kinds)('by more (%s) makes every age wrong, and is told', (_what, at) => {
    expect(failuresOf(at(inMs(HOUR + 1)))).toEqual([
      {
        scope: 'account',
        id: '111122223333',
        reason: expect.stringMatching(
          /^its data is of 2026-11-23 10:00 UTC, later than 2026-11-23 09:00 UTC, at which it was judged/,
        ),
      },
    ]);
  });
});
