import { describe, expect, it } from '@jest/globals';
import { deactivationTag } from '../lambda/domain/deactivation.ts';
import { daysAgo, NOW } from './builders.ts';
import { type FakeUserOverrides, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { fresh, gone, OLD, overdue, PRODUCTION, quiet, rotationOf, safe, USER, use, workspace } from './rotating.ts';

/** Who is told before a key is taken away, and when it did not come so. */

describe('in production', () => {
  const ready = { user: { keys: [quiet, fresh()] }, settings: { ...PRODUCTION, slack: { onCall: '#2ndline' } } };

  it('on-call is told on Slack first', async () => {
    const slack = await workspace();
    const { run, user } = await rotationOf({ ...ready, slack: slack.context });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(slack.messages.map(({ channel, text }) => [channel, text])).toEqual([
      [
        'C0EXAMPLE02',
        expect.stringMatching(
          /To undo it: aws sts .* aws iam update-access-key --user-name support-api .* --status Active/,
        ),
      ],
    ]);
  });

  it('nothing is changed where Slack refuses', async () => {
    const slack = await workspace({ channels: [] });
    const { run, writes } = await rotationOf({ ...ready, slack: slack.context });
    const { code, error } = await run({ assumeYes: true });
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(error).toContain('There is no channel #2ndline');
  });

  it('without a token the notice is printed, and somebody has to have sent it', async () => {
    const { run, writes } = await rotationOf(ready);
    const unsent = await run({ answers: [true, false] });
    expect(unsent).toMatchObject({ code: 2, questions: ['Do it?', 'Has #2ndline been told?'] });
    expect(writes()).toEqual([]);
    expect(unsent.stderr.join('\n')).toContain(`${USER} in ${HUB_ACCOUNT_ID}: about to make ${OLD} inactive.`);
    expect((await run({ answers: [true, true] })).code).toBe(0);
  });

  it('--yes is no answer to whether somebody was told: that takes --notice-sent', async () => {
    const { run, writes } = await rotationOf(ready);
    const unsent = await run({ assumeYes: true, answers: [false] });
    expect(unsent).toMatchObject({ code: 2, error: expect.stringContaining('--notice-sent') });
    expect(unsent.questions).toEqual(['Has #2ndline been told?']);
    expect(await run({ assumeYes: true, interactive: false, answers: [true] })).toMatchObject({
      code: 2,
      questions: [],
    });
    expect(writes()).toEqual([]);
    const sent = await run({ assumeYes: true, interactive: false, noticeSent: true });
    expect(sent.code).toBe(0);
    expect(sent.everything()).not.toContain('Send this to');
    expect(writes()).toHaveLength(2);
  });

  it.each<[string, FakeUserOverrides, object, string]>([
    [
      'deleted',
      {
        keys: [{ ...gone, lastUsed: use(daysAgo(40)) }, fresh()],
        tags: { [deactivationTag(OLD)]: daysAgo(8).toISOString() },
      },
      {},
      `about to delete ${OLD} (that cannot be undone).`,
    ],
    [
      'discarded',
      { keys: [overdue, fresh({ lastUsed: undefined })] },
      { secretLost: true },
      `about to delete ${fresh().accessKeyId}, whose secret was lost`,
    ],
  ])('on-call is told of a key that is %s as well', async (_what, user, request, told) => {
    const slack = await workspace();
    const { run } = await rotationOf({ ...ready, user, slack: slack.context });
    expect((await run({ assumeYes: true, ...request })).code).toBe(0);
    expect(slack.messages.map(({ text }) => text)).toEqual([expect.stringContaining(told)]);
  });

  it('on-call is told what may have been done of a step whose answer was lost', async () => {
    const slack = await workspace();
    const { run, aws, user } = await rotationOf({ ...ready, slack: slack.context });
    aws.faults.add({ operation: 'iam:UpdateAccessKey', kind: 'reset' });
    expect((await run({ assumeYes: true })).code).toBe(2);
    expect(user.keys[0]!.status).toBe('Inactive');
    expect(slack.messages.at(-1)?.text).toContain(
      `which changed IAM: iam:UpdateAccessKey UserName=${USER} AccessKeyId=${OLD} Status=Inactive (perhaps).`,
    );
  });

  it('on-call is told nothing where the place for the secret is not ready, nor what its check says', async () => {
    const slack = await workspace();
    const user = { keys: [{ ...overdue }, fresh({ lastUsed: undefined })] };
    const { run, writes } = await rotationOf({ ...ready, user, slack: slack.context });
    const { store } = safe({ check: () => Promise.reject(new Error('vault: bad token hvs.EXAMPLE')) });
    expect((await run({ assumeYes: true, secretLost: true, store })).code).toBe(2);
    expect({ told: slack.messages, writes: writes() }).toEqual({ told: [], writes: [] });
  });

  it('a message whose answer is lost may be there, so it is followed by the news that nothing was done', async () => {
    const slack = await workspace();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'reset' });
    const { run, writes } = await rotationOf({ ...ready, slack: slack.context });
    expect((await run({ assumeYes: true })).code).toBe(2);
    expect(writes()).toEqual([]);
    expect(slack.messages[0]?.text).toMatch(/^keyaudit: .*about to make/);
    expect(slack.messages.at(-1)?.text).toMatch(/^keyaudit: stopped/);
  });

  it.each<[string, string, object]>([
    ['a channel by its id', 'C0EXAMPLE02', { channel: 'C0EXAMPLE02', text: expect.stringMatching(/^keyaudit: /) }],
    [
      'words',
      '2ndline on duty',
      { channel: 'C0EXAMPLE01', text: expect.stringMatching(/^2ndline on duty: keyaudit: /) },
    ],
    [
      'a person',
      'U012AB3CD',
      {
        channel: 'C0EXAMPLE01',
        blocks: [
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'user', user_id: 'U012AB3CD' },
                  { type: 'text', text: expect.stringMatching(/^ keyaudit: /) },
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      'a user group',
      'S012AB3CD',
      {
        channel: 'C0EXAMPLE01',
        blocks: [
          {
            elements: [{ elements: [{ type: 'usergroup', usergroup_id: 'S012AB3CD' }, { type: 'text' }] }],
          },
        ],
      },
    ],
  ])('on-call may be %s', async (_what, onCall, expected) => {
    const slack = await workspace();
    const settings = { ...PRODUCTION, slack: { onCall } };
    const { run } = await rotationOf({ ...ready, settings, slack: slack.context });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(slack.messages).toEqual([
      expect.objectContaining({ options: expect.objectContaining({ mrkdwn: 'false' }) }),
    ]);
    expect(slack.messages[0]).toMatchObject(expected);
  });

  it('on-call is not told of a key that is created', async () => {
    const slack = await workspace();
    const { run } = await rotationOf({ ...ready, user: { keys: [overdue] }, slack: slack.context });
    expect((await run({ assumeYes: true })).code).toBe(0);
    expect(slack.messages).toEqual([]);
  });

  it('on-call is told that nothing was done, where things changed meanwhile', async () => {
    const slack = await workspace();
    const { run, user, writes } = await rotationOf({ ...ready, slack: slack.context });
    const whileAsked = () => {
      user.keys[0]!.lastUsed = use(NOW);
    };
    expect((await run({ answers: [true], whileAsked })).code).toBe(1);
    expect(writes()).toEqual([]);
    expect(slack.messages.map(({ channel, text }) => [channel, text])).toEqual([
      ['C0EXAMPLE02', expect.stringContaining(`about to make ${OLD} inactive`)],
      [
        'C0EXAMPLE02',
        expect.stringMatching(
          /^keyaudit: stopped \(things changed meanwhile\)\. Calls before that which changed IAM: none\./,
        ),
      ],
    ]);
  });

  it('on-call is told what was done of a step that failed', async () => {
    const slack = await workspace();
    const { run, aws } = await rotationOf({ ...ready, slack: slack.context });
    aws.faults.add({ operation: 'iam:TagUser', kind: 'deny' });
    expect((await run({ assumeYes: true })).code).toBe(2);
    expect(slack.messages.at(-1)?.text).toContain(
      `Calls before that which changed IAM: iam:UpdateAccessKey UserName=${USER} AccessKeyId=${OLD} Status=Inactive.`,
    );
  });

  it('people who were told by hand are to be told by hand that it stopped', async () => {
    const { run, user } = await rotationOf(ready);
    const whileAsked = (question: string) => {
      if (question.startsWith('Has ')) user.keys[0]!.lastUsed = use(NOW);
    };
    const { code, stderr } = await run({ answers: [true, true], whileAsked });
    expect(code).toBe(1);
    expect(stderr.join('\n')).toContain('Tell #2ndline that it stopped:');
  });

  it('nobody can be mentioned, and nothing formatted, by a name or a reason', async () => {
    const slack = await workspace();
    const { run } = await rotationOf({ ...ready, slack: slack.context, user: { keys: [overdue, fresh()] } });
    expect((await run({ assumeYes: true, force: '<!channel> & *all*' })).code).toBe(0);
    expect(slack.messages[0]?.text).toContain('Forced: &lt;!channel&gt; &amp; *all*.');
  });
});

