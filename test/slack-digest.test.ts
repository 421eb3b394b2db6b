import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import {
  accountFailure,
  auditReport,
  exemptFinding,
  failedAccount,
  finding,
  findings,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';
import { seen } from './slack-seen.ts';

describe('the digest', () => {
  it('says what was read before what was found, then each finding in full', () => {
    const { digest } = slackDigest(
      auditReport({
        accounts: [
          scannedAccount(production),
          failedAccount(staging, 'AccessDenied: not authorized to assume the role'),
        ],
        findings: [finding({ owner: 'platform-team', change: 'new' })],
        failures: [accountFailure(staging, 'AccessDenied: not authorized to assume the role')],
      }),
    );
    expect(seen(digest.blocks)).toBe(
      [
        '1 access key needs attention, 1 account not read',
        'Read 1 of 2 accounts: 74 users, 101 access keys.',
        'Credential report: 2026-11-23 06:12 UTC, 3 hours old.',
        'Not read: staging (444455556666): AccessDenied: not authorized to assume the role.',
        '1 high. 1 is new.',
        '1. High: alice in production (111122223333) (new)',
        `${FIRST_KEY}, 412 days old, last used 2 days ago (s3, eu-west-1)`,
        'Overdue for rotation. Owner: platform-team.',
        '• Key overdue: 412 days old, the limit is 90',
        `Next: Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.`,
        'aws iam create-access-key --user-name alice',
        'The CSV in the thread has everything, each step and command.',
      ].join('\n'),
    );
  });

  it('says all clear in one line', () => {
    const { digest, thread, csv } = slackDigest(auditReport());
    expect(seen(digest.blocks)).toBe(
      'All clear: no access key needs attention. Read production (111122223333): 74 users, 101 access keys. ' +
        'Credential report: 2026-11-23 06:12 UTC, 3 hours old.',
    );
    expect([thread, csv]).toEqual([[], undefined]);
  });

  it('never says all clear when an account failed', () => {
    const { digest } = slackDigest(
      auditReport({ accounts: [scannedAccount(production), failedAccount(staging, 'AccessDenied')] }),
    );
    expect(seen(digest.blocks)).toContain('Nothing found in what could be read, 1 account not read');
    expect(seen(digest.blocks)).toContain('Not read: staging (444455556666): AccessDenied.');
    expect(digest.text).not.toContain('All clear');
  });

  it('never says all clear when no account was read', () => {
    expect(seen(slackDigest(auditReport({ accounts: [] })).digest.blocks)).toMatch(/^No account could be read/);
  });

  it('never says all clear when a user could not be checked', () => {
    const { digest } = slackDigest(
      auditReport({ failures: [{ scope: 'user', id: `${production.id}/alice`, reason: 'AccessDenied' }] }),
    );
    expect(seen(digest.blocks)).toContain('Nothing found in what could be read');
    expect(seen(digest.blocks)).toContain('Not fully checked: alice in production: AccessDenied.');
  });

  it('says each next step once for a user', () => {
    const { digest } = slackDigest(
      auditReport({ findings: [finding(), finding({ accessKeyId: SECOND_KEY }), finding({ userName: 'bob' })] }),
    );
    expect(seen(digest.blocks).match(/^Next: .*/gm)).toEqual([
      `Next: Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.`,
      'Next: as for 1, the same user.',
      `Next: Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.`,
    ]);
  });

  it('names the root key, a key without id, an unknown age and an unknown last use', () => {
    const { digest } = slackDigest(
      auditReport({
        findings: [
          finding({
            userName: '<root_account>',
            userArn: 'arn:aws:iam::111122223333:root',
            accessKeyId: null,
            ageDays: null,
          }),
          finding({ accessKeyId: null, lastUsed: { state: 'unknown' } }),
          finding({ userName: 'bob', status: 'Inactive', lastUsed: { state: 'never' }, ageDays: 1 }),
        ],
      }),
    );
    const facts = seen(digest.blocks).match(/^(?:root key|key id|AKIA).*$/gm);
    expect(facts).toEqual([
      'root key, age unknown, last used 2 days ago (s3, eu-west-1)',
      'key id not in report, at least 412 days old, last use unknown',
      `${FIRST_KEY} (inactive), 1 day old, never used`,
    ]);
    expect(seen(digest.blocks)).toContain('1. High: root user in production');
  });

  it('puts ten in full and the rest into a table of the thread', () => {
    const { digest, thread } = slackDigest(auditReport({ findings: findings(25) }));
    expect(seen(digest.blocks).match(/^\d+\. /gm)).toHaveLength(10);
    expect(seen(digest.blocks)).toContain('15 of 25 findings: in the thread.');
    expect(thread).toHaveLength(1);
    expect(seen(thread[0]?.blocks ?? [])).toContain(
      'Findings 11 to 25 of 25.\nSeverity | User | Key | Age | Last used | Next step\n' +
        '11. High | user-10 in production | AKIA000000010EXAMPLE | 412 days old | 2 days ago (s3, eu-west-1) | ' +
        'Find where it is used, create its replacement',
    );
  });

  it('puts those of the ten that do not fit into the thread, in full', () => {
    const nextStep = {
      action: 'find-usage' as const,
      accessKeyId: FIRST_KEY,
      text: 'Look. '.repeat(150),
      commands: ['x'.repeat(1_000)],
    };
    const { digest, thread } = slackDigest(auditReport({ findings: findings(12, () => ({ nextStep })) }));
    const inDigest = seen(digest.blocks).match(/^\d+\. /gm)?.length ?? 0;
    expect(inDigest).toBeLessThan(10);
    expect(seen(thread[0]?.blocks ?? [])).toMatch(new RegExp(`^${inDigest + 1}\\. High`));
    expect(thread.flatMap(({ blocks }) => seen(blocks).match(/^\d+\. /gm) ?? [])).toHaveLength(12 - inDigest);
  });

  it('lists exempt keys in the thread, with end and reason', () => {
    const { digest, thread } = slackDigest(auditReport({ exempt: [exemptFinding()] }));
    expect(seen(digest.blocks)).toMatch(/^All clear.* 1 exempt\.$/);
    expect(seen(thread[0]?.blocks ?? [])).toBe(
      'Exempt: 1 key.\nUser | Key | Age | Exempt until | Reason\n' +
        `legacy-mailer in production | ${SECOND_KEY} | 412 days old | 2027-01-31 (69 days left) | Goes away with the old mail relay`,
    );
  });

  it('announces exemptions that end within two weeks, to screen readers too, and in an all-clear', () => {
    const exempt = [exemptFinding({ exemption: { until: '2026-12-01', reason: 'because' } }), exemptFinding()];
    const words = 'Exemptions that end within two weeks: legacy-mailer in production (2026-12-01, 8 days left).';
    const { digest } = slackDigest(auditReport({ findings: [finding()], exempt }));
    expect(seen(digest.blocks)).toContain(`1 high. 2 exempt.\n${words}\n1 without`);
    expect(digest.text).toContain(`\n1 high. 2 exempt.\n${words}\n1 without`);
    const allClear = slackDigest(auditReport({ exempt })).digest;
    expect(seen(allClear.blocks)).toMatch(/^All clear.* 2 exempt\. Exemptions that end .*8 days left\)\.$/);
    expect(allClear.text).toContain(words);
  });

  it('announces only as many ending exemptions as a reader reads', () => {
    const exempt = Array.from({ length: 7 }, (_, position) =>
      exemptFinding({ userName: `user-${position}`, exemption: { until: '2026-11-30', reason: 'because' } }),
    );
    expect(seen(slackDigest(auditReport({ exempt })).digest.blocks)).toMatch(
      / user-4 in production \(2026-11-30, 7 days left\) and 2 more\.$/,
    );
  });

  it('says that a key has no owner', () => {
    const { digest } = slackDigest(auditReport({ findings: [finding()] }));
    expect(seen(digest.blocks)).toMatch(
      /\n1 without an owner: give its user a tag owner\.\n.*\n.*\nOverdue for rotation\. No owner\.\n/,
    );
  });

  it('says which findings are in the CSV only, when the thread is full', () => {
    const { digest, thread, csv } = slackDigest(auditReport({ findings: findings(1_000), exempt: [exemptFinding()] }));
    expect(thread).toHaveLength(5);
    expect(seen(digest.blocks)).toMatch(/\d+ of 1000 findings: in the thread\. \d+: in its CSV only\./);
    expect(seen(thread[3]?.blocks ?? [])).toMatch(/\d+ more: only in the CSV\./);
    expect(parse(csv?.content ?? '')).toHaveLength(1_002);
  });

  it('leaves a command out rather than cutting it', () => {
    const nextStep = { ...finding().nextStep, commands: ['x'.repeat(2_000)] };
    const { digest } = slackDigest(auditReport({ findings: [finding({ nextStep })] }));
    expect(seen(digest.blocks)).toContain('The commands are in the CSV.');
    expect(seen(digest.blocks)).not.toContain('xxx');
  });

  it('says that accounts were read without a report', () => {
    const reason = 'no credential report: read user by user';
    const { digest } = slackDigest(
      auditReport({
        accounts: [scannedAccount(production, { reason, credentialReportGeneratedAt: null })],
        findings: [finding()],
      }),
    );
    expect(seen(digest.blocks)).toContain('production (111122223333): no credential report: read user by user.');
    expect(seen(digest.blocks)).not.toContain('Credential report:');
  });
});
