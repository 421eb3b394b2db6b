import { type ExemptionSetting, exemptionOf } from './exemptions.ts';
import { type AccessKey, type IamUser, type Severity, severityRank, type Tags, type Violation } from './model.ts';
import { nextStepOf, type TeamContext } from './next-step.ts';
import type { ExemptFinding, Finding, ReportedLastUsed } from './report.ts';
import type { Clock } from './rotation.ts';
import { ageInDays } from './time.ts';

/** What the team's settings say that findings repeat. */
export type FindingContext = Clock & {
  team: TeamContext;
  /** The tag that names a user's owner, before the tag `owner`. */
  ownerTag: string;
  exemptions: readonly ExemptionSetting[];
};

/** Merges one user's violations into a finding per key, or into exempt ones where the user is exempt. */
export const findingsOf = (
  user: IamUser,
  violations: readonly Violation[],
  context: FindingContext,
): { findings: Finding[]; exempt: ExemptFinding[] } => {
  const keys = user.accessKeys.filter((key) => violations.some((violation) => violation.key === key));
  if (keys.length === 0) return { findings: [], exempt: [] };
  const { exemption, notes } = exemptionOf(user, context.exemptions, context.now);
  const { stage, nextStep } = nextStepOf(user, context, context.team);
  const owner = ownerOf(user.tags, context.ownerTag);
  const findings = keys.map((key): Finding => {
    const seen = violations.filter((violation) => violation.key === key);
    const description = key.accessKeyId === null ? undefined : user.tags[key.accessKeyId];
    return {
      account: user.account,
      userName: user.userName,
      userArn: user.arn,
      accessKeyId: key.accessKeyId,
      status: key.status,
      createDate: key.createDate?.toISOString() ?? null,
      ageDays: key.createDate && ageInDays(key.createDate, context.now),
      lastUsed: reportedLastUsed(key),
      severity: highest(seen.map(({ severity }) => severity)),
      rules: seen.map(({ ruleId, message }) => ({ id: ruleId, message })),
      stage,
      nextStep: {
        action: nextStep.action,
        accessKeyId: nextStep.accessKeyId,
        text: [...notes, nextStep.text].join(' '),
        commands: nextStep.commands,
        ...(nextStep.notBefore && { notBefore: nextStep.notBefore.toISOString() }),
      },
      ...(owner && { owner }),
      ...(description && { description }),
      locations: [],
      ...(notes.length > 0 && { exemptionNotes: notes }),
    };
  });
  return exemption
    ? { findings: [], exempt: findings.map((finding) => ({ ...finding, exemption })) }
    : { findings, exempt: [] };
};

/** Names of channels: https://docs.slack.dev/reference/methods/conversations.create#naming */
const CHANNEL_NAME = /^[a-z0-9_][a-z0-9_-]{0,79}$/;

/** Whom a user's tags name as its owner. Tags take no `#`: in the tag for Slack, the name of a channel stands without it. */
export const ownerOf = (tags: Tags, ownerTag: string): string | undefined => {
  const inSlack = tags[ownerTag];
  if (!inSlack) return tags['owner'] || undefined;
  return ownerTag !== 'owner' && CHANNEL_NAME.test(inSlack) ? `#${inSlack}` : inSlack;
};

/** The order of work: severity, production first, age (unknown last), effort; then by name, so that it is always the same. */
export const byRank = (a: Finding, b: Finding): number =>
  severityRank(b.severity) - severityRank(a.severity) ||
  Number(b.account.production) - Number(a.account.production) ||
  (b.ageDays ?? -1) - (a.ageDays ?? -1) ||
  effort(a) - effort(b) ||
  compare(identity(a), identity(b));

/** One known place is quickly changed, none has to be searched for, and many take the longest. */
const effort = ({ locations }: Finding): number => {
  const places = locations.filter(({ state }) => state === 'seen').length;
  return places === 1 ? 0 : places === 0 ? 1 : 2;
};

const identity = ({ account, userName, accessKeyId }: Finding): string =>
  [account.id, userName, accessKeyId ?? ''].join('/');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const highest = (found: readonly Severity[]): Severity =>
  found.reduce((worst, severity) => (severityRank(severity) > severityRank(worst) ? severity : worst), 'low');

const reportedLastUsed = ({ lastUsed }: AccessKey): ReportedLastUsed =>
  lastUsed.state === 'used' ? { ...lastUsed, date: lastUsed.date.toISOString() } : { state: lastUsed.state };
