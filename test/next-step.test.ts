import { describe, expect, it } from '@jest/globals';
import type { AccessKey, IamUser } from '../lambda/domain/model.ts';
import { type NextStep, nextStepOf } from '../lambda/domain/next-step.ts';
import {
  accessKey,
  account,
  clock,
  daysAgo,
  FIRST_KEY,
  hoursAgo,
  iamUser,
  never,
  rootUser,
  SECOND_KEY,
  unknown,
  used,
} from './builders.ts';

const first = (overrides: Partial<AccessKey> = {}): AccessKey => accessKey(overrides);
const second = (overrides: Partial<AccessKey> = {}): AccessKey => accessKey({ accessKeyId: SECOND_KEY, ...overrides });

/** Long enough to be deleted. */
const inactive: Partial<AccessKey> = { status: 'Inactive', lastUsed: used(daysAgo(20)) };

const stepOf = (user: Partial<IamUser>, team = {}): NextStep => nextStepOf(iamUser(user), clock, team).nextStep;

const CONSOLE = 'Console: https://console.aws.amazon.com/iam/home#/users/details/alice?section=security_credentials';
const production = account({ name: 'live', production: true });

describe('the next step', () => {
  it('for an old key that fell quiet: what, since when, the doubt that is left, the commands, and the way back', () => {
    const accessKeys = [
      first({ createDate: daysAgo(60), lastUsed: used(daysAgo(8)) }),
      second({ createDate: daysAgo(20) }),
    ];
    expect(stepOf({ accessKeys })).toEqual({
      action: 'deactivate',
      accessKeyId: FIRST_KEY,
      text:
        `${FIRST_KEY} has been quiet since 2026-11-15 09:00 UTC (8 days), and its replacement ${SECOND_KEY} exists since ` +
        '2026-11-03 09:00 UTC (last used on 2026-11-23 08:00 UTC by s3 in eu-west-1). Quiet is not proof: ask about weekly and monthly jobs, then make it inactive. ' +
        `That can be undone: --status Active. ${CONSOLE}`,
      commands: [
        `aws iam get-access-key-last-used --access-key-id ${FIRST_KEY}`,
        'aws sts get-caller-identity --query Account --output text | grep -x 111122223333 && ' +
          `aws iam update-access-key --user-name alice --access-key-id ${FIRST_KEY} --status Inactive`,
      ],
    });
  });

  it('for an old key that is still used: looks its uses up where it was last used', () => {
    const accessKeys = [
      first({ createDate: daysAgo(60), lastUsed: used(hoursAgo(2), { serviceName: 'sqs', region: 'eu-west-2' }) }),
      second({ createDate: daysAgo(20) }),
    ];
    expect(stepOf({ accessKeys })).toMatchObject({
      action: 'find-remaining-usage',
      text: expect.stringContaining('is still in use (last used on 2026-11-23 07:00 UTC by sqs in eu-west-2)'),
      commands: [
        'aws sts get-caller-identity --query Account --output text | grep -x 111122223333 && ' +
          'for region in eu-west-2 us-east-1; do aws cloudtrail lookup-events --lookup-attributes ' +
          `AttributeKey=AccessKeyId,AttributeValue=${FIRST_KEY} --region="$region"; done`,
      ],
    });
  });

  it('for two active keys never offers to create a third', () => {
    const { commands } = stepOf({ accessKeys: [first(), second()] });
    expect(commands.join()).not.toContain('create-access-key');
    for (const key of [FIRST_KEY, SECOND_KEY]) expect(commands.join()).toContain(`AttributeValue=${key}`);
  });

  it('while an old key settles: says from when it may go', () => {
    const accessKeys = [
      first({ createDate: daysAgo(60), lastUsed: used(daysAgo(5)) }),
      second({ createDate: daysAgo(5) }),
    ];
    expect(stepOf({ accessKeys })).toMatchObject({ action: 'wait', notBefore: new Date('2026-11-25T09:00:00Z') });
  });

  it('for two overdue keys: merge first, as there is no third slot', () => {
    const accessKeys = [first({ createDate: daysAgo(300) }), second({ createDate: daysAgo(100) })];
    expect(stepOf({ accessKeys }).text).toContain(
      `The newer key is overdue too: move every use onto ${SECOND_KEY}, make the older one inactive and delete it, then rotate ${SECOND_KEY}.`,
    );
  });

  it.each<[string, string, Partial<AccessKey>, Partial<AccessKey>]>([
    ['keys that nobody uses', 'confirm-unused', { lastUsed: used(daysAgo(80)) }, { lastUsed: used(daysAgo(60)) }],
    [
      'what is to be confirmed live',
      'confirm-live',
      { accessKeyId: null, lastUsed: used(daysAgo(90)) },
      { accessKeyId: null },
    ],
    ['what could not be read', 'look-again', { lastUsed: unknown }, {}],
  ])('for %s (%s): nothing about merging, though both keys are overdue', (_what, action, old, replacement) => {
    const accessKeys = [
      first({ createDate: daysAgo(300), ...old }),
      second({ createDate: daysAgo(100), ...replacement }),
    ];
    const step = stepOf({ accessKeys });
    expect(step.action).toBe(action);
    expect(step.text).not.toContain('overdue too');
  });

  it('for an overdue key whose user has no free slot: names the key in the way and what deletes it', () => {
    const accessKeys = [first({ createDate: daysAgo(100) }), second({ ...inactive, deactivatedAt: daysAgo(9) })];
    const step = stepOf({ accessKeys });
    expect(step).toMatchObject({ action: 'free-a-slot', accessKeyId: SECOND_KEY });
    expect(step.text).toContain(
      `the other, ${SECOND_KEY}, is in the way: it is inactive since 2026-11-14 09:00 UTC, last used on`,
    );
    expect(step.commands.at(-1)).toContain(`aws iam delete-access-key --user-name alice --access-key-id ${SECOND_KEY}`);
  });

  it('for an inactive key of which nobody knows since when: says so before it says delete', () => {
    const accessKeys = [first({ status: 'Inactive', createDate: daysAgo(300), lastUsed: never })];
    expect(stepOf({ accessKeys }).text).toContain(
      'is inactive (it is not known since when). Make sure that it has been so for 7 days',
    );
  });

  it('for an inactive key of which it is known since when: does not ask to make sure of it', () => {
    const { text } = stepOf({ accessKeys: [first({ ...inactive, deactivatedAt: daysAgo(9) })] });
    expect(text).toContain('is inactive since 2026-11-14 09:00 UTC. Delete it: that cannot be undone');
    expect(text).not.toContain('Make sure');
  });

  it('for an inactive key that may just have been deactivated: no command that deletes it', () => {
    const accessKeys = [first({ createDate: daysAgo(100) }), second({ ...inactive, lastUsed: used(daysAgo(1)) })];
    expect(stepOf({ accessKeys })).toMatchObject({
      action: 'free-a-slot',
      notBefore: new Date('2026-11-29T09:00:00Z'),
      commands: [`aws iam get-access-key-last-used --access-key-id ${SECOND_KEY}`],
    });
  });

  it('for an old key that was used after its replacement ever was: doubts it, and does not offer to deactivate', () => {
    const accessKeys = [
      first({ createDate: daysAgo(80), lastUsed: used(daysAgo(8)) }),
      second({ createDate: daysAgo(60), lastUsed: used(daysAgo(59)) }),
    ];
    const step = stepOf({ accessKeys });
    expect(step).toMatchObject({ action: 'deactivate', accessKeyId: FIRST_KEY });
    expect(step.text).toContain('it looks like the one in use. Find out what used it before you make it inactive.');
    expect(step.commands.join()).not.toContain('update-access-key');
  });

  it.each([
    ['before', -1, true],
    ['at the same instant', 0, true],
    ['after', 1, false],
  ])(
    'for an old key that was last used %s its replacement was (%i ms): offers to deactivate: %s',
    (_when, ms, offers) => {
      const accessKeys = [
        first({ createDate: daysAgo(80), lastUsed: used(new Date(daysAgo(8).getTime() + ms)) }),
        second({ createDate: daysAgo(60), lastUsed: used(daysAgo(8)) }),
      ];
      const step = stepOf({ accessKeys });
      expect(step.action).toBe('deactivate');
      expect(step.commands.join().includes('update-access-key')).toBe(offers);
      expect(step.text.includes('it looks like the one in use')).toBe(!offers);
    },
  );

  it('that searches for uses: says what CloudTrail cannot show', () => {
    for (const age of [100, 300]) {
      const accessKeys = [first({ createDate: daysAgo(age) })];
      expect(stepOf({ accessKeys }).text).toContain('no events are no proof');
    }
  });

  it('for root: no commands, and root’s own page', () => {
    const step = nextStepOf(rootUser({ accessKeys: [first({ accessKeyId: null })] }), clock, {}).nextStep;
    expect(step).toMatchObject({ action: 'remove-root-key', accessKeyId: null, commands: [] });
    expect(step.text).toContain('Console: https://console.aws.amazon.com/iam/home#/security_credentials');
  });
});

