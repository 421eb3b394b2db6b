import type { AccessKey, IamUser } from './model.ts';
import { globalEventsRegion, parseArn } from './partition.ts';
import { shellQuoted } from './shell.ts';

/**
 * Exact AWS CLI lines for one key, safe to paste into a POSIX shell. What the wrong account would take, or
 * answer with an empty list, first prints the account id: it stops where the shell is signed in elsewhere.
 */
export type KeyCommands = {
  lastUsed: string;
  /** CloudTrail's management events by this key: in the region of its last use, then where global services write. */
  lookUpEvents: string;
  deactivate: string;
  reactivate: string;
  delete: string;
  createReplacement: string;
};

/** The commands for a key whose id is known; `undefined` otherwise. */
export const commandsFor = (user: IamUser, key: AccessKey): KeyCommands | undefined => {
  if (key.accessKeyId === null) return undefined;
  const inAccount = `aws sts get-caller-identity --query Account --output text | grep -x ${shellQuoted(user.account.id)} &&`;
  const id = option('--access-key-id', key.accessKeyId);
  const name = option('--user-name', user.userName);
  const attributes = `--lookup-attributes ${shellQuoted(`AttributeKey=AccessKeyId,AttributeValue=${key.accessKeyId}`)}`;
  return {
    lastUsed: `aws iam get-access-key-last-used ${id}`,
    lookUpEvents: `${inAccount} ${inEach(eventRegions(user, key), (inRegion) => `aws cloudtrail lookup-events ${attributes} ${inRegion}`)}`,
    deactivate: `${inAccount} aws iam update-access-key ${name} ${id} --status Inactive`,
    reactivate: `${inAccount} aws iam update-access-key ${name} ${id} --status Active`,
    delete: `${inAccount} aws iam delete-access-key ${name} ${id}`,
    createReplacement: `${inAccount} aws iam create-access-key ${name}`,
  };
};

const eventRegions = (user: IamUser, { lastUsed }: AccessKey): string[] => {
  const lastUsedIn = lastUsed.state === 'used' ? lastUsed.region : undefined;
  const global = globalEventsRegion(parseArn(user.arn).partition) ?? lastUsedIn ?? 'us-east-1';
  return [...new Set([lastUsedIn ?? global, global])];
};

const inEach = (regions: readonly string[], command: (inRegion: string) => string): string =>
  regions.length === 1
    ? command(option('--region', regions.join()))
    : `for region in ${regions.map(shellQuoted).join(' ')}; do ${command('--region="$region"')}; done`;

/** A value that starts with a dash would be read as an option unless it is glued on. */
const option = (name: string, value: string): string =>
  `${name}${value.startsWith('-') ? '=' : ' '}${shellQuoted(value)}`;
