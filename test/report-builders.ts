import type { Account, Failure } from '../lambda/domain/model.ts';
import { severities } from '../lambda/domain/model.ts';
import type { AuditReport, ExemptFinding, Finding, ReportedAccount } from '../lambda/domain/report.ts';
import { account as anyAccount, FIRST_KEY, NOW, policy, SECOND_KEY } from './builders.ts';

/** Reports as the audit makes them, for what renders and tells them. */

export const production = anyAccount({ name: 'production', production: true });
export const staging = anyAccount({ id: '444455556666', name: 'staging' });

export const finding = (overrides: Partial<Finding> = {}): Finding => {
  const account = overrides.account ?? production;
  const userName = overrides.userName ?? 'alice';
  return {
    account,
    userName,
    userArn: `arn:aws:iam::${account.id}:user/${userName}`,
    accessKeyId: FIRST_KEY,
    status: 'Active',
    createDate: '2025-10-07T08:00:00.000Z',
    ageDays: 412,
    lastUsed: { state: 'used', date: '2026-11-21T08:00:00.000Z', serviceName: 's3', region: 'eu-west-1' },
    severity: 'high',
    rules: [{ id: 'key-overdue', message: '412 days old, the limit is 90' }],
    stage: 'overdue',
    nextStep: {
      action: 'find-usage',
      accessKeyId: FIRST_KEY,
      text: `Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.`,
      commands: [`aws iam create-access-key --user-name ${userName}`],
    },
    locations: [],
    ...overrides,
  };
};

/** As many findings as asked for, of different users and keys; `overrides` for each. */
export const findings = (count: number, overrides: (position: number) => Partial<Finding> = () => ({})): Finding[] =>
  Array.from({ length: count }, (_, position) => {
    const accessKeyId = `AKIA${String(position).padStart(9, '0')}EXAMPLE`;
    return finding({ userName: `user-${position}`, accessKeyId, ...overrides(position) });
  });

export const exemptFinding = (overrides: Partial<ExemptFinding> = {}): ExemptFinding => ({
  ...finding({ userName: 'legacy-mailer', accessKeyId: SECOND_KEY }),
  exemption: { until: '2027-01-31', reason: 'Goes away with the old mail relay' },
  ...overrides,
});

export const scannedAccount = (account: Account, overrides: Partial<ReportedAccount> = {}): ReportedAccount => ({
  ...account,
  status: 'scanned',
  users: 74,
  accessKeys: 101,
  credentialReportGeneratedAt: '2026-11-23T06:12:00.000Z',
  ...overrides,
});

export const failedAccount = (account: Account, reason: string): ReportedAccount => ({
  ...account,
  status: 'failed',
  reason,
  users: 0,
  accessKeys: 0,
  credentialReportGeneratedAt: null,
});

export const accountFailure = ({ id }: Account, reason: string): Failure => ({ scope: 'account', id, reason });

/** A report whose `summary` follows from its lists, unless overridden. */
export const auditReport = (overrides: Partial<AuditReport> = {}): AuditReport => {
  const report = {
    schemaVersion: 1 as const,
    scanId: '2026-11-23T09-00-00Z',
    startedAt: NOW.toISOString(),
    finishedAt: new Date(NOW.getTime() + 20_000).toISOString(),
    policy,
    accounts: [scannedAccount(production)],
    findings: [],
    exempt: [],
    resolved: [],
    failures: [],
    ...overrides,
  };
  return { ...report, summary: overrides.summary ?? summarise(report) };
};

const summarise = ({ accounts, findings }: Pick<AuditReport, 'accounts' | 'findings'>): AuditReport['summary'] => {
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length;
  const [low, medium, high, critical] = severities.map(count);
  return {
    accountsScanned: accounts.filter(({ status }) => status === 'scanned').length,
    accountsFailed: accounts.filter(({ status }) => status === 'failed').length,
    users: accounts.reduce((sum, { users }) => sum + users, 0),
    accessKeys: accounts.reduce((sum, { accessKeys }) => sum + accessKeys, 0),
    findings: findings.length,
    bySeverity: { low: low ?? 0, medium: medium ?? 0, high: high ?? 0, critical: critical ?? 0 },
  };
};
