import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetAccountSummaryCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { HUB_ACCOUNT_ID, type Limits, limitCalls } from './fake-aws/index.ts';
import { once, refusal, start } from './fake-aws-clients.ts';

describe('a limit', () => {
  const limiter = (limits: Limits = { iam: { perSecond: 2, burst: 3 } }) => {
    let now = 0;
    const isOver = limitCalls(limits, () => now);
    return {
      later: (ms: number): void => {
        now += ms;
      },
      /** How many of so many calls at one instant go through. */
      through: (calls: number, { operation = 'iam:ListUsers', account = HUB_ACCOUNT_ID, region = 'us-east-1' } = {}) =>
        Array.from({ length: calls }, () => isOver({ operation, account, params: {} }, region)).filter((over) => !over)
          .length,
    };
  };

  it('lets a burst through, then as many as a second brings, and never saves up more than a burst', () => {
    const { through, later } = limiter();
    expect(through(5)).toBe(3);
    later(499);
    expect(through(1)).toBe(0);
    later(1);
    expect(through(5)).toBe(1);
    later(1_000);
    expect(through(5)).toBe(2);
    later(3_600_000);
    expect(through(5)).toBe(3);
  });

  it.each([
    ['operation', { operation: 'iam:ListAccessKeys' }],
    ['account', { account: '444455556666' }],
    ['region', { region: 'eu-west-1' }],
  ])('of one %s leaves the others alone', (_, other) => {
    const { through } = limiter();
    through(5);
    expect(through(5, other)).toBe(3);
  });

  it('of one service leaves the others alone', () => {
    const { through } = limiter();
    expect(through(100, { operation: 'sts:GetCallerIdentity' })).toBe(100);
  });
});

describe('a throttled call', () => {
  const tight = { perSecond: 0, burst: 1 };

  it('of IAM is refused in its words, and counts', async () => {
    const aws = await start({ limits: { iam: tight } });
    const iam = new IAMClient(once(aws));
    await iam.send(new ListUsersCommand({}));
    expect(await refusal(iam.send(new ListUsersCommand({})))).toEqual({
      name: 'Throttling',
      status: 400,
      message: 'Rate exceeded',
    });
    await iam.send(new GetAccountSummaryCommand({}));
    expect(aws.calls.byOperation()).toEqual({ 'iam:ListUsers': 2, 'iam:GetAccountSummary': 1 });
    expect(aws.throttled.byOperation()).toEqual({ 'iam:ListUsers': 1 });
  });

  it('of CloudTrail is refused in its words, in the region where it is one too many', async () => {
    const aws = await start({ limits: { cloudtrail: tight } });
    const lookUp = (region: string) =>
      new CloudTrailClient({ ...once(aws), region }).send(new LookupEventsCommand({ LookupAttributes: [] }));
    await lookUp('us-east-1');
    await lookUp('eu-west-1');
    expect(await refusal(lookUp('us-east-1'))).toEqual({
      name: 'ThrottlingException',
      status: 400,
      message: 'Rate exceeded',
    });
  });
});
