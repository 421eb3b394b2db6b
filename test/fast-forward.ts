import { jest } from '@jest/globals';

/** Runs work whose waits are timers (retries, polls) at full speed, from `now` on. Sockets stay real. */
export const fastForward = async <Result>(work: () => Promise<Result>, now = new Date()): Promise<Result> => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    let settled = false;
    const result = work().finally(() => {
      settled = true;
    });
    // It may fail before anybody waits for it.
    result.catch(() => {});
    while (!settled) await jest.advanceTimersByTimeAsync(100);
    return await result;
  } finally {
    jest.useRealTimers();
  }
};
