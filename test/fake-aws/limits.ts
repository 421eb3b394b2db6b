/**
 * How much a service takes before it throttles: "IAM and AWS STS independently implement a token bucket algorithm for throttling, in
 * which a bucket of virtual tokens is refilled every second".
 *
 * @see https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/
 */
import type { Call } from './calls.ts';

/** Of one bucket: how many calls it lets through for good, and how many at once after a rest. */
export interface Limit {
  perSecond: number;
  burst: number;
}

/** By the service's name, as in `Call.operation`. A service without one takes everything. */
export type Limits = Readonly<Record<string, Limit>>;

/**
 * Returns whether a call is one too many. Each account has a bucket for each operation, in each region: IAM is always signed for one.
 *
 * @param clock in ms; only ever goes forward
 */
export const limitCalls = (limits: Limits, clock: () => number): ((call: Call, region: string) => boolean) => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return ({ operation, account }, region) => {
    const limit = limits[operation.slice(0, operation.indexOf(':'))];
    if (!limit) return false;
    const now = clock();
    const name = `${account} ${region} ${operation}`;
    const { tokens, at } = buckets.get(name) ?? { tokens: limit.burst, at: now };
    const filled = Math.min(limit.burst, tokens + ((now - at) / 1000) * limit.perSecond);
    const isOver = filled < 1;
    buckets.set(name, { tokens: isOver ? filled : filled - 1, at: now });
    return isOver;
  };
};
