import { describe, expect, it } from '@jest/globals';
import { nextMemory, type Sighting, withChanges } from '../lambda/domain/changes.ts';
import type { AccountMemory, RememberedFinding } from '../lambda/domain/memory.ts';
import { type Failure, type Policy, ROOT_USER_NAME } from '../lambda/domain/model.ts';
import type { AuditReport, Finding } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { accessKey, daysAgo, FIRST_KEY, hoursAgo, iamUser, NOW, policy, SECOND_KEY } from './builders.ts';
import { accountMemory, keyMemory, rememberedFinding, userMemory } from './memory-builders.ts';
import { auditReport, exemptFinding, finding, production, scannedAccount, staging } from './report-builders.ts';

const sighting = (overrides: Partial<Sighting> = {}): Sighting => ({
  accountId: production.id,
  isWhole: true,
  known: [],
  read: [],
  ...overrides,
});

const changesOf = (
  report: AuditReport,
  memory: AccountMemory | undefined = accountMemory(),
  seen: Sighting = sighting(),
): AuditReport => withChanges(report, [seen], new Map(memory && [[memory.accountId, memory]]));

const now = NOW.toISOString();
const next = (overrides: Partial<Finding['nextStep']>): Finding['nextStep'] => ({
  ...finding().nextStep,
  ...overrides,
});

describe('a finding', () => {
  const only = (found: Finding, memory?: AccountMemory): Finding | undefined =>
    changesOf(auditReport({ findings: [found] }), memory).findings[0];

  it('that was found before is ongoing, first seen then, and as it is since then', () => {
    const { firstSeenAt, stageSince } = rememberedFinding();
    expect(only(finding())).toEqual({ ...finding(), change: 'ongoing', firstSeenAt, stageSince });
  });

  it.each<[string, Partial<Finding>, Partial<RememberedFinding>]>([
    ['of another key', { accessKeyId: SECOND_KEY }, {}],
    ['of another user', { userName: 'bob' }, {}],
    ['of a key where root’s was found', {}, { userName: ROOT_USER_NAME, accessKeyId: null }],
  ])('%s is new, and first seen now', (_what, found, before) => {
    const memory = accountMemory({ findings: [rememberedFinding(before)] });
    expect(only(finding(found), memory)).toEqual({
      ...finding(found),
      change: 'new',
      firstSeenAt: now,
      stageSince: now,
    });
  });

  it('without a memory of its account is neither new nor ongoing', () => {
    const report = auditReport({ findings: [finding()], exempt: [exemptFinding()] });
    expect(changesOf(report, accountMemory({ accountId: staging.id }))).toEqual({
      ...report,
      findings: [{ ...finding(), firstSeenAt: now }],
      exempt: [{ ...exemptFinding(), firstSeenAt: now }],
    });
  });

  it.each<[string, Partial<Finding>, Partial<RememberedFinding>, true | undefined]>([
    ['more severe', { severity: 'high' }, { severity: 'medium' }, true],
    ['less severe', { severity: 'medium' }, { severity: 'high' }, undefined],
    ['as severe', {}, {}, undefined],
    ['exempt no more', {}, { exempt: true }, true],
    ['of an old key that is used again', { stage: 'lingering' }, { stage: 'ready-to-deactivate' }, true],
    ['of an old key that is still used', { stage: 'lingering' }, { stage: 'cutting-over' }, true],
    ['of an old key that lingers as before', { stage: 'lingering' }, { stage: 'lingering' }, undefined],
    ['of an old key that is quiet now', { stage: 'ready-to-deactivate' }, { stage: 'lingering' }, undefined],
  ])('%s: worse %#', (_what, found, before, worse) => {
    const marked = only(finding(found), accountMemory({ findings: [rememberedFinding(before)] }));
    expect([marked?.change, marked?.worse]).toEqual(['ongoing', worse]);
  });

  it.each([
    ['becomes exempt', {}],
    ['is exempt as before', { exempt: true }],
  ] as const)('that %s is ongoing among the exempt, and neither worse nor resolved', (_what, before) => {
    const exempt = exemptFinding({ userName: 'alice', accessKeyId: FIRST_KEY });
    const memory = accountMemory({ findings: [rememberedFinding(before)] });
    const { findings, exempt: marked, resolved } = changesOf(auditReport({ exempt: [exempt] }), memory);
    const { firstSeenAt, stageSince } = rememberedFinding();
    expect({ findings, marked, resolved }).toEqual({
      findings: [],
      marked: [{ ...exempt, change: 'ongoing', firstSeenAt, stageSince }],
      resolved: [],
    });
  });

  const { stageSince } = rememberedFinding();
  const notBefore = (ms: number) => next({ notBefore: new Date(NOW.getTime() + ms).toISOString() });
  it.each<[string, Partial<Finding>, Partial<RememberedFinding>, string]>([
    ['whose stage changed', { stage: 'due-soon' }, {}, now],
    ['whose step changed', { nextStep: next({ action: 'free-a-slot' }) }, {}, now],
    ['that still waits, for a millisecond', { nextStep: notBefore(1) }, { waiting: true }, stageSince],
    ['that waits until this very instant', { nextStep: notBefore(0) }, { waiting: true }, now],
    ['that waited and needs not any more', {}, { waiting: true }, now],
    ['that has to wait from now on', { nextStep: notBefore(DAY) }, {}, now],
    ['whose wait was over before', { nextStep: notBefore(-DAY) }, {}, stageSince],
  ])('%s is as it is since: %#', (_what, found, before, expected) => {
    expect(only(finding(found), accountMemory({ findings: [rememberedFinding(before)] }))?.stageSince).toBe(expected);
  });
});

