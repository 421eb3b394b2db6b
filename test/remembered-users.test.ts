import { describe, expect, it } from '@jest/globals';
import { nextMemory } from '../lambda/domain/changes.ts';
import { parseCredentialReport } from '../lambda/domain/credential-report.ts';
import { rowIdentity } from '../lambda/domain/memory.ts';
import type { IamUser } from '../lambda/domain/model.ts';
import type { AccountReader, ListedKey } from '../lambda/ports.ts';
import { readAccount } from '../lambda/read-account.ts';
import { evaluate } from '../lambda/rules/evaluate.ts';
import { accountReader, listedKey, reporting } from './account-reader.ts';
import { account, clock, daysAgo, FIRST_KEY, hoursAgo, NOW, SECOND_KEY, unknown, used } from './builders.ts';
import { accountMemory, keyMemory, userMemory } from './memory-builders.ts';
import { auditReport } from './report-builders.ts';
import { type ReportRow, reportCsv, reportRow, rootRow } from './report-csv.ts';

/** What a memory spares, and what is known of users for the next one. */

const wouldFlag = (user: IamUser): boolean => evaluate(user, clock).violations.length > 0;

const slot = (number: 1 | 2, rotated: Date, usedAt: Date): ReportRow => ({
  [`access_key_${number}_active`]: 'true',
  [`access_key_${number}_last_rotated`]: rotated.toISOString(),
  [`access_key_${number}_last_used_date`]: usedAt.toISOString(),
});

/** An old user whose key was made ten days ago, by the report at least. */
const alice = (usedAt = hoursAgo(2)): ReportRow => reportRow(slot(1, daysAgo(10), usedAt));
const identityOf = (row: ReportRow): string => {
  const [parsed] = parseCredentialReport(new TextEncoder().encode(reportCsv([rootRow(), row]))).users;
  return rowIdentity(parsed!);
};
const young = listedKey({ createDate: daysAgo(10) });

const readWith = async (row: ReportRow, reader: Partial<AccountReader>, remembered = userMemory()) => {
  const asked: string[] = [];
  const { listAccessKeys = async () => [young], readLastUsed = async () => used(hoursAgo(2)) } = reader;
  const reading = await readAccount(
    account(),
    async () =>
      accountReader({
        readCredentialReport: reporting(row),
        listAccessKeys: (userName) => {
          asked.push('keys');
          return listAccessKeys(userName);
        },
        readLastUsed: (accessKeyId) => {
          asked.push('last use');
          return readLastUsed(accessKeyId);
        },
      }),
    {
      wouldFlag,
      memory: accountMemory({ users: [remembered] }),
      signal: new AbortController().signal,
      now: NOW,
      concurrency: 1,
    },
  );
  return { reading, asked };
};

describe('a user that is remembered', () => {
  const known = userMemory({ row: identityOf(alice()) });

  it('and whose row has not changed is not asked about, counts with its keys, and stays remembered as it is', async () => {
    const { reading, asked } = await readWith(alice(hoursAgo(1)), {}, known);
    expect(asked).toEqual([]);
    expect([reading.users, reading.accessKeys]).toEqual([1, 1]);
    expect(reading.known).toEqual([{ userName: 'alice', accessKeys: [], carried: known }]);
    const sighting = { accountId: '111122223333', isWhole: true, known: reading.known, read: [] };
    expect(nextMemory(auditReport(), sighting, undefined)?.users).toEqual([known]);
  });

  it.each<[string, ReportRow, typeof known]>([
    ['without a row', alice(), userMemory()],
    ['with another row', reportRow(slot(1, daysAgo(9), hoursAgo(2))), known],
    [
      'with a key that is overdue by now',
      alice(),
      { ...known, keys: [keyMemory({ createDate: daysAgo(91).toISOString() })] },
    ],
    ['with a key that is not used any more', alice(daysAgo(46)), known],
    [
      'with a use that the report does not know yet: it is older than what is remembered',
      alice(hoursAgo(3)),
      { ...known, keys: [keyMemory({ lastUsed: { state: 'used', date: hoursAgo(2).toISOString() } })] },
    ],
  ])('%s is asked about', async (_what, row, remembered) => {
    expect((await readWith(row, {}, remembered)).asked).toContain('keys');
  });
});

describe('of a user that was asked about', () => {
  const knownAfter = async (row: ReportRow, reader: Partial<AccountReader>) =>
    (await readWith(row, reader)).reading.known;
  const row = identityOf(alice());

  it('the keys and the row are known, and no last use where nobody had to ask', async () => {
    expect(await knownAfter(alice(), {})).toEqual([
      { userName: 'alice', row, accessKeys: [{ ...young, lastUsed: unknown }] },
    ]);
  });

  it('the last uses are known that were asked for, though no rule fired', async () => {
    const unlikeTheReport = { readLastUsed: async () => used(hoursAgo(1)) };
    expect(await knownAfter(alice(daysAgo(46)), unlikeTheReport)).toEqual([
      { userName: 'alice', row, accessKeys: [{ ...young, lastUsed: used(hoursAgo(1)) }] },
    ]);
  });

  it.each<[string, ListedKey[]]>([
    ['a key that was made since the report', [{ ...young, createDate: daysAgo(9) }]],
    ['a key more than the report', [young, { ...young, accessKeyId: SECOND_KEY }]],
    ['a key that was made inactive since', [{ ...young, status: 'Inactive' }]],
  ])('the row is not known where there is %s', async (_what, keys) => {
    const [only] = await knownAfter(alice(), { listAccessKeys: async () => keys });
    expect(only?.row).toBeUndefined();
    expect(only?.accessKeys).toHaveLength(keys.length);
  });

  it('and whose key went while it was asked about, only the others are known', async () => {
    const both = reportRow({ ...slot(1, daysAgo(60), hoursAgo(1)), ...slot(2, daysAgo(10), hoursAgo(1)) });
    let turn = 0;
    const [only] = await knownAfter(both, {
      listAccessKeys: async () => {
        turn += 1;
        return turn === 1
          ? [listedKey({ createDate: daysAgo(60) }), { ...young, accessKeyId: SECOND_KEY }]
          : [{ ...young, accessKeyId: SECOND_KEY }];
      },
      readLastUsed: async (accessKeyId) => {
        if (accessKeyId === FIRST_KEY) throw new Error('AccessDenied');
        return used(hoursAgo(1));
      },
    });
    expect(only).toEqual({
      userName: 'alice',
      accessKeys: [{ ...young, accessKeyId: SECOND_KEY, lastUsed: used(hoursAgo(1)) }],
    });
  });

  it('nothing is known where nobody could ask', async () => {
    expect(await knownAfter(alice(), { listAccessKeys: () => Promise.reject(new Error('AccessDenied')) })).toEqual([]);
  });
});
