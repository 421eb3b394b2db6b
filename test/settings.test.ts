import { describe, expect, it } from '@jest/globals';
import { overrideSettings, parseEvent, parseSettings } from '../lambda/settings.ts';

const problemsOf = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    return String((error as Error).message)
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
};

describe('settings', () => {
  it('have a default for everything', () => {
    expect(parseSettings({})).toEqual({
      accounts: 'self',
      productionAccounts: [],
      auditRoleName: 'keyaudit',
      policy: {
        rotateAfterDays: 90,
        warnAfterDays: 75,
        lingerGraceHours: 24,
        settleDays: 7,
        unusedAfterDays: 45,
        neverUsedAfterDays: 14,
        deleteInactiveAfterDays: 30,
      },
      slack: {
        channel: '#govuk-developers',
        ownerTag: 'owner-slack',
        allClear: true,
        repeat: 'daily',
        showUsage: false,
      },
      sns: { emails: [] },
      schedule: { expression: 'cron(0 9 ? * MON-FRI *)', timezone: 'Europe/London' },
      operatorRoleArns: [],
      exemptions: [],
      thirdPartyServices: [],
      eyaml: { command: ['eyaml', 'decrypt', '--stdin'] },
    });
  });

  it('keep the other defaults where a part is given', () => {
    const { policy, slack } = parseSettings({ policy: { settleDays: 14 }, slack: { channel: 'C0123456789' } });
    expect(policy).toMatchObject({ settleDays: 14, rotateAfterDays: 90 });
    expect(slack).toMatchObject({ channel: 'C0123456789', allClear: true });
  });

  it.each(['daily', 'weekly', 'changes'])('repeat ongoing findings %s', (repeat) => {
    expect(parseSettings({ slack: { repeat } }).slack.repeat).toBe(repeat);
  });

  it('that are wrong are refused with every problem at once, by path', () => {
    const wrong = {
      acounts: 'self',
      accounts: [{ id: '1234', nmae: 'x' }],
      policy: { rotateAfterDays: '90', warnAfterDays: 75 },
      slack: { channel: 'developers' },
      exemptions: [{ account: '*', user: 'a', until: '2027-02-30', reason: ' ' }],
      runbookUrl: 'our wiki',
    };
    expect(
      problemsOf(() => parseSettings(wrong))
        .map((line) => line.split(':')[0])
        .sort((a = '', b = '') => a.localeCompare(b)),
    ).toEqual([
      'accounts[0].id',
      'accounts[0].nmae',
      'acounts',
      'exemptions[0].reason',
      'exemptions[0].until',
      'policy.rotateAfterDays',
      'runbookUrl',
      'slack.channel',
    ]);
  });

  it.each([
    [75, 75],
    [75, 80],
  ])('that would never warn (rotate after %i, warn after %i) are refused', (rotateAfterDays, warnAfterDays) => {
    expect(problemsOf(() => parseSettings({ policy: { rotateAfterDays, warnAfterDays } }))).toEqual([
      `policy.warnAfterDays: ${warnAfterDays} is not below rotateAfterDays (${rotateAfterDays}): set both`,
    ]);
  });

  it.each([
    ['rotateAfterDays', 36_500],
    ['settleDays', 36_500],
    ['lingerGraceHours', 876_000],
  ])('take limits from nothing to a century: %s', (name, century) => {
    const limit = (value: number) => problemsOf(() => parseSettings({ policy: { warnAfterDays: 0, [name]: value } }));
    expect(limit(century)).toEqual([]);
    expect(limit(century + 1)).toEqual([expect.stringMatching(new RegExp(`^policy\\.${name}: .*${century}`))]);
    expect(limit(-1)).toContain(`policy.${name}: is -1, below 0`);
  });

  it.each<[unknown, string]>([
    [{ policy: { settleDays: '7' } }, 'policy.settleDays: is "7", not a number'],
    [{ policy: [] }, 'policy: is [], not an object'],
    [{ productionAccounts: 'live' }, 'productionAccounts: is "live", not an array'],
    [{ slack: { allClear: null } }, 'slack.allClear: is null, not a boolean'],
    [{ exemptions: [{ account: '*', user: 'a', until: '2027-01-31' }] }, 'exemptions[0].reason: is missing'],
    [{ slack: { onCall: '' } }, 'slack.onCall: is empty'],
    [{ slack: { repeat: 'monthly' } }, 'slack.repeat: is none of "daily", "weekly", "changes"'],
    [{ slack: { repeat: true } }, 'slack.repeat: is none of "daily", "weekly", "changes"'],
    [7, '(top level): is 7, not an object'],
  ])('that are %j are refused in words', (input, problem) => {
    expect(problemsOf(() => parseSettings(input))).toEqual([problem]);
  });

  it.each([
    ['self'],
    [[{ id: '111122223333' }, { id: '444455556666', name: 'production' }]],
    [{ organization: {} }],
    [{ organization: { include: ['ou-a1b2-11111111', 'r-a1b2'], exclude: ['111122223333', 'ou-a1b2-22222222'] } }],
  ])('name accounts as %j', (accounts) => {
    expect(problemsOf(() => parseSettings({ accounts }))).toEqual([]);
  });

  it.each([
    ['all'],
    [[]],
    [[{ id: 111122223333 }]],
    [{ organization: { include: ['111122223333'] } }],
    [{ organization: { exclude: ['staging'] } }],
  ])('do not name accounts as %j', (accounts) => {
    expect(problemsOf(() => parseSettings({ accounts }))).toHaveLength(1);
  });
});