describe('what was found before and is not any more', () => {
  const resolvedIn = (report: AuditReport, seen?: Sighting, memory?: AccountMemory) =>
    changesOf(report, memory, seen).resolved.map(({ userName }) => userName);
  const failure = (overrides: Partial<Failure>): Failure => ({
    scope: 'user',
    id: `${production.id}/alice`,
    reason: 'AccessDenied',
    ...overrides,
  });

  it('is resolved, whether the key is in order or gone', () => {
    const { id, name } = production;
    expect(changesOf(auditReport()).resolved).toEqual([
      { account: { id, name, production: true }, userName: 'alice', accessKeyId: FIRST_KEY, ruleIds: ['key-overdue'] },
    ]);
  });

  it.each<[string, Failure]>([
    ['another user', failure({ id: `${production.id}/alice2` })],
    ['the same name elsewhere', failure({ id: `${staging.id}/alice` })],
    ['another account', failure({ scope: 'account', id: staging.id })],
    ['a search for its uses', failure({ scope: 'locator', id: 'cloudtrail' })],
  ])('is resolved though %s failed', (_what, failed) => {
    expect(resolvedIn(auditReport({ failures: [failed] }))).toEqual(['alice']);
  });

  it.each<[string, Failure]>([
    ['its user', failure({})],
    ['its account', failure({ scope: 'account', id: production.id })],
    ['a rule, of whomever', failure({ scope: 'rule', id: 'key-overdue' })],
  ])('is not resolved where %s failed', (_what, failed) => {
    expect(resolvedIn(auditReport({ failures: [failed] }))).toEqual([]);
  });

  it.each<[string, Sighting]>([
    ['the account was not read to its end, or for some users only', sighting({ isWhole: false })],
    ['another account was read', sighting({ accountId: staging.id })],
  ])('is not resolved where %s', (_what, seen) => {
    expect(
      resolvedIn(auditReport({ accounts: [production, staging].map((each) => scannedAccount(each)) }), seen),
    ).toEqual([]);
  });

  it.each(Object.keys(policy) as (keyof Policy)[])('is not resolved where the limit %s is another', (limit) => {
    const memory = accountMemory({ policy: { ...policy, [limit]: policy[limit] + 1 } });
    expect(resolvedIn(auditReport(), sighting(), memory)).toEqual([]);
  });

  it('is not resolved where it is still found, or exempt', () => {
    expect(resolvedIn(auditReport({ findings: [finding()] }))).toEqual([]);
    expect(resolvedIn(auditReport({ exempt: [exemptFinding({ userName: 'alice', accessKeyId: FIRST_KEY })] }))).toEqual(
      [],
    );
  });

  it('of a key is resolved though the user’s other key is found', () => {
    expect(resolvedIn(auditReport({ findings: [finding({ accessKeyId: SECOND_KEY })] }))).toEqual(['alice']);
  });
});

