import { CredentialReportError, type CredentialReportRow, parseCredentialReport } from './domain/credential-report.ts';
import { type Account, activeKeys, type Failure, isRoot, ROOT_USER_NAME } from './domain/model.ts';
import { parseArn } from './domain/partition.ts';
import { userFromRow } from './domain/screening.ts';
import type { AccountReading } from './read-account.ts';

/**
 * Reads one account from a credential report that somebody downloaded. Ages are lower bounds, and nothing of it is live.
 * Throws `CredentialReportError` when it is no report.
 */
export const readReportFile = (content: Uint8Array, accountOf: (id: string) => Account): AccountReading => {
  const report = parseCredentialReport(content);
  const all = [...(report.root ? [report.root] : []), ...report.users];
  const [first] = all;
  if (!first) throw new CredentialReportError(`has no row that can be read: ${report.unreadable[0]?.reason}`);
  const account = accountOf(parseArn(first.arn).accountId);
  const rows = all.filter(({ arn }) => parseArn(arn).accountId === account.id);
  const users = rows.map((row) => userFromRow(row, account));
  const failure = (userName: string, reason: string): Failure => ({
    scope: 'user',
    id: `${account.id}/${userName}`,
    reason,
  });
  return {
    account,
    note: `from a credential report file whose newest date is ${newestDate(rows)}: ages are lower bounds, and what happened since is unknown`,
    users: users.filter((user) => !isRoot(user)).length,
    accessKeys: users.reduce((sum, { accessKeys }) => sum + accessKeys.length, 0),
    credentialReportGeneratedAt: null,
    read: users,
    found: users.map(({ userName }) => userName),
    known: [],
    failures: [
      ...report.unreadable.map(({ userName, reason }) => failure(userName, reason)),
      ...(report.root ? [] : [failure(ROOT_USER_NAME, 'the report has no row for the root user')]),
      ...rows
        .filter(({ moreCredentials }) => moreCredentials)
        .map(({ userName }) => failure(userName, 'has more access keys than a report shows: scan the account live')),
      ...users
        .filter(({ accessKeys }) => accessKeys.some(({ lastUsed }) => lastUsed.state === 'unknown'))
        .map(({ userName }) => failure(userName, 'the report does not say when a key was last used')),
      ...users
        .filter((user) => !isRoot(user) && activeKeys(user).some(({ createDate }) => createDate === null))
        .map(({ userName }) => failure(userName, 'the report does not say how old an active key is')),
      ...all
        .filter((row) => !rows.includes(row))
        .map(({ userName, arn }) => failure(userName, `${arn} is of another account: give each report its own file`)),
    ],
  };
};

/** The file does not say when it was made; it is at least as young as the youngest date in it. */
const newestDate = (rows: readonly CredentialReportRow[]): string => {
  const instants = rows.flatMap(({ userCreated, keys }) => [
    userCreated,
    ...keys.flatMap(({ lastRotated, lastUsed }) => [
      ...(lastRotated ? [lastRotated] : []),
      ...(lastUsed.state === 'used' ? [lastUsed.date] : []),
    ]),
  ]);
  const newest = Math.max(...instants.map((instant) => instant.getTime()));
  return Number.isFinite(newest) ? new Date(newest).toISOString().slice(0, 10) : 'unknown';
};
