import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../domain/model.ts';
import type { AccountReader, FindAccounts, OpenAccount } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { findAccounts } from './accounts.ts';
import { type Polling, readCredentialReport } from './credential-report.ts';
import { type AssumedCredentials, assumeAuditRole, type Identity, readIdentity } from './credentials.ts';
import { listAccessKeys, listUsers, readLastUsed, readRootKeyPresent, readUserTags } from './iam.ts';

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

/**
 * The audit's view of AWS, by the program's ordinary credentials, region and endpoint.
 * Rejects when there are no credentials to start with.
 */
export const connectAws = async ({
  settings,
  signal,
  sleep: wait = (ms) => sleep(ms, undefined, { signal }),
  random = Math.random,
  elapsed = () => performance.now(),
}: AwsOptions): Promise<{ findAccounts: FindAccounts; openAccount: OpenAccount; callCount: () => number }> => {
  // Every call under way listens to the one signal: many listeners are no leak, as Node 20 would say.
  setMaxListeners(0, signal);
  const sts = new STSClient(clientOptions);
  // Hundreds of accounts share one pool of sockets, and one counter of what goes through it.
  const { requestHandler } = sts.config;
  const callCount = countRequests(requestHandler);
  const options = { ...clientOptions, requestHandler };
  const own = await readIdentity(sts, signal);
  const role = { name: settings.auditRoleName, externalId: settings.externalId };

  const credentialsFor = async ({ id }: Account): Promise<{ credentials?: AssumedCredentials }> =>
    id === own.accountId ? {} : { credentials: await assumeAuditRole(sts, { ...own, accountId: id }, role, signal) };

  return {
    findAccounts: findAccounts({
      settings,
      ownAccountId: own.accountId,
      organizations: new OrganizationsClient(options),
      abortSignal: signal,
    }),
    openAccount: async (account) =>
      reader(own, new IAMClient({ ...options, ...(await credentialsFor(account)) }), signal, {
        sleep: wait,
        random,
        elapsed,
      }),
    callCount,
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

const reader = ({ partition }: Identity, iam: IAMClient, abortSignal: AbortSignal, polling: Polling): AccountReader => {
  const call = { iam, abortSignal };
  return {
    partition,
    readCredentialReport: readCredentialReport({ ...call, ...polling }),
    listUsers: listUsers(call),
    listAccessKeys: listAccessKeys(call),
    readLastUsed: readLastUsed(call),
    readUserTags: readUserTags(call),
    readRootKeyPresent: readRootKeyPresent(call),
  };
};
