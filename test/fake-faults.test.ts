import {
  GenerateCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { ListRootsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from '@jest/globals';
import { NOW } from './builders.ts';
import { type FakeAws, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { assume, collect, OTHER, once, refusal, report, start, TOPIC } from './fake-aws-clients.ts';
import { fastForward } from './fast-forward.ts';

describe('faults', () => {
  const withUser = () => start({ world: fakeWorld({ accounts: [{ users: [{ userName: 'deployer' }] }] }) });
  const listUsers = (aws: FakeAws, config: object = {}) =>
    new IAMClient({ ...once(aws), ...config }).send(new ListUsersCommand({}));

  it.each([
    ['throttle', 'Throttling', 400, 'Rate exceeded'],
    ['deny', 'AccessDenied', 403, expect.any(String)],
    ['error500', 'ServiceFailureException', 500, expect.any(String)],
    ['expired-token', 'ExpiredToken', 403, expect.any(String)],
    ['not-found', 'NoSuchEntityException', 404, expect.any(String)],
    ['limit-exceeded', 'LimitExceededException', 409, expect.any(String)],
  ] as const)('%s is %s in IAM', async (kind, name, status, message) => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind });
    expect(await refusal(listUsers(aws))).toEqual({ name, status, message });
  });

  it.each([
    ['throttle', 'TooManyRequestsException'],
    ['deny', 'AccessDeniedException'],
    ['error500', 'ServiceException'],
  ] as const)('%s is %s in Organizations', async (kind, name) => {
    const aws = await start({ world: fakeWorld({ organization: {} }) });
    aws.faults.add({ operation: 'organizations:*', kind });
    expect(await refusal(new OrganizationsClient(once(aws)).send(new ListRootsCommand({})))).toMatchObject({ name });
  });

  it('of any other kind say what they are told', async () => {
    const aws = await withUser();
    aws.faults.add({
      operation: 'iam:ListUsers',
      kind: 'error',
      code: 'RequestExpired',
      status: 400,
      message: 'Clock skewed',
    });
    expect(await refusal(listUsers(aws))).toEqual({ name: 'RequestExpired', status: 400, message: 'Clock skewed' });
  });

  it('a throttled call is tried again by the adaptive retry', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'throttle', nth: 1 });
    const { Users, $metadata } = await fastForward(() => listUsers(aws, { maxAttempts: 3, retryMode: 'adaptive' }));
    expect([Users?.length, $metadata.attempts, aws.calls.count('iam:ListUsers')]).toEqual([1, 2, 2]);
  });

  it('a reset cuts the answer, and is seen as an error', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'reset', nth: 1 });
    expect((await refusal(listUsers(aws))).message).toMatch(/aborted|ECONNRESET|socket/i);
    expect((await listUsers(aws)).Users).toHaveLength(1);
  });

  it('a reset, or any fault that is told so, comes after the work is done', async () => {
    const aws = await start({ world: fakeWorld({ topicArns: [TOPIC] }) });
    aws.faults.add({ operation: 'sns:Publish', kind: 'reset', nth: 1 });
    aws.faults.add({ operation: 'sns:Publish', kind: 'error500', nth: 2, afterEffect: true });
    aws.faults.add({ operation: 'sns:Publish', kind: 'error500', nth: 3 });
    const publish = () => new SNSClient(once(aws)).send(new PublishCommand({ TopicArn: TOPIC, Message: 'hello' }));
    for (let call = 0; call < 3; call++) await refusal(publish());
    expect(aws.sns.published).toHaveLength(2);
  });

  it('a timeout never answers', async () => {
    const aws = await withUser();
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'timeout' });
    const impatient = { requestHandler: { requestTimeout: 30, throwOnRequestTimeout: true } };
    expect((await refusal(listUsers(aws, impatient))).name).toBe('TimeoutError');
  });

  it('a malformed answer is an error, not an empty list', async () => {
    const aws = await start({ world: fakeWorld({ organization: {} }) });
    aws.faults.add({ operation: 'iam:ListUsers', kind: 'malformed' });
    aws.faults.add({ operation: 'organizations:ListRoots', kind: 'malformed' });
    const outcomes = await Promise.allSettled([
      listUsers(aws),
      new OrganizationsClient(once(aws)).send(new ListRootsCommand({})),
    ]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual([
      expect.stringContaining('XML parse error'),
      expect.stringContaining('not valid JSON'),
    ]);
  });

  it('are met by the n-th matching call of an account, with certain parameters, until taken away', async () => {
    const aws = await start({
      world: fakeWorld({
        accounts: [{ users: [{ userName: 'a' }, { userName: 'b' }] }, { id: OTHER, users: [{ userName: 'a' }] }],
      }),
    });
    const hub = new IAMClient(once(aws));
    const other = new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    const tags = async (iam: IAMClient, UserName: string) =>
      iam.send(new ListUserTagsCommand({ UserName })).then(
        () => 'ok',
        (error: Error) => error.name,
      );

    const remove = aws.faults.add({
      operation: 'iam:ListUserTags',
      kind: 'deny',
      nth: [2, 3],
      account: HUB_ACCOUNT_ID,
      when: ({ UserName }) => UserName === 'a',
    });
    const seen = [
      await tags(hub, 'a'),
      await tags(hub, 'b'),
      await tags(other, 'a'),
      await tags(hub, 'a'),
      await tags(hub, 'a'),
      await tags(hub, 'a'),
    ];
    expect(seen).toEqual(['ok', 'ok', 'ok', 'AccessDenied', 'AccessDenied', 'ok']);

    aws.faults.add({ operation: 'iam:ListUserTags', kind: 'throttle', nth: 'every' });
    expect(await tags(other, 'a')).toBe('Throttling');
    remove();
    aws.faults.clear();
    expect(await tags(other, 'a')).toBe('ok');
  });
});