describe('what is remembered', () => {
  const remembered = (
    overrides: Partial<AuditReport> = {},
    before: AccountMemory | undefined = accountMemory(),
    seen: Sighting = sighting(),
  ): AccountMemory | undefined => nextMemory(auditReport(overrides), seen, before);
  const findingsOf = (memory: AccountMemory | undefined) => memory?.findings;
  const failed: Failure = { scope: 'user', id: `${production.id}/alice`, reason: 'AccessDenied' };
  const looser: Policy = { ...policy, rotateAfterDays: 180 };

  it('is all that was found, and since when', () => {
    const waiting = finding({ userName: 'bob', nextStep: next({ notBefore: '2026-11-24T09:00:00.000Z' }) });
    const elsewhere = finding({ account: staging, userName: 'carol' });
    const report = { findings: [finding(), waiting, elsewhere], exempt: [exemptFinding()] };
    const { firstSeenAt, stageSince } = rememberedFinding();
    const fresh = { firstSeenAt: now, stageSince: now };
    expect(remembered(report)).toEqual({
      schemaVersion: 1,
      accountId: production.id,
      scanId: auditReport().scanId,
      scannedAt: now,
      policy,
      users: [],
      findings: [
        rememberedFinding({ firstSeenAt, stageSince }),
        rememberedFinding({ userName: 'bob', waiting: true, ...fresh }),
        rememberedFinding({ userName: 'legacy-mailer', accessKeyId: SECOND_KEY, exempt: true, ...fresh }),
      ],
    });
  });

  it('for the first time, is since when a stage is as it is from then on', () => {
    const first = nextMemory(auditReport({ findings: [finding()] }), sighting(), undefined);
    expect(first?.findings).toEqual([rememberedFinding({ firstSeenAt: now, stageSince: now })]);
  });

  it('stays as it was where the account was not read to its end', () => {
    expect(remembered({}, accountMemory(), sighting({ isWhole: false }))).toBeUndefined();
  });

  it('is no more what is resolved', () => {
    expect(findingsOf(remembered())).toEqual([]);
  });

  it('is still what is neither found nor resolved, over several scans, until there is evidence', () => {
    const failures = [failed];
    const third = [1, 2, 3].reduce<AccountMemory | undefined>(
      (memory) => remembered({ failures }, memory),
      accountMemory(),
    );
    expect(findingsOf(third)).toEqual([rememberedFinding()]);
    expect(changesOf(auditReport({ findings: [finding()] }), third).findings[0]).toMatchObject({
      change: 'ongoing',
      firstSeenAt: rememberedFinding().firstSeenAt,
    });
    expect(changesOf(auditReport(), third).resolved).toHaveLength(1);
  });

  it('is never resolved by the mere passing of another policy, which may not find it', () => {
    const other = { policy: looser };
    const second = remembered(other);
    const third = remembered(other, second);
    expect(findingsOf(third)).toEqual([rememberedFinding({ policy })]);
    expect(changesOf(auditReport(other), second).resolved).toEqual([]);
    expect(changesOf(auditReport(other), third).resolved).toEqual([]);
    // By the policy that found it, it is found again, or resolved.
    expect(changesOf(auditReport({ findings: [finding()] }), third).findings[0]?.change).toBe('ongoing');
    expect(changesOf(auditReport(), third).resolved).toHaveLength(1);
    expect(findingsOf(remembered({ ...other, findings: [finding()] }, third))).toEqual([rememberedFinding()]);
    expect(findingsOf(remembered({ failures: [failed] }, third))).toEqual([rememberedFinding()]);
  });

  describe('of users', () => {
    const bob = userMemory({ userName: 'bob', row: 'the row' });
    const before = accountMemory({ users: [userMemory({ seenAt: daysAgo(3).toISOString() }), bob] });
    const usersOf = (known: Sighting['known'], failures: Failure[] = [], read: Sighting['read'] = []) =>
      remembered({ failures }, before, sighting({ known, read }))?.users;
    const listed = accessKey({ lastUsed: { state: 'unknown' } });

    it('is what was seen of them: those judged as they were judged, those carried as they were remembered', () => {
      const known = [
        { userName: 'alice', row: 'alice’s row', accessKeys: [listed] },
        { userName: 'bob', accessKeys: [], carried: bob },
        { userName: 'carol', accessKeys: [listed] },
      ];
      const lastUsed = {
        state: 'used',
        date: hoursAgo(1).toISOString(),
        serviceName: 's3',
        region: 'eu-west-1',
      } as const;
      expect(usersOf(known, [], [iamUser()])).toEqual([
        { userName: 'alice', seenAt: now, row: 'alice’s row', keys: [keyMemory({ lastUsed })] },
        bob,
        { userName: 'carol', seenAt: now, keys: [keyMemory()] },
      ]);
    });

    it('is what it was of those who could not be read, and nothing of those who are gone', () => {
      expect(usersOf([], [failed])).toEqual([before.users[0]]);
      expect(usersOf([], [{ ...failed, scope: 'account', id: production.id }])).toEqual(before.users);
      expect(usersOf([])).toEqual([]);
    });
  });
});
