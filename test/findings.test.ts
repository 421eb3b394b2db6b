import { describe, expect, it } from '@jest/globals';
import { byRank, type FindingContext, findingsOf } from '../lambda/domain/findings.ts';
import type { IamUser, Severity, Violation } from '../lambda/domain/model.ts';
import type { Finding } from '../lambda/domain/report.ts';
import {
  accessKey,
  daysAgo,
  exemptionSetting,
  FIRST_KEY,
  findingContext,
  iamUser,
  rootUser,
  SECOND_KEY,
} from './builders.ts';
import { finding, production, staging } from './report-builders.ts';

/** The findings of a user whose first key is seen by a rule of each severity. */
const found = (
  overrides: Partial<IamUser>,
  context: Partial<FindingContext> = {},
  severities: readonly Severity[] = ['high'],
): Finding[] => {
  const user = iamUser({ accessKeys: [accessKey({ createDate: daysAgo(100) })], ...overrides });
  const [key] = user.accessKeys;
  const violations = severities.map(
    (severity): Violation => ({ ruleId: `a-${severity}-rule`, severity, key: key!, message: 'seen' }),
  );
  return findingsOf(user, violations, findingContext(context)).findings;
};

const seenIn = (...texts: string[]): Finding['locations'] =>
  texts.map((text) => ({ source: 'repositories', state: 'seen', text }));

describe('the order of findings', () => {
  /** Each line puts its first finding first, as long as all that counts for more is equal. */
  const lines: [string, Partial<Finding>, Partial<Finding>][] = [
    ['the more severe', { severity: 'high', account: staging, ageDays: 1 }, { severity: 'medium', ageDays: 900 }],
    ['production', { account: production, ageDays: 1 }, { account: staging, ageDays: 900 }],
    ['the older', { ageDays: 91, userName: 'zoe' }, { ageDays: 90, userName: 'alice' }],
    ['a known age, even a young one', { ageDays: 0, userName: 'zoe' }, { ageDays: null, userName: 'alice' }],
    [
      'the older, even if it takes more effort',
      { ageDays: 91, locations: [], userName: 'zoe' },
      { ageDays: 90, locations: seenIn('one'), userName: 'alice' },
    ],
    [
      'a key used in one known place, before one used nowhere known',
      { locations: seenIn('one'), userName: 'zoe' },
      { locations: [], userName: 'alice' },
    ],
    [
      'a key used nowhere known, before one used in two places',
      { locations: [], userName: 'zoe' },
      { locations: seenIn('one', 'two'), userName: 'alice' },
    ],
    [
      'a key used in one known place, wherever else nothing was seen or nobody looked',
      {
        locations: [
          ...seenIn('one'),
          { source: 'cloudtrail', state: 'nothing-seen', text: 'no events' },
          { source: 'third-parties', state: 'to-check', text: 'Fastly' },
        ],
        userName: 'zoe',
      },
      { locations: [{ source: 'third-parties', state: 'to-check', text: 'Fastly' }], userName: 'alice' },
    ],
    [
      'the account of the lower id',
      { account: production, userName: 'zoe' },
      { account: { ...production, id: '999999999999' }, userName: 'alice' },
    ],
    [
      'the user whose name comes first',
      { userName: 'alice', accessKeyId: FIRST_KEY },
      { userName: 'bob', accessKeyId: SECOND_KEY },
    ],
    ['the key whose id comes first', { accessKeyId: SECOND_KEY }, { accessKeyId: FIRST_KEY }],
  ];

  it.each(lines)('puts %s first, whatever comes below it', (_what, first, second) => {
    const [a, b] = [finding(first), finding(second)];
    expect([b, a].sort(byRank)).toEqual([a, b]);
    expect([a, b].sort(byRank)).toEqual([a, b]);
  });
});

describe('what a finding says of its user', () => {
  it.each([
    [{ 'owner-slack': 'publishing-team', owner: 'Jane' }, '#publishing-team'],
    [{ 'owner-slack': 'U024BE7LH', owner: 'Jane' }, 'U024BE7LH'],
    [{ 'owner-slack': 'Publishing team' }, 'Publishing team'],
    [{ 'owner-slack': 'a'.repeat(80) }, `#${'a'.repeat(80)}`],
    [{ 'owner-slack': 'a'.repeat(81) }, 'a'.repeat(81)],
    [{ owner: 'Jane' }, 'Jane'],
    [{ owner: 'publishing' }, 'publishing'],
    [{ 'owner-slack': '', owner: 'Jane' }, 'Jane'],
    [{ team: 'publishing' }, undefined],
  ])('with the tags %j: the owner is %s', (tags, owner) => {
    expect(found({ tags })[0]?.owner).toBe(owner);
  });

  it('takes the owner from the tag that the settings name', () => {
    const tags = { team: 'publishing', 'owner-slack': 'x', owner: 'Jane' };
    expect(found({ tags }, { ownerTag: 'team' })[0]?.owner).toBe('#publishing');
    expect(found({ tags: { owner: 'jane' } }, { ownerTag: 'owner' })[0]?.owner).toBe('jane');
  });

  it('is the description that the console keeps under the key’s own id', () => {
    const tags = { [SECOND_KEY]: 'Fastly', [FIRST_KEY]: 'hieradata: support', description: 'a user' };
    expect(found({ tags })[0]?.description).toBe('hieradata: support');
    expect(found({ tags: { [SECOND_KEY]: 'Fastly' } })[0]).not.toHaveProperty('description');
  });

  it('is no description for root, whose key has no id', () => {
    const root = rootUser({ accessKeys: [accessKey({ accessKeyId: null })], tags: { null: 'x' } });
    expect(found(root)[0]).not.toHaveProperty('description');
  });
});

describe('what several rules saw on one key', () => {
  it.each<[Severity[], Severity]>([
    [['low', 'high', 'medium'], 'high'],
    [['medium', 'low'], 'medium'],
    [['low'], 'low'],
    [['critical', 'low'], 'critical'],
  ])('%j is one finding, %s, in the order of the rules', (severities, expected) => {
    expect(found({}, {}, severities)).toMatchObject([
      { severity: expected, rules: severities.map((severity) => ({ id: `a-${severity}-rule`, message: 'seen' })) },
    ]);
  });
});

describe('an exemption that has ended', () => {
  it('exempts nobody, and the next step says so before anything else', () => {
    const exemptions = [exemptionSetting({ user: 'alice', until: '2026-11-22' })];
    expect(found({}, { exemptions })[0]?.nextStep.text).toMatch(
      /^The exemption until 2026-11-22 \(replaced by roles in January\) has ended\. Find everywhere/,
    );
    expect(found({}, { exemptions })[0]?.exemptionNotes).toEqual([
      'The exemption until 2026-11-22 (replaced by roles in January) has ended.',
    ]);
    expect(found({})[0]).not.toHaveProperty('exemptionNotes');
  });

  it('is not spoken of where another one is in force', () => {
    const exemptions = ['2026-11-22', '2026-11-23'].map((until) => exemptionSetting({ user: 'alice', until }));
    const user = iamUser();
    const violation: Violation = { ruleId: 'a-rule', severity: 'high', key: user.accessKeys[0]!, message: 'seen' };
    const { findings, exempt } = findingsOf(user, [violation], findingContext({ exemptions }));
    expect(findings).toEqual([]);
    expect(exempt).toMatchObject([{ exemption: { until: '2026-11-23' } }]);
    expect(exempt[0]?.nextStep.text).not.toContain('has ended');
  });
});
