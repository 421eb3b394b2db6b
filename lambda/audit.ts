import pLimit from 'p-limit';
import { nextMemory, type Sighting, withChanges } from './domain/changes.ts';
import { withDeactivationTags } from './domain/deactivation.ts';
import { reasonOf } from './domain/failure.ts';
import { byRank, type FindingContext, findingsOf } from './domain/findings.ts';
import { type AccountMemory, withMemory } from './domain/memory.ts';
import type { Failure, IamUser, Severity } from './domain/model.ts';
import type { AuditReport, Finding, ReportedAccount } from './domain/report.ts';
import { formatInstant, isFromTheFuture } from './domain/time.ts';
import { type Recalled, recall } from './history.ts';
import { locateFindings } from './locate-findings.ts';
import type { Locator } from './locators/locator.ts';
import type { FindAccounts, History, OpenAccount, Progress } from './ports.ts';
import { type AccountReading, readAccount } from './read-account.ts';
import { evaluate } from './rules/evaluate.ts';

/** What is asked of an audit: whom to judge, by what, and what to call it. */
export type AuditRequest = {
  scanId: string;
  /** The instant that ages are judged at, and the limits they are judged by. */
  context: FindingContext;
  /** Audit these users only. */
  users?: readonly string[] | undefined;
};

/** The outside world that an audit reads, and when it has to stop. */
export type AuditPorts = {
  findAccounts: FindAccounts;
  openAccount: OpenAccount;
  /** Where keys are looked for; those that run in the audit are asked. */
  locators: readonly Locator[];
  /** What scans remember. Absent where nothing is: then everything is as if seen for the first time. */
  history?: Pick<History, 'recall'> | undefined;
  clock: () => Date;
  /** Aborted when reading has to stop. */
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
};

/**
 * How many accounts are read at once, and how many users in each: IAM throttles per account, and does not say when. With eight accounts at
 * once, 200 of them took most of the Lambda's time to wait for their throttles (`npm run bench -- load`).
 */
const ACCOUNTS_AT_ONCE = 16;
export const USERS_AT_ONCE = 8;

/** A report, and what it leaves for the next one: only of accounts that were read to their end. */
export type Audit = { report: AuditReport; memories: { memory: AccountMemory; recalled: Omit<Recalled, 'memory'> }[] };

/** Reads every account, judges every user, and reports. Never rejects for what could not be read: that is in the report. */
export const audit = async (request: AuditRequest, ports: AuditPorts): Promise<Audit> => {
  const { accounts, failures } = await ports.findAccounts();
  const limit = pLimit(ACCOUNTS_AT_ONCE);
  const progress: Progress = { accounts: accounts.length, accountsRead: 0, usersRead: 0 };
  const step = (done: Partial<Progress>): void => ports.onProgress?.(Object.assign(progress, done));
  step({});
  const readings = await Promise.all(
    accounts.map((account) =>
      limit(async () => {
        const recalled = ports.history
          ? await recall(account.id, ports.history, request.context.now, ports.signal)
          : {};
        const reading = await readAccount(account, ports.openAccount, {
          users: request.users,
          memory: recalled.memory,
          wouldFlag: (user) => wouldFlag(user, request.context),
          signal: ports.signal,
          now: request.context.now,
          concurrency: USERS_AT_ONCE,
          onUserRead: () => step({ usersRead: progress.usersRead + 1 }),
        });
        step({ accountsRead: progress.accountsRead + 1 });
        return { ...reading, recalled };
      }),
    ),
  );
  const notFound = nowhereFound(request.users ?? [], readings);
  const judged = reportOn(readings, request, [...failures, ...notFound], ports.clock());
  const users = readings.flatMap(({ read }) => read);
  const located = { ...(await locateFindings(judged, users, ports)), finishedAt: ports.clock().toISOString() };
  return ports.history ? withHistory(located, readings, request) : { report: located, memories: [] };
};

/** What changed since the scans before, and what this one leaves. */
const withHistory = (
  report: AuditReport,
  readings: readonly (AccountReading & { recalled: Recalled })[],
  { users }: AuditRequest,
): Audit => {
  const now = new Date(report.startedAt);
  const sightings = readings.map((reading): Sighting & { recalled: Recalled } => ({
    accountId: reading.account.id,
    isWhole: isScanned(report, reading) && users === undefined,
    known: reading.known,
    read: reading.read.map((user) => judgedUser(user, reading.recalled.memory, now)),
    recalled: reading.recalled,
  }));
  const memories = new Map(
    sightings.flatMap(({ accountId, recalled: { memory } }) => (memory ? [[accountId, memory] as const] : [])),
  );
  return {
    report: withChanges(report, sightings, memories),
    memories: sightings.flatMap(({ recalled, ...sighting }) => {
      const { memory: before, ...rest } = recalled;
      const memory = nextMemory(report, sighting, before);
      return memory ? [{ memory, recalled: rest }] : [];
    }),
  };
};

