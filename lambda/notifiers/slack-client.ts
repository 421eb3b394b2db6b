import {
  type Logger,
  LogLevel,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type { NotifierContext } from './notifier.ts';

/** The client logs on stdout, and what it has to say comes back as an error anyway. */
const silence: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/**
 * Makes Slack clients that give up in time: the defaults are 10 retries over 30 minutes and no timeout.
 * https://docs.slack.dev/tools/node-slack-sdk/web-api#automatic-retries
 * A network error or a 5xx is tried again; Slack may have done the work nevertheless, so that a message can appear twice.
 */
export const slackClient =
  (options: WebClientOptions = {}) =>
  (token: string): WebClient =>
    new WebClient(token, {
      timeout: 10_000,
      retryConfig: { retries: 2, factor: 2, minTimeout: 500, maxTimeout: 2_000 },
      rejectRateLimitedCalls: true,
      logger: silence,
      ...options,
    });

const ATTEMPTS = 4;
/** Seconds. Slack may ask for longer waits than a Lambda has time. */
const LONGEST_WAIT = 30;
/** https://docs.slack.dev/reference/methods/chat.postMessage#errors, answered with HTTP 200: the client does not try again. */
const transientErrors = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** Makes a call, up to four times where Slack is busy or in trouble, waiting as long as it asks. */
export const callSlack = async <T>(
  call: () => Promise<T>,
  { sleep, signal }: Pick<NotifierContext, 'sleep' | 'signal'>,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      const wait = attempt < ATTEMPTS ? secondsToWait(error, attempt) : undefined;
      if (wait === undefined || wait > LONGEST_WAIT) throw error;
      await sleep(wait * 1_000);
    }
  }
};

const secondsToWait = (error: unknown, attempt: number): number | undefined => {
  if (error instanceof WebAPIRateLimitedError) return error.retryAfter;
  // Slack has most likely done it: once more, and no more.
  if (isAnswerLost(error)) return attempt === 1 ? 1 : undefined;
  if (!(error instanceof WebAPIPlatformError) || !transientErrors.has(error.data.error)) return undefined;
  return error.data.response_metadata?.retryAfter ?? 2 ** (attempt - 1);
};

/** The connection ended, or time ran out, in the middle of the answer's body: that part the client does not try again. */
const isAnswerLost = (error: unknown): boolean => /^(TypeError: terminated|TimeoutError)/.test(String(error));
