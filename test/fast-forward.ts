import { jest } from '@jest/globals';

/**
 * Runs work whose waits are timers (retries, polls, time limits) at full speed, from `now` on. Sockets stay real: time passes only
 * while nothing is under way on them, so that no machine is too slow for a time limit.
 */
export const fastForward = async <Result>(work: () => Promise<Result>, now = new Date()): Promise<Result> => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const timeLimit = jest.spyOn(AbortSignal, 'timeout').mockImplementation(abortAfter);
  try {
    let settled = false;
    const result = work().finally(() => {
      settled = true;
    });
    // It may fail before anybody waits for it.
    result.catch(() => {});
    while (!settled) {
      await quiet();
      if (!settled) await jest.advanceTimersByTimeAsync(STEP);
    }
    return await result;
  } finally {
    timeLimit.mockRestore();
    jest.useRealTimers();
  }
};

/** In ms. */
const STEP = 1_000;
/** Turns of the event loop in which both ends of a socket of this process have had their say. */
const TURNS = 4;

/** Resolves when nothing is on its way to the disk or another process, and whatever is on a socket has been heard. */
const quiet = async (): Promise<void> => {
  for (let turns = 0; turns < TURNS; turns = isBusy() ? 0 : turns + 1) await nextTurn();
};

const isBusy = (): boolean => process.getActiveResourcesInfo().some((resource) => /Req|Connect|Write/.test(resource));

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `AbortSignal.timeout`, whose timers are not the global ones. */
const abortAfter = (ms: number): AbortSignal => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
  return controller.signal;
};
