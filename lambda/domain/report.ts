import type { KeyLocation } from './location.ts';
import type { Account, Failure, KeyStatus, Policy, Severity } from './model.ts';
import type { NextStep } from './next-step.ts';
import type { RotationStage } from './rotation.ts';

/** Instants in the report are ISO 8601 strings in UTC, so that what is written and what is read back are one shape. */
type Instant = string;

export type ReportedLastUsed = {
  state: 'used' | 'never' | 'unknown';
  date?: Instant;
  serviceName?: string;
  region?: string;
};

/** Everything the audit says of one key. */
export type Finding = {
  account: Account;
  userName: string;
  userArn: string;
  /** `null` where it rests on a credential report, which has no key ids. */
  accessKeyId: string | null;
  status: KeyStatus;
  createDate: Instant | null;
  /** Whole days; a lower bound where the finding rests on a report alone. */
  ageDays: number | null;
  lastUsed: ReportedLastUsed;
  severity: Severity;
  rules: { id: string; message: string }[];
  stage: RotationStage;
  nextStep: Omit<NextStep, 'notBefore'> & { notBefore?: Instant };
  owner?: string;
  description?: string;
  locations: KeyLocation[];
  /** Why an exemption that somebody may count on is not in force, in sentences; the next step's text begins with them. */
  exemptionNotes?: string[];
  change?: 'new' | 'ongoing';
  firstSeenAt?: Instant;
  /** The start of the first of the scans that found this stage and this step, without one in between that found another. */
  stageSince?: Instant;
  /** The scan before found it less severe, or exempt, or its old key quiet that is used again. */
  worse?: true;
};

export type ExemptFinding = Finding & { exemption: { until: string; reason: string } };

export type ReportedAccount = Account & {
  status: 'scanned' | 'failed';
  /** Why it failed, or what to know of how it was scanned. */
  reason?: string;
  users: number;
  accessKeys: number;
  credentialReportGeneratedAt: Instant | null;
};

export type ReportSummary = {
  accountsScanned: number;
  accountsFailed: number;
  users: number;
  accessKeys: number;
  findings: number;
  bySeverity: Record<Severity, number>;
};

/** The report without who used a key: IP addresses and user agents are for those who look, not for every reader of a channel. */
export const withoutUsage = (report: AuditReport): AuditReport => ({
  ...report,
  findings: report.findings.map(withoutItsUsage),
  exempt: report.exempt.map(withoutItsUsage),
});

const withoutItsUsage = <Found extends Finding>(finding: Found): Found => ({
  ...finding,
  locations: finding.locations.map(({ source, state, text, place }) => ({
    source,
    state,
    text,
    ...(place && { place }),
  })),
});

/** The one shape that every output renders. Its JSON is the public format. */
export type AuditReport = {
  schemaVersion: 1;
  scanId: string;
  startedAt: Instant;
  finishedAt: Instant;
  policy: Policy;
  accounts: ReportedAccount[];
  /** Ranked: the one that matters most first. */
  findings: Finding[];
  exempt: ExemptFinding[];
  resolved: { account: Account; userName: string; accessKeyId: string | null; ruleIds: string[] }[];
  failures: Failure[];
  summary: ReportSummary;
};
