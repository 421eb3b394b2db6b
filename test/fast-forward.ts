import { jest } from '@jest/globals';

/** Runs work whose waits are timers (retries, polls) at full speed. Sockets stay real. */
export const fastForward = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    let settled = false;
    const result = work().finally(() => {
      settled = true;
    });
    while (!settled) await jest.advanceTimersByTimeAsync(100);
    return await result;
  } finally {
    jest.useRealTimers();
  }
};
