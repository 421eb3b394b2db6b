import type { AccessKey, IamUser } from './model.ts';

/**
 * Exact AWS CLI lines for one key, safe to paste into a POSIX shell. What changes IAM first checks that the shell is signed
 * in to the key's own account, so that a line pasted into the wrong window does nothing.
 */
export type KeyCommands = {
  lastUsed: string;
  /** CloudTrail's management events by this key, in the region of its last use. */
  lookUpEvents: string;
  deactivate: string;
  delete: string;
  createReplacement: string;
};

/** The commands for a key whose id is known; `undefined` otherwise. */
export const commandsFor = (user: IamUser, key: AccessKey): KeyCommands | undefined => {
  if (key.accessKeyId === null) return undefined;
  const inAccount = `aws sts get-caller-identity --query Account --output text | grep -qx ${quoted(user.account.id)} &&`;
  const id = option('--access-key-id', key.accessKeyId);
  const name = option('--user-name', user.userName);
  const region = key.lastUsed.state === 'used' && key.lastUsed.region;
  return {
    lastUsed: `aws iam get-access-key-last-used ${id}`,
    lookUpEvents:
      `aws cloudtrail lookup-events --lookup-attributes ` +
      quoted(`AttributeKey=AccessKeyId,AttributeValue=${key.accessKeyId}`) +
      (region ? ` ${option('--region', region)}` : ''),
    deactivate: `${inAccount} aws iam update-access-key ${name} ${id} --status Inactive`,
    delete: `${inAccount} aws iam delete-access-key ${name} ${id}`,
    createReplacement: `${inAccount} aws iam create-access-key ${name}`,
  };
};

const quoted = (word: string): string => (/^[\w+=,.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A value that starts with a dash would be read as an option unless it is glued on. */
const option = (name: string, value: string): string => `${name}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`;
