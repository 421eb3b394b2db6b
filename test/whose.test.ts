import { describe, expect, it } from '@jest/globals';
import { askingWhose, operatorWith } from './asking.ts';
import { daysAgo, hoursAgo, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import {
  exampleKeyId,
  exampleSessionKeyId,
  type FakeAccountOverrides,
  type FakeUserOverrides,
  fakeWorld,
} from './fake-aws/index.ts';

const STAGING = { id: '444455556666', name: 'staging' };
const settings = { accounts: [{ id: '111122223333', name: 'production' }, STAGING] };
const supportApi: FakeUserOverrides = {
  userName: 'support-api',
  tags: { [SECOND_KEY]: 'hieradata of support', 'owner-slack': 'S0123ABCD' },
  keys: [
    {
      accessKeyId: SECOND_KEY,
      created: daysAgo(120),
      lastUsed: { date: hoursAgo(2), service: 's3', region: 'eu-west-1' },
    },
  ],
};
const start = (...accounts: FakeAccountOverrides[]) => embeddedAws({ world: fakeWorld({ accounts }) });

describe('keyaudit whose', () => {
  it('tells everything of a key of the own account, and what to run next', async () => {
    await start({ users: [supportApi] });
    const configWords = ['--config', 'cdk.json'];
    const { code, stdout, stderr } = await askingWhose(SECOND_KEY, { settings, configWords });
    expect(stdout.split('\n')).toEqual([
      `${SECOND_KEY} of support-api in production (111122223333): active, 120 days old (2026-07-26 09:00 UTC), last used 2 hours ago (s3, eu-west-1)`,
      'Key description: hieradata of support',
      'Owner: S0123ABCD',
      'Stage: Overdue for rotation (overdue)',
      'Next: npm run -s keyaudit -- plan support-api --config cdk.json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('reads another account by its audit role, and says to sign in there', async () => {
    await start({}, { ...STAGING, users: [{ ...supportApi, userName: 'deploy', tags: {} }] });
    const { code, stdout } = await askingWhose(SECOND_KEY, { settings });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^AKIAI44QH8DHBEXAMPLE of deploy in staging \(444455556666\): active, 120 days old/),
      'Stage: Overdue for rotation (overdue)',
      'Next: sign in to account staging (444455556666), then: npm run -s keyaudit -- plan deploy',
    ]);
    expect(code).toBe(0);
  });

  it('says which account it is where that cannot be read', async () => {
    await start({}, { ...STAGING, roles: [], users: [supportApi] });
    const { code, stdout, stderr } = await askingWhose(SECOND_KEY, { settings });
    expect(stdout.split('\n')).toEqual([
      `${SECOND_KEY} in staging (444455556666)`,
      `Next: sign in to account staging (444455556666), then: npm run -s keyaudit -- whose ${SECOND_KEY}`,
    ]);
    expect(stderr).toMatch(/^keyaudit: Not read: 444455556666: cannot assume arn:aws:iam::444455556666:role\/keyaudit/);
    expect(code).toBe(2);
  });

  it('says that a key which no account has may be deleted, mistyped or of another partition', async () => {
    await start({ users: [supportApi] });
    const { code, stdout, stderr } = await askingWhose(exampleKeyId(9));
    expect(stdout).toMatch(
      /^AKIAAAAAAAAAJEXAMPLE: no AWS account has this key \(deleted, mistyped, or of another partition\)\nNext: if it is of another partition/,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('says both where the account does not tell: deleted, or not allowed', async () => {
    const aws = await start({ users: [supportApi] });
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'deny' });
    const { code, stdout, stderr } = await askingWhose(SECOND_KEY);
    expect(stdout).toBe(
      `${SECOND_KEY} in 111122223333\nNext: once you may ask there: npm run -s keyaudit -- whose ${SECOND_KEY}`,
    );
    expect(stderr).toMatch(/does not say whose it is: it was deleted, .* or you may not ask there/);
    expect(code).toBe(2);
  });

  it('tells of a session its account, that it ends by itself, and where to look', async () => {
    await start({}, STAGING);
    await (await operatorWith(settings)).open({ ...STAGING, production: false });
    const session = exampleSessionKeyId(1);
    const { code, stdout, stderr } = await askingWhose(session, { settings });
    expect(stdout.split('\n')).toEqual([
      `${session} in staging (444455556666): temporary credentials, of a session and no user; they end by themselves, within 36 hours`,
      'Next: sign in to account staging (444455556666), then: ask CloudTrail, which names the role’s session, in the ' +
        `region where it is used: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${session}`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is incomplete where the last use is not told', async () => {
    const aws = await start({ users: [supportApi] });
    aws.faults.add({ operation: 'iam:GetAccessKeyLastUsed', kind: 'error', status: 400, code: 'Odd', nth: 2 });
    const { code, stdout, stderr } = await askingWhose(SECOND_KEY);
    expect(stdout).toContain('last use unknown');
    expect(stderr).toMatch(
      /Not fully checked: support-api in 111122223333: when AKIA.* was last used could not be read/,
    );
    expect(code).toBe(2);
  });

  it.each([
    [
      'the user',
      'iam:ListAccessKeys',
      /^keyaudit: Not fully checked: support-api in 111122223333: support-api could not be read: .*AccessDenied/,
    ],
    ['the account', 'sts:GetAccessKeyInfo', /^$/],
  ])('tells what is left where %s may not be asked', async (_what, operation, message) => {
    const aws = await start({ users: [supportApi] });
    aws.faults.add({ operation, kind: 'deny' });
    const { stdout, stderr } = await askingWhose(SECOND_KEY);
    expect(stdout).toMatch(/^AKIAI44QH8DHBEXAMPLE of support-api in 111122223333/);
    expect(stderr).toMatch(message);
  });

  it('gives JSON', async () => {
    await start({ users: [supportApi] });
    const { code, stdout } = await askingWhose(SECOND_KEY, { settings, format: 'json' });
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      askedAt: '2026-11-23T09:00:00.000Z',
      accessKeyId: SECOND_KEY,
      kind: 'long-term',
      account: { id: '111122223333', name: 'production', production: false },
      userName: 'support-api',
      status: 'Active',
      createDate: '2026-07-26T09:00:00.000Z',
      ageDays: 120,
      lastUsed: { state: 'used', date: '2026-11-23T07:00:00.000Z', serviceName: 's3', region: 'eu-west-1' },
      stage: 'overdue',
      next: 'npm run -s keyaudit -- plan support-api',
      failures: [],
    });
    expect(code).toBe(0);
  });

  it('gives JSON of a key that nobody knows, with no field missing', async () => {
    await start();
    const { code, stdout } = await askingWhose(exampleKeyId(9), { format: 'json' });
    expect(JSON.parse(stdout)).toMatchObject({
      account: null,
      userName: null,
      status: null,
      stage: null,
      failures: [],
    });
    expect(code).toBe(1);
  });

  it.each(['support-api', 'akiaiosfodnn7example', 'AKIASHORT', ''])('takes no %j for a key', async (word) => {
    await start();
    expect(await askingWhose(word)).toMatchObject({
      code: 2,
      stdout: '',
      error: expect.stringMatching(/is no access key id: these start with AKIA or ASIA, in capitals/),
    });
  });
});
