/** What was asked of a fake service, in order. Refused, failed and unanswered calls count too: each was a request. */

export interface Call {
  /** `iam:ListUsers`, `sts:AssumeRole`, `slack:chat.postMessage`: the word AWS itself uses in policies. */
  operation: string;
  /** The caller's account id (for a fake Slack: the team id); empty where the credentials are unknown. */
  account: string;
  /** As on the wire: flat strings for the query protocol (`MessageAttributes.entry.1.Name`), parsed JSON otherwise. */
  params: Readonly<Record<string, unknown>>;
}

export interface Calls {
  readonly all: readonly Call[];
  /** Calls of one operation, of one account if given. Without an operation: all. */
  count(operation?: string, account?: string): number;
  of(operation: string, account?: string): Call[];
  byOperation(): Record<string, number>;
  record(call: Call): void;
  reset(): void;
}

export const recordCalls = (): Calls => {
  const all: Call[] = [];
  const of = (operation?: string, account?: string) =>
    all.filter((call) => (!operation || call.operation === operation) && (!account || call.account === account));
  return {
    all,
    of,
    count: (operation, account) => of(operation, account).length,
    byOperation: () => {
      const counts: Record<string, number> = {};
      for (const { operation } of all) counts[operation] = (counts[operation] ?? 0) + 1;
      return counts;
    },
    record: (call) => void all.push(call),
    reset: () => void all.splice(0),
  };
};
