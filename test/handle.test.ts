import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type Auditor, handle } from '../lambda/handle.ts';
import { parseSettings } from '../lambda/settings.ts';
import { NOW } from './builders.ts';
import { notifierContext } from './notifier-context.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

/** How long reading may take, in ms, of an invocation that has so much time. */
const readingTime = async (remaining: number): Promise<number | undefined> => {
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  let readBy: AbortSignal | undefined;
  const connectAws: Auditor['connectAws'] = async ({ signal }) => {
    readBy = signal;
    return {
      findAccounts: async () => ({ accounts: [], failures: [] }),
      openAccount: () => Promise.reject(new Error('there is no account to open')),
      callCount: () => 0,
    };
  };
  const auditor: Auditor = {
    settings: parseSettings({}),
    connectAws,
    locators: [],
    notifiers: [],
    notifierContext: notifierContext(),
    publishMetrics: () => {},
    clock: () => NOW,
    log: { info: () => {}, warn: () => {} },
  };
  await handle(auditor)({}, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remaining });
  const call = timeout.mock.results.findIndex(({ value }) => value === readBy);
  return timeout.mock.calls[call]?.[0];
};

describe('of the time of an invocation, reading', () => {
  it.each([
    ['leaves two minutes for telling people', 900_000, 780_000],
    ['leaves two minutes, where that is half of it', 240_000, 120_000],
    ['takes half where there is less', 5_000, 2_500],
    ['takes none where there is none', 0, 0],
  ])('%s: of %i ms it takes %i', async (_what, remaining, expected) => {
    expect(await readingTime(remaining)).toBe(expected);
  });
});