describe('the recorder', () => {
  it('counts calls by operation and account, with their parameters, in order', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ users: [{ userName: 'a' }] }, { id: OTHER }] }) });
    const other = new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) });
    await new IAMClient(once(aws)).send(new ListAccessKeysCommand({ UserName: 'a' }));
    await other.send(new ListUsersCommand({ MaxItems: 7 }));
    await refusal(other.send(new ListAccessKeysCommand({ UserName: 'a' })));
    expect(aws.calls.byOperation()).toEqual({ 'sts:AssumeRole': 1, 'iam:ListAccessKeys': 2, 'iam:ListUsers': 1 });
    expect([
      aws.calls.count('iam:ListAccessKeys'),
      aws.calls.count('iam:ListAccessKeys', OTHER),
      aws.calls.count(),
    ]).toEqual([2, 1, 4]);
    expect(aws.calls.of('iam:ListUsers')).toEqual([
      { operation: 'iam:ListUsers', account: OTHER, params: { MaxItems: '7' } },
    ]);
    aws.calls.reset();
    expect(aws.calls.count()).toBe(0);
  });

  it('serves an account of 5,000 users with 10,000 keys', async () => {
    const lastUsed = { date: NOW, service: 's3', region: 'eu-west-1' };
    const users = Array.from({ length: 5000 }, (_, index) => ({ userName: `user-${index}`, keys: [{ lastUsed }, {}] }));
    const aws = await start({ world: fakeWorld({ accounts: [{ users, report: { polls: 0 } }] }) });
    const client = new IAMClient(once(aws));
    await client.send(new GenerateCredentialReportCommand({}));
    expect((await report(client)).split('\n')).toHaveLength(5002);
    expect(await collect(paginateListUsers({ client }, {}), ({ Users }) => Users)).toHaveLength(5000);
    expect(aws.calls.count('iam:ListUsers')).toBe(50);
  });
});