const isScanned = ({ accounts }: AuditReport, { account }: AccountReading): boolean =>
  accounts.some(({ id, status }) => id === account.id && status === 'scanned');

/** The user with everything that tags and earlier scans tell of its keys. */
const judgedUser = (user: IamUser, memory: AccountMemory | undefined, now: Date): IamUser =>
  withMemory(
    withDeactivationTags(user, now),
    memory?.users.find(({ userName }) => userName === user.userName),
    now,
  );

/** A rule that cannot be asked may have fired. */
const wouldFlag = (user: IamUser, context: FindingContext): boolean => {
  const { violations, failures } = evaluate(user, context);
  return violations.length > 0 || failures.length > 0;
};

/** A mistyped user name must not look like a clean user. */
const nowhereFound = (wanted: readonly string[], readings: readonly AccountReading[]): Failure[] =>
  wanted
    .filter((userName) => !readings.some(({ found }) => found.includes(userName)))
    .map((userName) => ({ scope: 'user', id: userName, reason: 'no account that was read has a user of this name' }));

/** Judges what was read and puts the report together: pure. */
export const reportOn = (
  asRead: readonly (AccountReading & { recalled?: Recalled })[],
  { scanId, context }: AuditRequest,
  failures: readonly Failure[],
  finishedAt: Date,
): AuditReport => {
  const readings = asRead.map((reading) => unlessFromTheFuture(reading, context.now));
  const judged = readings.flatMap(({ read, recalled }) =>
    read.map((user) => judge(judgedUser(user, recalled?.memory, context.now), context)),
  );
  const accounts = readings.map(reportedAccount);
  const findings = judged.flatMap((user) => user.findings).sort(byRank);
  return {
    schemaVersion: 1,
    scanId,
    startedAt: context.now.toISOString(),
    finishedAt: finishedAt.toISOString(),
    policy: context.policy,
    accounts,
    findings,
    exempt: judged.flatMap((user) => user.exempt).sort(byRank),
    resolved: [],
    failures: [
      ...failures,
      ...readings.flatMap((reading) => reading.failures),
      ...judged.flatMap((user) => user.failures),
    ],
    summary: {
      accountsScanned: accounts.filter(({ status }) => status === 'scanned').length,
      accountsFailed: accounts.filter(({ status }) => status === 'failed').length,
      users: sum(accounts, 'users'),
      accessKeys: sum(accounts, 'accessKeys'),
      findings: findings.length,
      bySeverity: countBySeverity(findings),
    },
  };
};

/** One user who cannot be judged does not take the others along. */
const judge = (user: IamUser, context: FindingContext): ReturnType<typeof findingsOf> & { failures: Failure[] } => {
  const { violations, failures } = evaluate(user, context);
  try {
    return { ...findingsOf(user, violations, context), failures };
  } catch (error) {
    const reason = `what to do about it could not be worked out: ${reasonOf(error)}`;
    const failure: Failure = { scope: 'user', id: `${user.account.id}/${user.userName}`, reason };
    return { findings: [], exempt: [], failures: [...failures, failure] };
  }
};

/** The reading, failed where its data is younger than the instant it is judged at: everything would look young. */
const unlessFromTheFuture = <Reading extends AccountReading>(reading: Reading, now: Date): Reading => {
  const newest = newestInstant(reading);
  if (!isFromTheFuture(newest, now)) return reading;
  const reason = `its data is of ${formatInstant(newest)}, later than ${formatInstant(now)}, at which it was judged: check the clock, or --now`;
  const failures: Failure[] = [...reading.failures, { scope: 'account', id: reading.account.id, reason }];
  return { ...reading, failed: reading.failed ?? reason, failures };
};

/** The latest of all that was seen, also of users whom no rule concerns: without a report, they are all that tells the time. */
const newestInstant = ({ credentialReportGeneratedAt, read, known }: AccountReading): Date => {
  const keys = [...read, ...known].flatMap(({ accessKeys }) => accessKeys);
  const instants = keys.flatMap(({ createDate, lastUsed }) => [
    createDate,
    lastUsed.state === 'used' ? lastUsed.date : null,
  ]);
  return [credentialReportGeneratedAt, ...instants].reduce<Date>(
    (newest, instant) => (instant && instant > newest ? instant : newest),
    new Date(0),
  );
};

const reportedAccount = (reading: AccountReading & { recalled?: Recalled }): ReportedAccount => {
  const reason = [reading.failed, reading.note, reading.recalled?.note].filter(Boolean).join('; ');
  return {
    ...reading.account,
    status: reading.failed === undefined ? 'scanned' : 'failed',
    ...(reason && { reason }),
    users: reading.users,
    accessKeys: reading.accessKeys,
    credentialReportGeneratedAt: reading.credentialReportGeneratedAt?.toISOString() ?? null,
  };
};

const sum = (accounts: readonly ReportedAccount[], what: 'users' | 'accessKeys'): number =>
  accounts.reduce((total, account) => total + account[what], 0);

const countBySeverity = (findings: readonly Finding[]): Record<Severity, number> => {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
};
