import { hubRoleName, type Settings } from '../lambda/settings.ts';
import { GRACE_HOURS, longestWatchHours } from './missed-run.ts';
import { ScheduleError } from './schedule-expression.ts';
import { longestGapHours, type Schedule } from './schedule-gap.ts';

/**
 * What only a deployment can not do with settings that are right by themselves: lines of `path: what is wrong`, as the
 * schema's own.
 */
export const deploymentProblems = ({
  schedule,
  accounts,
  organizationId,
  auditRoleName,
}: Partial<Pick<Settings, 'schedule' | 'accounts' | 'organizationId' | 'auditRoleName'>>): string[] => [
  ...(auditRoleName ? roleNameProblems(auditRoleName) : []),
  ...(schedule ? scheduleProblems(schedule) : []),
  ...(typeof accounts === 'object' && 'organization' in accounts
    ? organizationProblems(accounts.organization.include, organizationId)
    : []),
];

const scheduleProblems = (schedule: Schedule): string[] => {
  try {
    const gap = longestGapHours(schedule);
    const limit = longestWatchHours - GRACE_HOURS;
    if (gap <= limit) return [];
    const leaves = Number.isFinite(gap) ? `leaves ${gap} hours between two runs` : 'comes to an end, or never runs';
    return [
      `schedule.expression: ${leaves}; CloudWatch notices a missing run after gaps of ${limit} hours at most: run it more often`,
    ];
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return [`schedule.${error.setting}: ${error.message}`];
  }
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ROLE_NAME_LENGTH = 64;

const roleNameProblems = (auditRoleName: string): string[] =>
  hubRoleName({ auditRoleName }).length <= ROLE_NAME_LENGTH
    ? []
    : [
        `auditRoleName: makes ${hubRoleName({ auditRoleName })} the hub's role, whose name is too long: ${ROLE_NAME_LENGTH} characters at most`,
      ];

/** The stack set takes the role to organizational units, and the role lets in the organization. */
const organizationProblems = (include: readonly string[], organizationId: string | undefined): string[] => [
  ...(include.length > 0
    ? []
    : [
        'accounts.organization.include: is empty: name the organizational units (ou-…), or the root (r-…), to deploy to',
      ]),
  ...(organizationId ? [] : ['organizationId: is missing: accounts.organization needs it (o-…)']),
];