describe('an account counts as production', () => {
  const inAccount = async (settings: object) => {
    const { run } = await rotationOf({ user: { keys: [quiet, fresh()] }, settings });
    const { stdout, stderr } = await run({ dryRun: true });
    return { isProduction: stdout.join('\n').includes('tell #govuk-developers on Slack'), said: stderr.join('\n') };
  };
  const named = { productionAccounts: ['govuk-production'] };
  const production = { id: '444455556666', name: 'govuk-production' };

  it.each<[string, object, boolean]>([
    ['by its id', { productionAccounts: [HUB_ACCOUNT_ID] }, true],
    ['by its name in the settings', { ...named, accounts: [{ id: HUB_ACCOUNT_ID, name: 'govuk-production' }] }, true],
    [
      'not by another name',
      { ...named, accounts: [production, { id: HUB_ACCOUNT_ID, name: 'govuk-integration' }] },
      false,
    ],
    ['where nobody says what it is called', named, true],
    ['where the settings list it without a name', { ...named, accounts: [production, { id: HUB_ACCOUNT_ID }] }, true],
    ['not where production is known by ids, and it is another', { productionAccounts: ['444455556666'] }, false],
    ['not where there is no production', {}, false],
  ])('%s', async (_how, settings, expected) => {
    expect(await inAccount(settings)).toEqual({ isProduction: expected, said: '' });
  });

  it('where the settings do not have it at all, which is said', async () => {
    const others = { accounts: [production] };
    expect(await inAccount({ ...named, ...others })).toEqual({
      isProduction: true,
      said: `Account ${HUB_ACCOUNT_ID}, which you are signed in to, is not among the settings’ accounts, so it is treated as production.`,
    });
    expect(await inAccount(others)).toMatchObject({
      isProduction: false,
      said: expect.stringMatching(/is not among the settings’ accounts\.$/),
    });
  });
});
