import { type AccountMemory, type RememberedFinding, rememberUser, type UserMemory } from './memory.ts';
import { type AccessKey, type Failure, type IamUser, type Policy, severityRank } from './model.ts';
import type { AuditReport, ExemptFinding, Finding } from './report.ts';
import type { RotationStage } from './rotation.ts';

/** What a scan of one account saw, as far as changes rest on it. */
export type Sighting = {
  accountId: string;
  /** The account was read to its end. */
  isWhole: boolean;
  /** Users whose real keys were seen or remembered; `row` where the report agreed with them. */
  known: readonly KnownUser[];
  /** Users whom a rule may concern, as they were judged. */
  read: readonly IamUser[];
};

export type KnownUser = { userName: string; row?: string; accessKeys: readonly AccessKey[]; carried?: UserMemory };

/** The report with what changed since each account's memory: `change`, `worse`, since when things are as they are, `resolved`. */
export const withChanges = (
  report: AuditReport,
  sightings: readonly Sighting[],
  memories: ReadonlyMap<string, AccountMemory>,
): AuditReport => {
  const marked = <Found extends Finding>(finding: Found): Found => {
    const memory = memories.get(finding.account.id);
    if (!memory) return { ...finding, firstSeenAt: report.startedAt };
    const earlier = earlierFinding(finding, memory);
    return {
      ...finding,
      change: earlier ? 'ongoing' : 'new',
      ...(earlier && isWorse(finding, earlier) && { worse: true }),
      firstSeenAt: earlier?.firstSeenAt ?? report.startedAt,
      stageSince: stageSince(finding, earlier, report),
    };
  };
  return {
    ...report,
    findings: report.findings.map(marked),
    exempt: report.exempt.map(marked),
    resolved: sightings.flatMap((sighting) => {
      const memory = memories.get(sighting.accountId);
      const account = report.accounts.find(({ id }) => id === sighting.accountId);
      if (!memory || !account) return [];
      const { id, name, production } = account;
      return memory.findings
        .filter((finding) => isResolved(finding, sighting, memory, report))
        .map(({ userName, accessKeyId, ruleIds }) => ({
          account: { id, name, production },
          userName,
          accessKeyId,
          ruleIds,
        }));
    }),
  };
};

/** More severe than before, exempt no more, or an old key that was quiet and is used again. */
const isWorse = (finding: Finding, earlier: RememberedFinding): boolean =>
  severityRank(finding.severity) > severityRank(earlier.severity) ||
  (earlier.exempt === true && !('exemption' in finding)) ||
  (finding.stage === 'lingering' && quietStages.has(earlier.stage));

const quietStages: ReadonlySet<RotationStage> = new Set(['cutting-over', 'ready-to-deactivate']);

const stageSince = (finding: Finding, earlier: RememberedFinding | undefined, report: AuditReport): string =>
  earlier?.stage === finding.stage &&
  earlier.action === finding.nextStep.action &&
  (earlier.waiting ?? false) === isWaiting(finding, report)
    ? earlier.stageSince
    : report.startedAt;

/** What comes next is not to be done yet. */
const isWaiting = ({ nextStep: { notBefore } }: Finding, { startedAt }: AuditReport): boolean =>
  notBefore !== undefined && Date.parse(startedAt) < Date.parse(notBefore);

/**
 * Gone, by evidence: the account was read to its end by the policy that found it, and nothing about the user failed. A key or user
 * that was deleted is resolved as well.
 */
const isResolved = (
  finding: RememberedFinding,
  { accountId, isWhole }: Sighting,
  memory: AccountMemory,
  report: AuditReport,
): boolean =>
  isWhole &&
  isSamePolicy(finding.policy ?? memory.policy, report.policy) &&
  !found(report, accountId).some((each) => isSameKey(each, finding)) &&
  !report.failures.some((failure) => touches(failure, accountId, finding.userName));

const found = ({ findings, exempt }: AuditReport, accountId: string): (Finding | ExemptFinding)[] =>
  [...findings, ...exempt].filter(({ account }) => account.id === accountId);

type KeyName = Pick<Finding, 'userName' | 'accessKeyId'>;
const isSameKey = (a: KeyName, b: KeyName): boolean => a.userName === b.userName && a.accessKeyId === b.accessKeyId;

/** A rule's failure names no user by its id: where a rule could not judge, nothing counts as gone. */
const touches = ({ scope, id }: Failure, accountId: string, userName: string): boolean =>
  scope === 'rule' || id === accountId || id === `${accountId}/${userName}`;

const isSamePolicy = (a: Policy, b: Policy): boolean =>
  (Object.keys(b) as (keyof Policy)[]).every((limit) => a[limit] === b[limit]);

/** Which earlier finding this one goes on from. */
const earlierFinding = (finding: KeyName, memory: AccountMemory): RememberedFinding | undefined =>
  memory.findings.find((each) => isSameKey(each, finding));

/**
 * What the next scan is to know of an account; `undefined` where this one was not read to its end, so that the memory stays as
 * it is. What is neither found again nor resolved is still remembered.
 */
export const nextMemory = (
  report: AuditReport,
  sighting: Sighting,
  before: AccountMemory | undefined,
): AccountMemory | undefined => {
  if (!sighting.isWhole) return undefined;
  const { accountId } = sighting;
  const now = new Date(report.startedAt);
  const memories = new Map(before?.users.map((user) => [user.userName, user]));
  const judged = new Map(sighting.read.map((user) => [user.userName, user]));
  const users = sighting.known.map(
    ({ userName, row, accessKeys, carried }) =>
      carried ?? rememberUser(judged.get(userName) ?? { userName, accessKeys }, row, memories.get(userName), now),
  );
  const known = new Set(users.map(({ userName }) => userName));
  const unread = (before?.users ?? []).filter(
    ({ userName }) => !known.has(userName) && report.failures.some((failure) => touches(failure, accountId, userName)),
  );
  const findings = found(report, accountId).map((finding): RememberedFinding => {
    const earlier = before && earlierFinding(finding, before);
    return {
      userName: finding.userName,
      accessKeyId: finding.accessKeyId,
      ruleIds: finding.rules.map(({ id }) => id),
      severity: finding.severity,
      stage: finding.stage,
      action: finding.nextStep.action,
      ...(isWaiting(finding, report) && { waiting: true as const }),
      ...('exemption' in finding && { exempt: true as const }),
      firstSeenAt: earlier?.firstSeenAt ?? report.startedAt,
      stageSince: stageSince(finding, earlier, report),
    };
  });
  const pending = (before?.findings ?? []).flatMap((finding): RememberedFinding[] => {
    const isFound = findings.some((each) => isSameKey(each, finding));
    if (!before || isFound || isResolved(finding, sighting, before, report)) return [];
    const { policy = before.policy, ...rest } = finding;
    return [isSamePolicy(policy, report.policy) ? rest : { ...rest, policy }];
  });
  return {
    schemaVersion: 1,
    accountId,
    scanId: report.scanId,
    scannedAt: report.startedAt,
    policy: report.policy,
    users: [...users, ...unread],
    findings: [...findings, ...pending],
  };
};
