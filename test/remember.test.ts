import { describe, expect, it } from '@jest/globals';
import { type Asked, locating } from './asking.ts';
import { daysAgo, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { exampleKeyId, type FakeAws, type FakeUserOverrides, fakeWorld } from './fake-aws/index.ts';

/** `keyaudit locate KEY-ID --remember TEXT`. */

const STAGING = { id: '444455556666', name: 'staging' };
const TEXT = 'hieradata of support and support-api - Fastly';
const start = (user: FakeUserOverrides = {}, others: Parameters<typeof fakeWorld>[0] = {}) =>
  embeddedAws({
    world: fakeWorld({
      accounts: [
        {
          users: [
            { userName: 'support-api', keys: [{ accessKeyId: SECOND_KEY, created: daysAgo(100) }], tags: {}, ...user },
          ],
        },
        ...(others.accounts ?? []),
      ],
    }),
  });
const tagsOf = (aws: FakeAws) => aws.world.accounts[0]!.users[0]!.tags;
const remembering = (options: Parameters<typeof locating>[1] = {}): Promise<Asked> =>
  locating(SECOND_KEY, { remember: TEXT, ...options });

describe('keyaudit locate --remember', () => {
  it('writes the description after the answer, and shows the call', async () => {
    const aws = await start({ tags: { team: 'support' } });
    const { stdout, stderr, questions } = await remembering();
    expect(stdout).toMatch(/^AKIAI44QH8DHBEXAMPLE of support-api/);
    expect(stderr).toBe(
      `Remembering: iam:TagUser UserName=support-api ${SECOND_KEY}="${TEXT}"\n${SECOND_KEY} is described now.`,
    );
    expect({ tags: tagsOf(aws), questions }).toEqual({ tags: { team: 'support', [SECOND_KEY]: TEXT }, questions: [] });
  });

  it('takes the one key of a user who is named', async () => {
    const aws = await start();
    await locating('support-api', { remember: TEXT });
    expect(tagsOf(aws)).toEqual({ [SECOND_KEY]: TEXT });
  });

  it.each([
    [true, TEXT, 'is described now.'],
    [false, 'Logit', 'The description is left as it was.'],
  ])('asks before it overwrites; the answer %j', async (answer, expected, said) => {
    const aws = await start({ tags: { [SECOND_KEY]: 'Logit' } });
    const { stderr, questions } = await remembering({ answers: [answer] });
    expect(stderr).toContain(`${SECOND_KEY} is described already: "Logit".\nTo overwrite it: iam:TagUser `);
    expect(stderr).toContain(said);
    expect({ tags: tagsOf(aws), questions }).toEqual({
      tags: { [SECOND_KEY]: expected },
      questions: ['Overwrite it?'],
    });
  });

  it('overwrites without asking with --yes', async () => {
    const aws = await start({ tags: { [SECOND_KEY]: 'Logit' } });
    const { code, questions } = await remembering({ assumeYes: true, interactive: false });
    expect({ code, tags: tagsOf(aws), questions }).toEqual({ code: 0, tags: { [SECOND_KEY]: TEXT }, questions: [] });
  });

  it('writes nothing that is there already', async () => {
    const aws = await start({ tags: { [SECOND_KEY]: TEXT } });
    expect((await remembering()).stderr).toBe(`${SECOND_KEY} is remembered so already.`);
    expect(aws.calls.count('iam:TagUser')).toBe(0);
  });

  it('leaves a description alone that somebody wrote meanwhile', async () => {
    const aws = await start();
    const searchRepositories = async () => {
      tagsOf(aws)[SECOND_KEY] = 'theirs';
      return { repositories: [], files: 0, uses: [], failures: [] };
    };
    const { code, error } = await remembering({ searchRepositories });
    expect({ code, error, tags: tagsOf(aws) }).toEqual({
      code: 2,
      error: `The description of ${SECOND_KEY} changed meanwhile, and is left as it is: run it again`,
      tags: { [SECOND_KEY]: 'theirs' },
    });
  });

  it('says so when IAM refuses, after the answer', async () => {
    const aws = await start();
    aws.faults.add({ operation: 'iam:TagUser', kind: 'deny' });
    const { code, error, stdout } = await remembering();
    expect(error).toMatch(/^The description of AKIAI44QH8DHBEXAMPLE was not written: AccessDenied/);
    expect(code).toBe(2);
    expect(stdout).toContain('of support-api');
  });

  describe('refuses before it searches', () => {
    const twoKeys = { keys: [{ accessKeyId: SECOND_KEY }, { accessKeyId: exampleKeyId(2) }] };
    it.each<[string, FakeUserOverrides, string, Parameters<typeof locating>[1], RegExp]>([
      [
        'a text that IAM does not take, with one that it does',
        {},
        SECOND_KEY,
        { remember: 'support, support-api (#govuk)' },
        /takes 1 to 256 letters, .*: change "," to "and", .*\. For example: --remember "support and support-api - govuk"$/,
      ],
      [
        'a user of several keys, whom it names',
        twoKeys,
        'support-api',
        {},
        /describes one key: say which, with keyaudit locate AKIAI44QH8DHBEXAMPLE or AKIAAAAAAAAACEXAMPLE$/,
      ],
      ['a user without keys', { keys: [] }, 'support-api', {}, /needs a key, and this user has none$/],
      ['a key that AWS does not know', {}, exampleKeyId(9), {}, /no AWS account has AKIAAAAAAAAAJEXAMPLE$/],
      [
        'a key of another account',
        {},
        exampleKeyId(7),
        {},
        /sign in to account 444455556666, which has AKIAAAAAAAAAHEXAMPLE; you are signed in to 111122223333$/,
      ],
      [
        'to overwrite where nobody can be asked',
        { tags: { [SECOND_KEY]: 'Logit' } },
        SECOND_KEY,
        { interactive: false },
        /is described already: "Logit"\. --yes overwrites that$/,
      ],
    ])('%s', async (_what, user, wanted, options, message) => {
      const aws = await start(user, {
        accounts: [{ ...STAGING, users: [{ keys: [{ accessKeyId: exampleKeyId(7) }] }] }],
      });
      expect(await locating(wanted, { remember: TEXT, ...options })).toMatchObject({
        code: 2,
        stdout: '',
        error: expect.stringMatching(message),
      });
      expect(aws.calls.count('iam:TagUser') + aws.calls.count('cloudtrail:LookupEvents')).toBe(0);
    });

    it.each([
      ['whose user is not told', 'iam:GetAccessKeyLastUsed', /whose AKIAI44QH8DHBEXAMPLE is could not be found out/],
      ['whose tags may not be read', 'iam:ListUserTags', /tags of support-api could not be read, so a description/],
    ])('a key %s', async (_what, operation, message) => {
      const aws = await start();
      aws.faults.add({ operation, kind: 'deny' });
      expect(await remembering()).toMatchObject({ code: 2, stdout: '', error: expect.stringMatching(message) });
      expect(aws.calls.count('iam:TagUser')).toBe(0);
    });
  });
});
