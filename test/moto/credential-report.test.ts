import { GetCredentialReportCommand } from '@aws-sdk/client-iam';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readCredentialReport } from '../../lambda/aws/credential-report.ts';
import { type CredentialReport, parseCredentialReport } from '../../lambda/domain/credential-report.ts';
import { screenRow } from '../../lambda/domain/screening.ts';
import { evaluate } from '../../lambda/rules/evaluate.ts';
import { account, clock, daysAgo, hoursAgo, never, used } from '../builders.ts';
import { emptyMoto, HUB, iamOf, STAGING, seedUser } from './moto.ts';

const hub = account({ id: HUB });

/** Reads the report, and counts the waits between polls. */
const read = async (accountId: string) => {
  let waits = 0;
  const sleep = async () => {
    waits += 1;
  };
  const abortSignal = new AbortController().signal;
  const readReport = readCredentialReport({
    iam: await iamOf(accountId),
    abortSignal,
    sleep,
    random: () => 0,
    elapsed: () => 0,
  });
  return { ...(await readReport()), waits };
};

describe('the credential report as moto makes it', () => {
  let first: Awaited<ReturnType<typeof read>>;
  let report: CredentialReport;

  beforeAll(async () => {
    await emptyMoto();
    await seedUser(HUB, { userName: 'no-keys', accessKeys: [] });
    await seedUser(HUB, { userName: 'young', createDate: daysAgo(30) });
    await seedUser(HUB, {
      userName: 'two-keys',
      accessKeys: [
        { createDate: daysAgo(100), lastUsed: used(hoursAgo(5)) },
        { createDate: daysAgo(3), lastUsed: never },
      ],
    });
    await seedUser(HUB, {
      userName: 'kept',
      accessKeys: [{ createDate: daysAgo(200), lastUsed: used(daysAgo(40)), status: 'Inactive' }],
    });
    await seedUser(STAGING, { userName: 'elsewhere' });
    first = await read(HUB);
    report = parseCredentialReport(first.content);
  });

  it('is not there before it is asked for', async () => {
    const iam = await iamOf(STAGING);
    await expect(iam.send(new GetCredentialReportCommand({}))).rejects.toThrow(
      expect.objectContaining({ name: 'CredentialReportNotPresentException' }),
    );
  });

  it('is waited for while it is STARTED, and comes at once when it is COMPLETE', async () => {
    expect(first.waits).toBe(1);
    expect((await read(HUB)).waits).toBe(0);
  });

  it('carries the instant that moto always gives', () => {
    expect(first.generatedAt).toEqual(new Date('2015-02-02T20:02:02Z'));
  });

  it('is parsed: dates that end in +00:00, empty slots, region and service that moto does not know', () => {
    expect(report.users).toEqual([
      {
        userName: 'no-keys',
        arn: 'arn:aws:iam::123456789012:user/no-keys',
        userCreated: daysAgo(1000),
        keys: [],
        moreCredentials: false,
      },
      {
        userName: 'young',
        arn: 'arn:aws:iam::123456789012:user/young',
        userCreated: daysAgo(30),
        keys: [{ active: true, lastRotated: daysAgo(10), lastUsed: used(hoursAgo(1)) }],
        moreCredentials: false,
      },
      {
        userName: 'two-keys',
        arn: 'arn:aws:iam::123456789012:user/two-keys',
        userCreated: daysAgo(1000),
        keys: [
          { active: true, lastRotated: daysAgo(100), lastUsed: used(hoursAgo(5)) },
          { active: true, lastRotated: daysAgo(3), lastUsed: never },
        ],
        moreCredentials: false,
      },
      {
        userName: 'kept',
        arn: 'arn:aws:iam::123456789012:user/kept',
        userCreated: daysAgo(1000),
        keys: [{ active: false, lastRotated: daysAgo(200), lastUsed: used(daysAgo(40)) }],
        moreCredentials: false,
      },
    ]);
    expect(report.unreadable).toEqual([]);
  });

  it('has no row for the root user, unlike the real one', () => {
    expect(report.root).toBeUndefined();
  });

  it('is screened: only users whose row leaves nothing open are clean', () => {
    const screened = report.users.map((row) => [
      row.userName,
      screenRow(row, hub, (user) => evaluate(user, clock).violations.length > 0),
    ]);
    expect(screened).toEqual([
      ['no-keys', 'clean'],
      ['young', 'clean'],
      ['two-keys', 'look'],
      ['kept', 'look'],
    ]);
  });

  it('is not quoted by moto, so that a comma in a user name makes a row that nobody can read', async () => {
    await seedUser(STAGING, { userName: 'smith,john' });
    const { users, unreadable } = parseCredentialReport((await read(STAGING)).content);
    expect(users.map(({ userName }) => userName)).toEqual(['elsewhere']);
    expect(unreadable).toEqual([
      {
        userName: 'smith',
        reason: 'row 3 of the credential report: 24 cells instead of 22, the file may be cut off here',
      },
    ]);
  });
});
