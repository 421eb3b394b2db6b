import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exemptionOf } from '../lambda/domain/exemptions.ts';
import type { Failure } from '../lambda/domain/model.ts';
import type { AuditReport, Finding } from '../lambda/domain/report.ts';
import { renderCsv } from '../lambda/render/csv.ts';
import { failureLines } from '../lambda/render/failure-lines.ts';
import { oneLine, shorten } from '../lambda/render/safe-text.ts';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { snsMessage } from '../lambda/render/sns-message.ts';
import { coverageSentence, dataAgeSentence, headline, isAllClear } from '../lambda/render/summary.ts';
import { renderText } from '../lambda/render/text.ts';
import { anyReport } from './arbitrary-report.ts';
import { FIRST_KEY, iamUser, NOW, SECOND_KEY } from './builders.ts';
import { aliveInText } from './inert/text.ts';
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

describe('the report as text', () => {
  it('leads with what matters, and says everything', () => {
    const report = auditReport({
      accounts: [scannedAccount(production), failedAccount(staging, 'AccessDenied')],
      findings: [
        finding({
          owner: 'platform-team',
          locations: [{ source: 'key-description', state: 'seen', text: 'app/config.yml' }],
          nextStep: { ...finding().nextStep, notBefore: '2026-11-30T09:00:00.000Z' },
        }),
        finding({
          userName: 'bob',
          accessKeyId: SECOND_KEY,
          severity: 'low',
          locations: [{ source: 'cloudtrail', state: 'seen', text: 's3 ListBuckets', usage: 'from 192.0.2.1' }],
        }),
      ],
      exempt: [exemptFinding()],
      resolved: [{ account: staging, userName: 'carol', accessKeyId: null, ruleIds: ['key-overdue'] }],
      failures: [accountFailure(staging, 'AccessDenied')],
    });
    expect(renderText(report)).toBe(`2 access keys need attention, 1 account not read

Read 1 of 2 accounts: 74 users, 101 access keys.
Credential report: 2026-11-23 06:12 UTC, 3 hours old.
Not read: staging (444455556666): AccessDenied.

1 high and 1 low. 1 exempt. 1 resolved since the last scan.
1 without an owner: give its user a tag owner.

1. HIGH  alice in production (111122223333)
   ${FIRST_KEY}, 412 days old, last used 2 days ago (s3, eu-west-1)
   Overdue for rotation. Owner: platform-team.
   - Key overdue: 412 days old, the limit is 90
   Key description: app/config.yml
   Next: Not before 2026-11-30 09:00 UTC. Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.
     aws iam create-access-key --user-name alice

2. LOW  bob in production (111122223333)
   ${SECOND_KEY}, 412 days old, last used 2 days ago (s3, eu-west-1)
   Overdue for rotation. No owner.
   - Key overdue: 412 days old, the limit is 90
   CloudTrail: s3 ListBuckets, from 192.0.2.1
   Next: Find everywhere ${FIRST_KEY} is used, create its replacement, put it in every one of those places and deploy.
     aws iam create-access-key --user-name bob

EXEMPT: 1 key
   legacy-mailer in production (111122223333), ${SECOND_KEY}, 412 days old, last used 2 days ago (s3, eu-west-1): exempt until 2027-01-31 (69 days left), Goes away with the old mail relay

RESOLVED since the last scan
   carol in staging (444455556666): key-overdue

Scan 2026-11-23T09-00-00Z
`);
  });

  it('announces the exemptions that end within two weeks, the first to end first, each user once', () => {
    const until = (day: string) => ({ exemption: { until: day, reason: 'because' } });
    const report = auditReport({
      exempt: [
        exemptFinding({ userName: 'later', ...until('2026-12-08') }),
        exemptFinding(until('2026-12-01')),
        exemptFinding({ ...until('2026-12-01'), accessKeyId: FIRST_KEY }),
        exemptFinding({ userName: 'fastly', account: staging, ...until('2026-11-23') }),
        exemptFinding({ userName: 'malformed', ...until('soon') }),
      ],
    });
    const text = renderText(report);
    expect(text).toContain(
      '\n\n5 exempt.\nExemptions that end within two weeks: fastly in staging (2026-11-23, last day), ' +
        'legacy-mailer in production (2026-12-01, 8 days left).\n\n',
    );
    expect(text.match(/exempt until .*/g)).toEqual([
      'exempt until 2026-12-08 (15 days left), because',
      'exempt until 2026-12-01 (8 days left), because',
      'exempt until 2026-12-01 (8 days left), because',
      'exempt until 2026-11-23 (last day), because',
      'exempt until soon, because',
    ]);
  });

  it.each([
    ['text', renderText],
    ['the e-mail', (report: AuditReport) => JSON.parse(snsMessage(report).Message).email],
    ['SNS for machines', (report: AuditReport) => JSON.parse(snsMessage(report).Message).default],
    ['the CSV', renderCsv],
    ['the Slack digest', (report: AuditReport) => JSON.stringify(slackDigest(report).digest.blocks)],
  ])('says in %s that an exemption exempts nobody', (_, render) => {
    const { notes } = exemptionOf(iamUser({ tags: { 'keyaudit:exempt-until': 'next year' } }), [], NOW);
    const nextStep = { ...finding().nextStep, text: `${notes.join(' ')} ${finding().nextStep.text}` };
    expect(render(auditReport({ findings: [finding({ nextStep })] }))).toContain(
      'The tag keyaudit:exempt-until “next year” is not a date like 2027-01-31: it exempts nobody.',
    );
  });

  it.each<[string, Partial<Finding>, Failure[], boolean]>([
    ['is said to have none', {}, [], true],
    ['is named', { owner: 'platform-team' }, [], false],
    ['is not known of the root user', { accessKeyId: null, userArn: 'arn:aws:iam::111122223333:root' }, [], false],
    ['is not known from a credential report', { accessKeyId: null }, [], false],
    [
      'is not known where the user could not be read in full',
      {},
      [{ scope: 'user', id: `${production.id}/alice`, reason: 'its tags could not be read' }],
      false,
    ],
  ])('says of an ownerless key that it is one: the owner %s', (_, overrides, failures, expected) => {
    const report = auditReport({ findings: [finding(overrides)], failures });
    expect(renderText(report).includes('No owner.')).toBe(expected);
    expect(renderText(report).includes('1 without an owner: give its user a tag owner.')).toBe(expected);
  });

  it('moves no terminal cursor and turns no reading direction', () => {
    fc.assert(
      fc.property(anyReport(30), (report) => {
        expect(aliveInText(renderText(report))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the headline', () => {
  it.each([
    ['1 access key needs attention', { findings: [finding()] }],
    ['2 access keys need attention', { findings: findings(2) }],
    ['All clear: no access key needs attention', {}],
    [
      'Nothing found in what could be read',
      { failures: [{ scope: 'rule' as const, id: 'key-overdue', reason: 'TypeError' }] },
    ],
    ['No account could be read', { accounts: [failedAccount(staging, 'AccessDenied')] }],
  ])('%s', (words, overrides) => {
    expect(headline(auditReport(overrides))).toBe(words);
    expect(isAllClear(auditReport(overrides))).toBe(words.startsWith('All clear'));
  });
});

describe('the coverage', () => {
  it.each([
    ['There was no account to read.', []],
    ['The account was not read.', [failedAccount(staging, 'no')]],
    ['None of 2 accounts was read.', [failedAccount(staging, 'no'), failedAccount(production, 'no')]],
    [
      'Read production (111122223333): 1 user, 1 access key.',
      [scannedAccount(production, { users: 1, accessKeys: 1 })],
    ],
    ['Read 2 accounts: 148 users, 202 access keys.', [scannedAccount(production), scannedAccount(staging)]],
    ['Read 1 of 2 accounts: 74 users, 101 access keys.', [scannedAccount(production), failedAccount(staging, 'no')]],
  ])('%s', (sentence, accounts) => {
    expect(coverageSentence(auditReport({ accounts }))).toBe(sentence);
  });

  it('gives the age of the oldest report', () => {
    const accounts = [
      scannedAccount(production, { credentialReportGeneratedAt: '2026-11-23T08:30:00.000Z' }),
      scannedAccount(staging, { credentialReportGeneratedAt: '2026-11-23T05:00:00.000Z' }),
    ];
    expect(dataAgeSentence(auditReport({ accounts }))).toBe(
      'Oldest credential report: 2026-11-23 05:00 UTC, 4 hours old.',
    );
    expect(dataAgeSentence(auditReport({ accounts: accounts.slice(0, 1) }))).toBe(
      'Credential report: 2026-11-23 08:30 UTC, less than an hour old.',
    );
  });
});

describe('failures', () => {
  const limits = { names: 2, reason: 60 };

  it('with the same reason are told together, with their count', () => {
    const failures = ['alice', 'bob', 'carol'].map((user) => ({
      scope: 'user' as const,
      id: `${production.id}/${user}`,
      reason: `AccessDenied: not authorized on ${user === 'bob' ? 'bob' : user}`,
    }));
    expect(
      failureLines(auditReport({ failures: failures.map((each) => ({ ...each, reason: 'AccessDenied' })) }), limits),
    ).toEqual(['Not fully checked: 3 users (alice in production, bob in production and 1 more): AccessDenied.']);
  });

  it('of accounts whose reasons differ only in the account are the same', () => {
    const accounts = [production, staging].map((each) =>
      failedAccount(each, `no role arn:aws:iam::${each.id}:role/keyaudit`),
    );
    expect(failureLines(auditReport({ accounts }), limits)).toEqual([
      'Not read: 2 accounts (production (111122223333), staging (444455556666)): no role arn:aws:iam::111122223333:role/keyaudit.',
    ]);
  });

  it('of every scope say what did not happen', () => {
    const failures = (['notifier', 'locator', 'rule', 'account'] as const).map((scope) => ({
      scope,
      id: scope,
      reason: 'broken',
    }));
    expect(
      failureLines(auditReport({ failures: [...failures, accountFailure(production, 'too late')] }), limits),
    ).toEqual([
      'Not read: account: broken.',
      'Read in part: production (111122223333): too late.',
      'Not delivered: notifier: broken.',
      'Rule failed: rule: broken.',
      'Not searched for uses: locator: broken.',
    ]);
  });
});

describe('safe text', () => {
  it.each([
    ['a\r\nb\tc', 'a b c'],
    ['\u001b[2Jx\u0000', '[2Jx'],
    ['a\u202Eb\u200Bc', 'abc'],
    ['\uD800!', '\uFFFD!'],
  ])('%j on one line is %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('is shortened visibly, and never within a character', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef');
    expect(shorten('abcdefg', 6)).toBe('abcde…');
    expect(shorten('abcd😀g', 6)).toBe('abcd…');
  });
});
