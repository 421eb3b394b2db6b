import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { assumeAuditRole } from '../../lambda/aws/credentials.ts';
import { connectAws } from '../../lambda/aws/index.ts';
import type { AccessKey, KeyStatus, LastUsed, Tags } from '../../lambda/domain/model.ts';
import { parseSettings } from '../../lambda/settings.ts';
import { accessKey, daysAgo } from '../builders.ts';
import { reportCsv, rootRow } from '../report-csv.ts';

/** What the suites here share: moto's accounts, filled by the real SDK as far as AWS has a call for it. */

/** moto's name for the account of credentials that it does not know: https://docs.getmoto.org/en/latest/docs/multi_account.html */
export const HUB = '123456789012';
export const STAGING = '111122223333';
export const PRODUCTION = '444455556666';

const environmentVariable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`there is no ${name}: start these suites with npm run test:moto`);
  return value;
};

const post = async (url: string, body?: unknown): Promise<void> => {
  const response = await fetch(url, { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
};

/** Empties every account: for `beforeAll`, because all suites share one moto. */
export const emptyMoto = (): Promise<void> => post(`${environmentVariable('AWS_ENDPOINT_URL')}/moto-api/reset`);

/** Changes, in moto's own memory, what no AWS API changes: see server.py. */
const backDate = (what: 'user' | 'key' | 'root', change: object): Promise<void> =>
  post(`${environmentVariable('MOTO_BACK_DATING_URL')}/${what}`, change);

/** A client for the hub by the ordinary credentials; for another account by its audit role. */
export const iamOf = async (accountId: string): Promise<IAMClient> => {
  if (accountId === HUB) return new IAMClient();
  const identity = { accountId, partition: 'aws' };
  const credentials = await assumeAuditRole(
    new STSClient(),
    identity,
    { name: 'keyaudit' },
    new AbortController().signal,
  );
  return new IAMClient({ credentials });
};

export type UserSeed = {
  userName: string;
  createDate?: Date;
  tags?: Tags;
  /** What differs from the builder's key; the ids are moto's. */
  accessKeys?: readonly Partial<Omit<AccessKey, 'accessKeyId'>>[];
};

/** Makes a user with its keys, and returns the ids of these, in their order. */
export const seedUser = async (
  accountId: string,
  { userName, createDate = daysAgo(1000), tags = {}, accessKeys = [{}] }: UserSeed,
): Promise<string[]> => {
  const iam = await iamOf(accountId);
  await iam.send(new CreateUserCommand({ UserName: userName }));
  await backDate('user', { account: accountId, userName, createDate });
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await iam.send(new TagUserCommand({ UserName: userName, Tags }));
  const ids: string[] = [];
  for (const overrides of accessKeys) ids.push(await seedKey(iam, { accountId, userName }, accessKey(overrides)));
  return ids;
};

const seedKey = async (
  iam: IAMClient,
  { accountId, userName }: { accountId: string; userName: string },
  { status, createDate, lastUsed }: AccessKey,
): Promise<string> => {
  const { AccessKey: created } = await iam.send(new CreateAccessKeyCommand({ UserName: userName }));
  const accessKeyId = created!.AccessKeyId!;
  if (status === 'Inactive') {
    await iam.send(new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status: status }));
  }
  await backDate('key', {
    account: accountId,
    userName,
    accessKeyId,
    createDate,
    lastUsed: reportedUse(lastUsed),
    ...expired(status),
  });
  return accessKeyId;
};

/** UpdateAccessKey takes Active and Inactive only. */
const expired = (status: KeyStatus) => (status === 'Expired' ? { status } : {});

/** Gives a key other dates than moto's own. Only what is named changes. */
export const backDateKey = (
  accountId: string,
  userName: string,
  accessKeyId: string,
  { createDate, lastUsed }: Partial<AccessKey>,
): Promise<void> =>
  backDate('key', {
    account: accountId,
    userName,
    accessKeyId,
    ...(createDate && { createDate }),
    ...(lastUsed && { lastUsed: reportedUse(lastUsed) }),
  });

/** In AWS's words, with its N/A. */
const reportedUse = (lastUsed: LastUsed) =>
  lastUsed.state === 'used'
    ? { date: lastUsed.date, serviceName: lastUsed.serviceName ?? 'N/A', region: lastUsed.region ?? 'N/A' }
    : null;

/** Gives the root user a key: in the account's summary, where moto has none. */
export const seedRootKey = (accountId: string): Promise<void> =>
  backDate('root', { account: accountId, accessKey: true });

/** Adds the row of a root user without keys to the account's credential reports: moto writes none. */
export const addRootRow = (accountId: string): Promise<void> => {
  const [, reportRow] = reportCsv([rootRow({ arn: `arn:aws:iam::${accountId}:root` })]).split('\n');
  return backDate('root', { account: accountId, reportRow });
};

/** The program's own view of moto, with polls of the credential report that do not wait. */
export const connect = (settings: object) =>
  connectAws({
    settings: parseSettings(settings),
    signal: new AbortController().signal,
    sleep: async () => {},
  });
