import { beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../lambda/audit.ts';
import type { AuditReport, Finding } from '../../lambda/domain/report.ts';
import { daysAgo, findingContext, hoursAgo, NOW, never, used } from '../builders.ts';
import { addRootRow, connect, emptyMoto, HUB, PRODUCTION, STAGING, seedRootKey, seedUser } from './moto.ts';

const settings = {
  accounts: [
    { id: HUB, name: 'integration' },
    { id: STAGING, name: 'staging' },
    { id: PRODUCTION, name: 'production' },
  ],
  productionAccounts: ['production'],
};

const auditMoto = async (users?: string[]): Promise<AuditReport> => {
  const { report } = await audit(
    { scanId: 'scan-1', context: findingContext(), users },
    { ...(await connect(settings)), locators: [], clock: () => NOW, signal: new AbortController().signal },
  );
  return report;
};

/** Key ids are moto's: this is which of a user's keys each belongs to. */
const positions = new Map<string, number>();

const seed = async (...[accountId, user]: Parameters<typeof seedUser>): Promise<void> => {
  for (const [at, id] of (await seedUser(accountId, user)).entries()) positions.set(id, at + 1);
};

const inShort = ({ account, userName, accessKeyId, severity, rules, stage, nextStep }: Finding): string =>
  [
    `${severity} ${account.name}/${userName} key ${positions.get(accessKeyId ?? '') ?? 'without id'}`,
    rules.map(({ id }) => id).join(' + '),
    `${stage} → ${nextStep.action} key ${positions.get(nextStep.accessKeyId ?? '') ?? 'without id'}`,
  ].join(' | ');

const seedThreeAccounts = async (): Promise<void> => {
  await emptyMoto();
  // The hub, by its own credentials.
  await seed(HUB, { userName: 'fresh', createDate: daysAgo(30) });
  await seed(HUB, { userName: 'alice', accessKeys: [{ createDate: daysAgo(100) }] });
  await seed(HUB, { userName: 'soon', accessKeys: [{ createDate: daysAgo(80) }] });
  await seed(HUB, {
    userName: 'exempt',
    accessKeys: [{ createDate: daysAgo(300) }],
    tags: { 'keyaudit:exempt-until': '2027-01-31', 'keyaudit:exempt-reason': 'replaced by roles' },
  });
  // Staging, by AssumeRole. Its alice is not the hub's.
  await seed(STAGING, {
    userName: 'alice',
    tags: { 'owner-slack': 'team-a' },
    accessKeys: [
      { createDate: daysAgo(60), lastUsed: used(daysAgo(1), { serviceName: 'ses', region: 'eu-west-2' }) },
      { createDate: daysAgo(10) },
    ],
  });
  await seed(STAGING, { userName: 'abandoned', accessKeys: [{ createDate: daysAgo(50), lastUsed: never }] });
  await seed(STAGING, {
    userName: 'half-way',
    accessKeys: [{ createDate: daysAgo(95) }, { createDate: daysAgo(3), lastUsed: never }],
  });
  // Production, by AssumeRole.
  await seed(PRODUCTION, {
    userName: 'settled',
    accessKeys: [{ createDate: daysAgo(80), lastUsed: used(daysAgo(20)) }, { createDate: daysAgo(30) }],
  });
  await seed(PRODUCTION, {
    userName: 'kept',
    accessKeys: [{ createDate: daysAgo(200), lastUsed: used(daysAgo(40)), status: 'Inactive' }],
  });
  await seed(PRODUCTION, {
    userName: 'expired',
    accessKeys: [{ createDate: daysAgo(60), lastUsed: never, status: 'Expired' }, { createDate: daysAgo(91) }],
  });
  await seed(PRODUCTION, {
    userName: 'at-the-limit',
    accessKeys: [{ createDate: daysAgo(90), lastUsed: used(hoursAgo(2)) }],
  });
};

const expected = [
  'high production/expired key 2 | key-overdue | overdue → free-a-slot key 1',
  'high integration/alice key 1 | key-overdue | overdue → find-usage key 1',
  'high staging/half-way key 1 | key-overdue | replacement-created → deploy-replacement key 2',
  'high staging/alice key 1 | superseded-key-in-use | lingering → find-remaining-usage key 1',
  'medium production/settled key 1 | superseded-key-idle + key-due-soon | ready-to-deactivate → deactivate key 1',
  'medium staging/abandoned key 1 | key-unused | unused → deactivate key 1',
  'medium staging/half-way key 2 | replacement-not-used | replacement-created → deploy-replacement key 2',
  'low production/kept key 1 | inactive-key-kept | deactivated → delete key 1',
  'low production/at-the-limit key 1 | key-due-soon | due-soon → find-usage key 1',
  'low production/expired key 1 | inactive-key-kept | overdue → free-a-slot key 1',
  'low integration/soon key 1 | key-due-soon | due-soon → find-usage key 1',
];

describe('without a root row in the reports, as moto writes them', () => {
  let report: AuditReport;

  beforeAll(async () => {
    await seedThreeAccounts();
    await seedRootKey(PRODUCTION);
    report = await auditMoto();
  });

  it('three accounts are read user by user, and the report says so', () => {
    const reason = 'read user by user, without a credential report: the credential report has no row for the root user';
    const read = { status: 'scanned', reason, credentialReportGeneratedAt: null };
    expect(report.accounts).toEqual([
      { id: HUB, name: 'integration', production: false, users: 4, accessKeys: 4, ...read },
      { id: STAGING, name: 'staging', production: false, users: 3, accessKeys: 5, ...read },
      { id: PRODUCTION, name: 'production', production: true, users: 4, accessKeys: 7, ...read },
    ]);
    expect(report.failures).toEqual([]);
  });

  it('root keys come from the account summary', () => {
    expect(report.findings[0]).toMatchObject({
      userName: '<root_account>',
      userArn: 'arn:aws:iam::444455556666:root',
      accessKeyId: null,
      severity: 'critical',
      rules: [{ id: 'root-access-key' }],
      stage: 'root-key',
    });
  });

  it('every other finding is the expected one, in rank order', () => {
    expect(report.findings.slice(1).map(inShort)).toEqual(expected);
    expect(report.summary).toEqual({
      accountsScanned: 3,
      accountsFailed: 0,
      users: 11,
      accessKeys: 16,
      findings: 12,
      bySeverity: { critical: 1, high: 4, medium: 3, low: 4 },
    });
  });

  it('a user that its tags exempt is listed apart', () => {
    expect(report.exempt.map(({ userName, exemption }) => ({ userName, exemption }))).toEqual([
      { userName: 'exempt', exemption: { until: '2027-01-31', reason: 'replaced by roles' } },
    ]);
  });

  it('users that were asked for are found in every account that has them', async () => {
    const { findings, summary, failures } = await auditMoto(['alice', 'alicia']);
    expect(findings.map(inShort)).toEqual([expected[1], expected[3]]);
    expect(summary).toMatchObject({ users: 2, accessKeys: 3 });
    expect(failures).toEqual([
      { scope: 'user', id: 'alicia', reason: 'no account that was read has a user of this name' },
    ]);
  });
});

describe('with a root row, which we add to what moto writes', () => {
  let report: AuditReport;

  beforeAll(async () => {
    await seedThreeAccounts();
    for (const { id } of settings.accounts) await addRootRow(id);
    report = await auditMoto();
  });

  it('three accounts are read by their credential reports', () => {
    const read = { status: 'scanned', credentialReportGeneratedAt: '2015-02-02T20:02:02.000Z' };
    expect(report.accounts).toEqual([
      { id: HUB, name: 'integration', production: false, users: 4, accessKeys: 4, ...read },
      { id: STAGING, name: 'staging', production: false, users: 3, accessKeys: 5, ...read },
      { id: PRODUCTION, name: 'production', production: true, users: 4, accessKeys: 6, ...read },
    ]);
    expect(report.failures).toEqual([]);
  });

  it('the findings are those of reading user by user', () => {
    expect(report.findings.map(inShort)).toEqual(expected);
  });

  it('a finding rests on live values: key id, service, region and tags are not in the report', () => {
    const { nextStep, ...finding } = report.findings.find(
      ({ account, userName }) => account.id === STAGING && userName === 'alice',
    )!;
    expect(finding).toEqual({
      account: { id: STAGING, name: 'staging', production: false },
      userName: 'alice',
      userArn: 'arn:aws:iam::111122223333:user/alice',
      accessKeyId: expect.stringMatching(/^AKIA/),
      status: 'Active',
      createDate: daysAgo(60).toISOString(),
      ageDays: 60,
      lastUsed: { state: 'used', date: daysAgo(1).toISOString(), serviceName: 'ses', region: 'eu-west-2' },
      severity: 'high',
      rules: [{ id: 'superseded-key-in-use', message: expect.stringContaining('2026-11-22') }],
      stage: 'lingering',
      owner: '#team-a',
      locations: [],
    });
    expect(nextStep).toMatchObject({ action: 'find-remaining-usage', accessKeyId: finding.accessKeyId });
  });
});