describe('in production', () => {
  const taking = [
    ['deactivate', [first({ createDate: daysAgo(20), lastUsed: never })]],
    ['confirm-unused', [first({ createDate: daysAgo(80), lastUsed: used(daysAgo(60)) })]],
    ['delete', [first(inactive)]],
    ['free-a-slot', [first({ createDate: daysAgo(100) }), second(inactive)]],
  ] as const;

  it.each(taking)('%s says to tell on-call first, and whom', (action, accessKeys) => {
    const step = stepOf({ account: production, accessKeys }, { onCall: '#2ndline' });
    expect(step.action).toBe(action);
    expect(step.text).toMatch(/^This is production: tell on-call \(#2ndline\) first\. /);
  });

  it.each(taking)('elsewhere %s does not', (_action, accessKeys) => {
    expect(stepOf({ accessKeys }, { onCall: '#2ndline' }).text).not.toContain('on-call');
  });

  it('a root key is not taken away before on-call was told either', () => {
    const root = rootUser({ account: production, accessKeys: [first({ accessKeyId: null })] });
    expect(nextStepOf(root, clock, { onCall: '#2ndline' }).nextStep.text).toMatch(
      /^This is production: tell on-call \(#2ndline\) first\. Root can do anything/,
    );
    expect(nextStepOf({ ...root, account: account() }, clock, {}).nextStep.text).toMatch(/^Root can do anything/);
  });

  it('looking for uses disturbs nobody', () => {
    const accessKeys = [first({ createDate: daysAgo(100) })];
    expect(stepOf({ account: production, accessKeys }, { onCall: '#2ndline' }).text).not.toContain('on-call');
  });
});

describe('what is known of a key changes its words', () => {
  const overdue = (overrides: Partial<IamUser> & { serviceName?: string } = {}): string => {
    const { serviceName = 's3', ...user } = overrides;
    const key = first({ createDate: daysAgo(100), lastUsed: used(hoursAgo(1), { serviceName }) });
    return stepOf({ accessKeys: [key], ...user }).text;
  };

  it('used by SES: a new key means a new SMTP password', () => {
    expect(overdue({ serviceName: 'ses' })).toContain('a new key means a new SMTP password');
    expect(overdue()).not.toContain('SMTP');
  });

  it.each([
    ['managed-by', 'terraform', 'Managed by terraform: change it in code'],
    ['ManagedBy', 'AWS CDK', 'Managed by AWS CDK: change it in code'],
    ['terraform', 'true', 'Managed by terraform: change it in code'],
    ['aws:cloudformation:stack-name', 'users', 'Managed by CloudFormation: change it in code'],
  ])('tagged %s=%s: change it in code', (key, value, words) => {
    expect(overdue({ tags: { [key]: value } })).toContain(words);
  });

  it.each([
    ['managed-by', 'platform team'],
    ['terraform', 'false'],
  ])('tagged %s=%s: nothing about code', (key, value) => {
    expect(overdue({ tags: { [key]: value } })).not.toContain('change it in code');
  });

  it('with a runbook: its link', () => {
    const step = stepOf(
      { accessKeys: [first({ createDate: daysAgo(100) })] },
      { runbookUrl: 'https://docs.example.com/keys' },
    );
    expect(step.text).toMatch(/Runbook: https:\/\/docs\.example\.com\/keys$/);
  });

  it.each([
    ['aws-us-gov', 'console.amazonaws-us-gov.com'],
    ['aws-cn', 'console.amazonaws.cn'],
    ['aws-eusc', 'console.amazonaws-eusc.eu'],
  ])('in the partition %s: its console', (partition, host) => {
    expect(overdue({ arn: `arn:${partition}:iam::111122223333:user/alice` })).toContain(
      `Console: https://${host}/iam/`,
    );
  });

  it('the link leads to the user, whatever its name is made of', () => {
    expect(overdue({ userName: 'a+b=c,d@e' })).toContain(
      'Console: https://console.aws.amazon.com/iam/home#/users/details/a%2Bb%3Dc%2Cd%40e?section=security_credentials',
    );
  });

  it('in a partition that is not known: no link rather than a wrong one', () => {
    expect(overdue({ arn: 'arn:aws-new:iam::111122223333:user/alice' })).not.toContain('Console:');
  });
});

describe('commands', () => {
  it.each([
    ['a+b=c,d.e@f-g_h', '--user-name a+b=c,d.e@f-g_h '],
    ['-n', '--user-name=-n '],
    ["o'hara; rm -rf ~", "--user-name 'o'\\''hara; rm -rf ~' "],
    ['$(id)', "--user-name '$(id)' "],
  ])('name the user %s so that a shell takes it literally', (userName, option) => {
    const { commands } = stepOf({ userName, accessKeys: [first(inactive)] });
    expect(commands.at(-1)).toContain(`aws iam delete-access-key ${option}--access-key-id`);
  });
});

describe('from a credential report alone', () => {
  it.each([
    [
      'ready-to-deactivate',
      [first({ createDate: daysAgo(60), lastUsed: used(daysAgo(40)) }), second({ createDate: daysAgo(20) })],
    ],
    ['deactivated', [first(inactive)]],
    ['unused', [first({ createDate: daysAgo(60), lastUsed: never })]],
    ['unused', [first({ createDate: daysAgo(80), lastUsed: used(daysAgo(60)) })]],
    ['overdue', [first({ createDate: daysAgo(100) }), second(inactive)]],
  ] as const)('a key that is %s is to be confirmed live, without commands', (stage, keys) => {
    const user = iamUser({ accessKeys: keys.map((key) => ({ ...key, accessKeyId: null })) });
    expect(nextStepOf(user, clock, {})).toMatchObject({
      stage,
      nextStep: { action: 'confirm-live', accessKeyId: null, commands: [] },
    });
  });
});
