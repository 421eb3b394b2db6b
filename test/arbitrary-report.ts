import fc from 'fast-check';
import { type Account, type Failure, severities } from '../lambda/domain/model.ts';
import type { AuditReport, ExemptFinding, Finding, ReportedAccount } from '../lambda/domain/report.ts';
import { rotationStages } from '../lambda/domain/rotation.ts';
import { NOW } from './builders.ts';
import { anyText as text } from './hostile.ts';
import { auditReport } from './report-builders.ts';

/** Reports as nobody should send them: hostile, empty and endless names, and lists of any length. */

const instant = fc
  .date({ min: new Date('2010-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const account: fc.Arbitrary<Account> = fc.record({
  id: fc.stringMatching(/^\d{12}$/),
  name: text,
  production: fc.boolean(),
});

const nextStep: fc.Arbitrary<Finding['nextStep']> = fc.record(
  {
    action: fc.constantFrom('deactivate', 'find-usage', 'wait', 'delete', 'none'),
    accessKeyId: fc.option(text),
    text,
    commands: fc.array(text, { maxLength: 4 }),
    notBefore: instant,
  },
  { requiredKeys: ['action', 'accessKeyId', 'text', 'commands'] },
);

const finding: fc.Arbitrary<Finding> = fc.record(
  {
    account,
    userName: text,
    userArn: fc.oneof(text, fc.constant('arn:aws:iam::111122223333:root')),
    accessKeyId: fc.option(fc.oneof(text, fc.constant('AKIAIOSFODNN7EXAMPLE'))),
    status: fc.constantFrom('Active', 'Inactive', 'Expired'),
    createDate: fc.option(instant),
    ageDays: fc.option(fc.nat(5_000)),
    lastUsed: fc.oneof(
      fc.record({ state: fc.constantFrom('never', 'unknown') }),
      fc.record({ state: fc.constant('used' as const), date: instant, serviceName: text, region: text }),
    ),
    severity: fc.constantFrom(...severities),
    rules: fc.array(fc.record({ id: text, message: text }), { maxLength: 9 }),
    stage: fc.constantFrom(...rotationStages),
    nextStep,
    owner: text,
    description: text,
    locations: fc.array(
      fc.record(
        { source: text, state: fc.constantFrom('seen', 'nothing-seen', 'to-check'), text, usage: text },
        { requiredKeys: ['source', 'state', 'text'] },
      ),
      { maxLength: 5 },
    ),
    exemptionNotes: fc.array(text, { maxLength: 2 }),
    change: fc.constantFrom('new', 'ongoing'),
    firstSeenAt: instant,
    stageSince: fc.oneof(instant, fc.constant(NOW.toISOString())),
    worse: fc.constant(true),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'account',
      'userName',
      'userArn',
      'accessKeyId',
      'status',
      'createDate',
      'ageDays',
      'lastUsed',
      'severity',
      'rules',
      'stage',
      'nextStep',
      'locations',
    ],
  },
) as fc.Arbitrary<Finding>;

const exempt: fc.Arbitrary<ExemptFinding> = fc
  .tuple(finding, fc.record({ until: text, reason: text }))
  .map(([each, exemption]) => ({ ...each, exemption }));

const reportedAccount: fc.Arbitrary<ReportedAccount> = fc
  .record({
    account,
    status: fc.constantFrom('scanned' as const, 'failed' as const),
    reason: fc.option(text, { nil: undefined }),
    users: fc.nat(5_000),
    accessKeys: fc.nat(10_000),
    credentialReportGeneratedAt: fc.option(instant),
  })
  .map(({ account: named, reason, ...rest }) => ({ ...named, ...rest, ...(reason !== undefined && { reason }) }));

const failure: fc.Arbitrary<Failure> = fc.record({
  scope: fc.constantFrom('account', 'user', 'rule', 'locator', 'notifier'),
  id: fc.oneof(text, fc.constant('111122223333/alice')),
  reason: text,
});

/** A list of anything up to `most`, made of a few different elements, so that long ones are quick to make. */
const manyOf = <T>(element: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> =>
  fc
    .tuple(fc.array(element, { minLength: 1, maxLength: 6 }), fc.oneof(fc.nat(15), fc.nat(most)))
    .map(([some, length]) => Array.from({ length }, (_, position) => some[position % some.length] as T));

/** Any report with at most so many findings. */
export const anyReport = (mostFindings: number): fc.Arbitrary<AuditReport> =>
  fc
    .record({
      accounts: manyOf(reportedAccount, 100),
      findings: manyOf(finding, mostFindings),
      exempt: manyOf(exempt, 100),
      resolved: manyOf(
        fc.record({ account, userName: text, accessKeyId: fc.option(text), ruleIds: fc.array(text) }),
        50,
      ),
      failures: manyOf(failure, 200),
      scanId: text,
    })
    .map((lists) => auditReport({ ...lists, startedAt: NOW.toISOString() }));
