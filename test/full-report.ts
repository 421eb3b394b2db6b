import type { AuditReport } from '../lambda/domain/report.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import {
  accountFailure,
  auditReport,
  exemptFinding,
  failedAccount,
  finding,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';

export const CONSOLE = 'https://console.aws.amazon.com/iam/home#/users/details/alice?section=security_credentials';
export const RUNBOOK = 'https://docs.example.com/rotate.html';

/** A report with something in every place that the HTML has. */
export const fullReport = (): AuditReport =>
  auditReport({
    accounts: [
      scannedAccount(production),
      scannedAccount(staging, { users: 3 }),
      failedAccount({ id: '123456789012', name: 'management', production: false }, 'AccessDenied'),
    ],
    findings: [
      finding({
        userName: 'mapit',
        severity: 'critical',
        change: 'new',
        nextStep: {
          ...finding().nextStep,
          text: `Ask first. Console: ${CONSOLE} Runbook: ${RUNBOOK}`,
          notBefore: '2026-11-30T09:00:00.000Z',
        },
      }),
      finding({
        owner: 'platform-team',
        description: 'Fastly panel',
        firstSeenAt: '2026-11-01T09:00:00.000Z',
        stageSince: '2026-11-09T09:00:00.000Z',
        change: 'ongoing',
        locations: [
          { source: 'cloudtrail', state: 'seen', text: 's3 ListBuckets', usage: 'from 192.0.2.1' },
          { source: 'third-parties', state: 'to-check', text: 'Logit' },
        ],
      }),
      finding({
        accessKeyId: SECOND_KEY,
        ageDays: 80,
        createDate: '2026-09-04T08:00:00.000Z',
        severity: 'medium',
        change: 'ongoing',
        worse: true,
        lastUsed: { state: 'never' },
      }),
      finding({
        account: staging,
        userName: 'bob',
        status: 'Inactive',
        severity: 'low',
        stage: 'deactivated',
        lastUsed: { state: 'unknown' },
        ageDays: 30,
        createDate: '2026-10-24T08:00:00.000Z',
      }),
    ],
    exempt: [exemptFinding()],
    resolved: [{ account: staging, userName: 'carol', accessKeyId: FIRST_KEY, ruleIds: ['key-overdue'] }],
    failures: [accountFailure({ id: '123456789012', name: 'management', production: false }, 'AccessDenied')],
  });