describe('an event', () => {
  it.each([[{}], [null], [undefined]])('%j asks for everything', (event) => {
    expect(parseEvent(event)).toEqual({ notify: true });
  });

  it('of EventBridge asks for everything', () => {
    const scheduled = {
      version: '0',
      id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: '111122223333',
      time: '2026-11-23T09:00:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: '{}',
    };
    expect(parseEvent(scheduled)).toEqual({ notify: true, scheduledTime: '2026-11-23T09:00:00Z' });
    expect(parseEvent({ ...scheduled, source: 'aws.events', detail: {} })).toEqual({
      notify: true,
      scheduledTime: '2026-11-23T09:00:00Z',
    });
  });

  it('with an unknown or wrong field is refused by name', () => {
    const wrong = { acounts: ['111122223333'], users: 'alice', notify: 'no' };
    expect(problemsOf(() => parseEvent(wrong)).map((line) => line.split(':')[0])).toEqual([
      'users',
      'notify',
      'acounts',
    ]);
    expect(problemsOf(() => parseEvent('scan'))).toHaveLength(1);
  });
});

describe('the choices of an event or the command line', () => {
  const base = parseSettings({ accounts: [{ id: '111122223333', name: 'integration' }], policy: { settleDays: 14 } });

  it('take accounts by the name in the settings, or by any id', () => {
    expect(overrideSettings(base, { accounts: ['integration', '444455556666'] }).accounts).toEqual([
      { id: '111122223333', name: 'integration' },
      { id: '444455556666' },
    ]);
  });

  it('refuse a name that the settings do not know', () => {
    expect(problemsOf(() => overrideSettings(base, { accounts: ['integration', 'prodution'] }))).toEqual([
      'accounts[1]: "prodution" is neither an account id nor a name that the settings list',
    ]);
  });

  it('change the named limits and keep the others', () => {
    expect(overrideSettings(base, { policy: { rotateAfterDays: 365 } }).policy).toMatchObject({
      rotateAfterDays: 365,
      settleDays: 14,
    });
  });

  it('refuse a policy that is wrong once it is put together', () => {
    expect(problemsOf(() => overrideSettings(base, { policy: { rotateAfterDays: 30, setleDays: 1 } }))).toEqual([
      'policy.setleDays: is unknown',
      'policy.warnAfterDays: 75 is not below rotateAfterDays (30): set both',
    ]);
  });
});
