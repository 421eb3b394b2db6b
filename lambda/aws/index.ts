import { setMaxListeners } from 'node:events';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../domain/model.ts';
import { globalEventsRegion } from '../domain/partition.ts';
import { statusChangesIn } from '../domain/trail.ts';
import type { AccountReader, FindAccounts, LookUpEvents, OpenAccount, ReadStatusChanges } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { findAccounts } from './accounts.ts';
import { lookUpEvents } from './cloudtrail.ts';
import { type Polling, readCredentialReport } from './credential-report.ts';
import { assumeAuditRole, type Identity, readIdentity } from './credentials.ts';
import { findKeyUser, listAccessKeys, listUsers, readLastUsed, readRootKeyPresent, readUserTags } from './iam.ts';

export type AwsOptions = {
  settings: Pick<Settings, 'accounts' | 'productionAccounts' | 'auditRoleName' | 'externalId'>;
  signal: AbortSignal;
  /** For tests and the demo: how to wait between polls of the credential report, and with what jitter. */
  sleep?: (ms: number) => Promise<void>;
  random?: () => number;
  /** A clock in ms that only goes forward. */
  elapsed?: () => number;
};

/** Adaptive: each client slows down by itself when its account throttles. One client per account and service. */
const clientOptions = {
  retryMode: 'adaptive',
  maxAttempts: 6,
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
    httpsAgent: { maxSockets: 128 },
    httpAgent: { maxSockets: 128 },
  },
} as const;

/** What a client of an account is made of: the shared connections, the counter of calls, and the account's credentials. */
export type ClientOptions = Omit<typeof clientOptions, 'requestHandler'> &
  Pick<STSClient['config'], 'requestHandler' | 'credentials'>;

export type AwsConnection = {
  /** Who the program is by its own credentials. */
  identity: Identity;
  findAccounts: FindAccounts;
  /** One reader for each account, however often it is asked for. */
  openAccount: OpenAccount;
  /** For clients of other services in an account. Rejects where its role can not be assumed. */
  clientOptionsFor: (account: Account) => Promise<ClientOptions>;
  /** How much later AWS's clock is than this machine's, in ms, by its last answer. */
  clockOffset: () => number;
  /** How many requests were sent so far, retries included. */
  callCount: () => number;
};

/**
 * The audit's view of AWS, by the program's ordinary credentials, region and endpoint.
 * Rejects when there are no credentials to start with.
 */
export const connectAws = async ({
  settings,
  signal,
  sleep = (ms) => pause(ms, signal),
  random = Math.random,
  elapsed = () => performance.now(),
}: AwsOptions): Promise<AwsConnection> => {
  // Every call under way listens to the one signal: many listeners are no leak, as Node 20 would say.
  setMaxListeners(0, signal);
  const sts = new STSClient(clientOptions);
  // Hundreds of accounts share one pool of sockets, and one counter of what goes through it.
  const { requestHandler } = sts.config;
  const callCount = countRequests(requestHandler);
  const ownOptions: ClientOptions = { ...clientOptions, requestHandler, credentials: sts.config.credentials };
  const identity = await readIdentity(sts, signal);
  const role = { name: settings.auditRoleName, externalId: settings.externalId };

  const clientOptionsFor = rememberedByAccount(async ({ id }): Promise<ClientOptions> => {
    if (id === identity.accountId) return ownOptions;
    const { credentials } = new STSClient({
      ...ownOptions,
      credentials: () => assumeAuditRole(sts, { ...identity, accountId: id }, role, signal),
    }).config;
    // Assumes the role now; a client's credentials are renewed by the SDK before they end, for all who share them.
    await credentials();
    return { ...ownOptions, credentials };
  });

  return {
    identity,
    findAccounts: findAccounts({
      settings,
      ownAccountId: identity.accountId,
      organizations: new OrganizationsClient(ownOptions),
      abortSignal: signal,
    }),
    openAccount: rememberedByAccount(async (account) =>
      reader(identity, await clientOptionsFor(account), signal, { sleep, random, elapsed }),
    ),
    clientOptionsFor,
    clockOffset: () => sts.config.systemClockOffset,
    callCount,
  };
};

/** The global timer: where tests make time pass faster, this goes with it. Rejects when it is aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/** Does the work once for each account, and again only where it failed. */
const rememberedByAccount = <T>(work: (account: Account) => Promise<T>): ((account: Account) => Promise<T>) => {
  const byId = new Map<string, () => Promise<T>>();
  return (account) => {
    const known = byId.get(account.id) ?? remembered(() => work(account));
    byId.set(account.id, known);
    return known();
  };
};

const remembered = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
};

/** Counts the requests that a handler sends, retries included. */
const countRequests = (handler: STSClient['config']['requestHandler']): (() => number) => {
  const send = handler.handle.bind(handler);
  let count = 0;
  handler.handle = (...request) => {
    count += 1;
    return send(...request);
  };
  return () => count;
};

const reader = (
  { partition }: Identity,
  options: ClientOptions,
  abortSignal: AbortSignal,
  polling: Polling,
): AccountReader => {
  const call = { iam: new IAMClient(options), abortSignal };
  const lookUp = lookUpEvents({
    clientIn: (region) => new CloudTrailClient({ ...options, region }),
    abortSignal,
    ...polling,
  });
  return {
    partition,
    readCredentialReport: readCredentialReport({ ...call, ...polling }),
    listUsers: listUsers(call),
    listAccessKeys: listAccessKeys(call),
    readLastUsed: readLastUsed(call),
    readUserTags: readUserTags(call),
    readRootKeyPresent: readRootKeyPresent(call),
    lookUpEvents: lookUp,
    readStatusChanges: () => readStatusChanges(partition, lookUp),
    findKeyUser: findKeyUser(call),
  };
};

const readStatusChanges = async (partition: string, lookUp: LookUpEvents): ReturnType<ReadStatusChanges> => {
  const region = globalEventsRegion(partition);
  if (region === undefined) return { last: new Map(), complete: false };
  const { events, complete } = await lookUp({ attribute: 'EventName', value: 'UpdateAccessKey', region });
  return { last: statusChangesIn(events), complete };
};
