import { describe, expect, it } from '@jest/globals';
import type { IamUser } from '../lambda/domain/model.ts';
import { type Look, lookAtUser } from '../lambda/look-at-user.ts';
import type { AccountReader } from '../lambda/ports.ts';
import { accountReader, listedKey, listedUser } from './account-reader.ts';
import { account, FIRST_KEY, hoursAgo, NOW, SECOND_KEY, used } from './builders.ts';

type Case = { reader?: Partial<AccountReader>; wouldFlag?: (user: IamUser) => boolean; signal?: AbortSignal };

/** What a look gave, but for the listed keys: these have a test of their own. */
const look = async ({
  reader = {},
  wouldFlag = () => true,
  signal = new AbortController().signal,
}: Case): Promise<Omit<Look, 'listed'>> => {
  const readStatusChanges = async () => ({ last: new Map(), complete: true });
  const options = { wouldFlag, signal, now: NOW, readStatusChanges };
  const { listed: _, ...rest } = await lookAtUser(account(), listedUser(), undefined, accountReader(reader), options);
  return rest;
};

/** Answers in turn; the last one again and again. */
const inTurn = <T>(...answers: (() => Promise<T>)[]): (() => Promise<T>) => {
  let turn = 0;
  return () => {
    const answer = answers[Math.min(turn, answers.length - 1)]!;
    turn += 1;
    return answer();
  };
};

const refused = () => Promise.reject(new Error('AccessDenied'));

describe('a key of which IAM does not say when it was last used', () => {
  const failures = [
    {
      scope: 'user',
      id: '111122223333/alice',
      reason: `when ${FIRST_KEY} was last used could not be read: AccessDenied`,
    },
  ];

  it('is unknown, and a failure says so, where the user still has it', async () => {
    const { read, ...rest } = await look({ reader: { readLastUsed: refused } });
    expect(read?.accessKeys).toEqual([{ ...listedKey(), lastUsed: { state: 'unknown' } }]);
    expect(rest).toEqual({ keys: 1, failures, unreadable: false, outOfTime: false });
  });

  it('is the same where it cannot be told whether the user still has it', async () => {
    const listAccessKeys = inTurn<ReturnType<typeof listedKey>[]>(async () => [listedKey()], refused);
    const { read, ...rest } = await look({ reader: { readLastUsed: refused, listAccessKeys } });
    expect(read?.accessKeys).toEqual([{ ...listedKey(), lastUsed: { state: 'unknown' } }]);
    expect(rest).toEqual({ keys: 1, failures, unreadable: false, outOfTime: false });
  });

  it('is skipped, without a word, where the user no longer has it', async () => {
    const second = listedKey({ accessKeyId: SECOND_KEY });
    const { read, ...rest } = await look({
      reader: {
        listAccessKeys: inTurn(
          async () => [listedKey(), second],
          async () => [second],
        ),
        readLastUsed: (id) => (id === FIRST_KEY ? refused() : Promise.resolve(used(hoursAgo(1)))),
      },
    });
    expect(read?.accessKeys.map(({ accessKeyId }) => accessKeyId)).toEqual([SECOND_KEY]);
    expect(rest).toEqual({ keys: 1, failures: [], unreadable: false, outOfTime: false });
  });
});

describe('a user who cannot be read', () => {
  it.each<[string, Case, string]>([
    [
      'because its keys cannot be listed',
      { reader: { listAccessKeys: refused } },
      'its access keys could not be listed: AccessDenied',
    ],
    [
      'because of a fault that nobody expects',
      {
        wouldFlag: () => {
          throw new TypeError('x is not a function');
        },
      },
      'it could not be read: TypeError: x is not a function',
    ],
  ])('%s is a failure of that user, not a clean one', async (_why, unlucky, reason) => {
    expect(await look(unlucky)).toMatchObject({
      read: undefined,
      failures: [{ scope: 'user', id: '111122223333/alice', reason }],
      unreadable: true,
      outOfTime: false,
    });
  });

  it('because time ran out is no failure of IAM', async () => {
    const time = new AbortController();
    const listAccessKeys = () => {
      time.abort();
      return Promise.reject(new Error('The operation was aborted'));
    };
    expect(await look({ reader: { listAccessKeys }, signal: time.signal })).toMatchObject({
      failures: [],
      outOfTime: true,
    });
  });
});
