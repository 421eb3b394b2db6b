import type { Call } from './calls.ts';

/** Faults that a fake service was told to have. */

export type FaultKind =
  /** AWS: 400 `Throttling` "Rate exceeded" (or the service's own word for it). Slack: HTTP 429 with Retry-After. */
  | 'throttle'
  /** Slack only: HTTP 200 `{ok: false, error: 'ratelimited'}`. */
  | 'ratelimited'
  /** Never answers; the connection stays open until the client or `close()` ends it. */
  | 'timeout'
  /** The work is done, then the connection is cut in the middle of the answer's body. */
  | 'reset'
  /** AWS: access denied, in the service's own words. Slack: missing_scope. */
  | 'deny'
  | 'error500'
  /** 200 with a body that is not what the protocol says. */
  | 'malformed'
  /** 200 with a body that has nothing in it: what a proxy may make of an answer. */
  | 'empty'
  | 'expired-token'
  /** The thing asked about does not exist (Slack: channel_not_found). */
  | 'not-found'
  /** IAM's LimitExceeded (409), what GenerateCredentialReport answers when it has no more capacity. */
  | 'limit-exceeded'
  /** Any other refusal: `code`, and for AWS `status` and `message`. */
  | 'error';

export interface Fault {
  /** As in `Call.operation`; `iam:*` for every operation of a service. */
  operation: string;
  kind: FaultKind;
  /** Which of the calls that match (counted from when the fault was added, from 1); default `every`. */
  nth?: number | readonly number[] | 'every' | undefined;
  /** Only calls by this account. */
  account?: string | undefined;
  /** Only calls with these parameters. */
  when?: ((params: Readonly<Record<string, unknown>>) => boolean) | undefined;
  /** For `error`. */
  code?: string | undefined;
  status?: number | undefined;
  message?: string | undefined;
  /** Slack `throttle`: the Retry-After header; default 1. */
  retryAfterSeconds?: number | undefined;
  /** The work is done before the call fails, so that a retry does it twice; default only for `reset`. */
  afterEffect?: boolean | undefined;
}

export interface Faults {
  /** Returns a function that takes the fault away again. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The first fault that this call meets; counts the call for every fault that it matches. */
  meet(call: Call): Fault | undefined;
}

export const injectFaults = (): Faults => {
  let active: { fault: Fault; seen: number }[] = [];
  return {
    add: (fault) => {
      const entry = { fault, seen: 0 };
      active.push(entry);
      return () => {
        active = active.filter((other) => other !== entry);
      };
    },
    clear: () => {
      active = [];
    },
    meet: (call) => {
      let met: Fault | undefined;
      for (const entry of active) {
        if (!matches(entry.fault, call)) continue;
        entry.seen += 1;
        if (isDue(entry.fault.nth, entry.seen)) met ??= entry.fault;
      }
      return met;
    },
  };
};

const matches = ({ operation, account, when }: Fault, call: Call): boolean =>
  (operation.endsWith(':*') ? call.operation.startsWith(operation.slice(0, -1)) : operation === call.operation) &&
  (account === undefined || account === call.account) &&
  (when === undefined || when(call.params));

const isDue = (nth: Fault['nth'], seen: number): boolean =>
  nth === undefined || nth === 'every' || (typeof nth === 'number' ? nth === seen : nth.includes(seen));
