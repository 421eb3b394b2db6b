import type { CredentialReportRow, ReportedKey } from '../lambda/domain/credential-report.ts';
import type { AccountMemory, KeyMemory, RememberedFinding, UserMemory } from '../lambda/domain/memory.ts';
import { daysAgo, FIRST_KEY, hoursAgo, policy, used } from './builders.ts';

/** What scans remember, and the rows of credential reports that it is compared with. */

/** An active key that nobody asked the last use of. */
export const keyMemory = (overrides: Partial<KeyMemory> = {}): KeyMemory => ({
  accessKeyId: FIRST_KEY,
  status: 'Active',
  createDate: daysAgo(10).toISOString(),
  lastUsed: { state: 'unknown' },
  ...overrides,
});

/** Alice, whose keys were seen yesterday. */
export const userMemory = (overrides: Partial<UserMemory> = {}): UserMemory => ({
  userName: 'alice',
  seenAt: daysAgo(1).toISOString(),
  keys: [keyMemory()],
  ...overrides,
});

export const rememberedFinding = (overrides: Partial<RememberedFinding> = {}): RememberedFinding => ({
  userName: 'alice',
  accessKeyId: FIRST_KEY,
  ruleIds: ['key-overdue'],
  severity: 'high',
  stage: 'overdue',
  action: 'find-usage',
  firstSeenAt: daysAgo(9).toISOString(),
  stageSince: daysAgo(4).toISOString(),
  ...overrides,
});

/** What yesterday's scan left: one finding. */
export const accountMemory = (overrides: Partial<AccountMemory> = {}): AccountMemory => ({
  schemaVersion: 1,
  accountId: '111122223333',
  scanId: 'scan-0',
  scannedAt: daysAgo(1).toISOString(),
  policy,
  users: [],
  findings: [rememberedFinding()],
  ...overrides,
});

/** The slot of a key that was never made active again. */
export const reportedKey = (overrides: Partial<ReportedKey> = {}): ReportedKey => ({
  active: true,
  lastRotated: daysAgo(10),
  lastUsed: used(hoursAgo(5)),
  ...overrides,
});

export const reportedRow = (overrides: Partial<CredentialReportRow> = {}): CredentialReportRow => ({
  userName: 'alice',
  arn: 'arn:aws:iam::111122223333:user/alice',
  userCreated: daysAgo(900),
  keys: [reportedKey()],
  moreCredentials: false,
  ...overrides,
});
