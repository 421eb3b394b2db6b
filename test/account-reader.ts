import type { AccountReader, ListedKey, ListedUser } from '../lambda/ports.ts';
import { daysAgo, FIRST_KEY, hoursAgo, NOW, used } from './builders.ts';
import { type ReportRow, reportCsv, rootRow } from './report-csv.ts';

/** An AWS account in memory, as the ports tell it: for tests of what is made of its answers. */

export const listedUser = (userName = 'alice'): ListedUser => ({
  userName,
  arn: `arn:aws:iam::111122223333:user/${userName}`,
});

/** An overdue key, as IAM lists it. */
export const listedKey = (overrides: Partial<ListedKey> = {}): ListedKey => ({
  accessKeyId: FIRST_KEY,
  status: 'Active',
  createDate: daysAgo(400),
  ...overrides,
});

/** `readCredentialReport` of an account with a root user that has no key, and with these users. */
export const reporting =
  (...rows: ReportRow[]): AccountReader['readCredentialReport'] =>
  () =>
    reportingJust(rootRow(), ...rows)();

/** The same with nothing but these rows. */
export const reportingJust =
  (...rows: ReportRow[]): AccountReader['readCredentialReport'] =>
  async () => ({ content: new TextEncoder().encode(reportCsv(rows)), generatedAt: NOW });

/** Alice, whose one key is overdue and was used an hour ago. */
export const accountReader = (overrides: Partial<AccountReader> = {}): AccountReader => ({
  partition: 'aws',
  readCredentialReport: () => Promise.reject(new Error('this account has no report')),
  listUsers: async () => [listedUser()],
  listAccessKeys: async () => [listedKey()],
  readLastUsed: async () => used(hoursAgo(1)),
  readUserTags: async () => ({}),
  readRootKeyPresent: async () => false,
  lookUpEvents: async () => ({ events: [], complete: true }),
  readStatusChanges: async () => ({ last: new Map(), complete: true }),
  findKeyUser: async () => 'alice',
  ...overrides,
});

/** Counts how many calls of `work` are under way at once. */
export const atOnce = <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) => {
  let running = 0;
  const counted = {
    most: 0,
    work: async (...args: Args): Promise<Result> => {
      running += 1;
      counted.most = Math.max(counted.most, running);
      await new Promise(setImmediate);
      running -= 1;
      return work(...args);
    },
  };
  return counted;
};
