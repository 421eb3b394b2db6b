/**
 * IAM: what changes access keys and tags. Every call, refused ones too, leaves an event where CloudTrail keeps those of global
 * services.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html and the others of that name
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
import { fakeEvent } from './events.ts';
import { existingUser } from './lookup.ts';
import { type Answer, type Operation, optional, type Params, required, WireError } from './wire.ts';
import { exampleSecret, type FakeKey, type FakeUser, fakeKey } from './world.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: keys that are not active count. */
const KEYS_PER_USER = 2;
const TAGS_PER_USER = 50;
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** @param secretAccessKeys where the secrets go that are given out */
export const iamWrites = (secretAccessKeys: string[]): Readonly<Record<string, Operation>> => {
  const writes: Record<string, Operation> = {
    CreateAccessKey: createAccessKey(secretAccessKeys),
    UpdateAccessKey: updateAccessKey,
    DeleteAccessKey: deleteAccessKey,
    TagUser: tagUser,
    UntagUser: untagUser,
  };
  return Object.fromEntries(Object.entries(writes).map(([name, write]) => [name, recorded(name, write)]));
};

const createAccessKey =
  (secretAccessKeys: string[]): Operation =>
  (params, context) => {
    const user = existingUser(context.account, required(params, 'UserName'));
    if (user.keys.length >= KEYS_PER_USER) {
      throw new WireError(409, 'LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);
    }
    const key = fakeKey({ created: context.now() });
    user.keys.push(key);
    const secret = exampleSecret(secretAccessKeys.length + 1);
    secretAccessKeys.push(secret);
    return {
      AccessKey: {
        UserName: user.userName,
        AccessKeyId: key.accessKeyId,
        Status: key.status,
        SecretAccessKey: secret,
        CreateDate: key.created,
      },
    };
  };

const updateAccessKey: Operation = (params, { account }) => {
  const status = required(params, 'Status');
  const { key } = existingKey(existingUser(account, required(params, 'UserName')), params);
  if (status !== 'Active' && status !== 'Inactive') throw invalid(status, 'status', '[Active, Inactive]');
  key.status = status;
  return {};
};

const deleteAccessKey: Operation = (params, { account }) => {
  const user = existingUser(account, required(params, 'UserName'));
  user.keys.splice(existingKey(user, params).at, 1);
  return {};
};

const existingKey = (user: FakeUser, params: Params): { key: FakeKey; at: number } => {
  const accessKeyId = required(params, 'AccessKeyId');
  const at = user.keys.findIndex((candidate) => candidate.accessKeyId === accessKeyId);
  const key = user.keys[at];
  if (!key) throw new WireError(404, 'NoSuchEntity', `The Access Key with id ${accessKeyId} cannot be found.`);
  return { key, at };
};

const tagUser: Operation = (params, { account }) => {
  const tags = members(params, 'Tags', ['Key', 'Value']).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  for (const [at, { Key, Value }] of tags.entries()) {
    if (!TAG_KEY.test(Key)) throw invalid(Key, `tags.${at + 1}.member.key`, String(TAG_KEY));
    if (!TAG_VALUE.test(Value)) throw invalid(Value, `tags.${at + 1}.member.value`, String(TAG_VALUE));
    if (Key.toLowerCase().startsWith('aws:'))
      throw new WireError(400, 'InvalidInput', 'Tag keys beginning with aws: are reserved.');
  }
  if (new Set(tags.map(({ Key }) => Key.toLowerCase())).size < tags.length) {
    throw new WireError(
      400,
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  const user = existingUser(account, required(params, 'UserName'));
  const next = { ...user.tags };
  for (const { Key, Value } of tags) next[sameTag(user, Key) ?? Key] = Value;
  if (Object.keys(next).length > TAGS_PER_USER) {
    throw new WireError(409, 'LimitExceeded', `The number of tags has reached the maximum limit: ${TAGS_PER_USER}`);
  }
  user.tags = next;
  return {};
};

/** A tag that the user does not have is taken away without complaint. */
const untagUser: Operation = (params, { account }) => {
  const user = existingUser(account, required(params, 'UserName'));
  for (const { '': name = '' } of members(params, 'TagKeys', [''])) delete user.tags[sameTag(user, name) ?? name];
  return {};
};

/** "Tag keys are not case-sensitive, but case is preserved": https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
const sameTag = ({ tags }: FakeUser, name: string): string | undefined =>
  Object.keys(tags).find((existing) => existing.toLowerCase() === name.toLowerCase());

/** A list of the query protocol: `Tags.member.1.Key`; the field `''` is the item itself. */
const members = (params: Params, list: string, fields: readonly string[]): Record<string, string>[] => {
  const items: Record<string, string>[] = [];
  for (let number = 1; ; number++) {
    const given = fields.flatMap((field) => {
      const value = optional(params, `${list}.member.${number}${field && `.${field}`}`);
      return value === undefined ? [] : [[field, value] as const];
    });
    if (given.length === 0) return items;
    items.push(Object.fromEntries(given));
  }
};

const invalid = (value: string, member: string, rule: string): WireError =>
  new WireError(
    400,
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy ${rule}`,
  );

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events */
const EVENTS_OF_GLOBAL_SERVICES = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-northwest-1',
  'aws-eusc': 'eusc-de-east-1',
} as const;

const recorded =
  (name: string, write: Operation): Operation =>
  (params, context) => {
    const { account, caller, userAgent, now } = context;
    const record = (outcome: { answer: Answer } | { refusal: WireError }): void => {
      account.events.push(
        fakeEvent({
          name,
          source: 'iam.amazonaws.com',
          at: now(),
          region: EVENTS_OF_GLOBAL_SERVICES[account.partition],
          accountId: account.id,
          accessKeyId: caller.accessKeyId,
          userName: caller.arn.split('/').at(-1) ?? '',
          sourceIpAddress: '192.0.2.1',
          userAgent,
          requestParameters: requestParameters(params),
          ...('answer' in outcome
            ? { responseElements: responseElements(outcome.answer) }
            : { errorCode: `${outcome.refusal.code}Exception` }),
        }),
      );
    };
    try {
      const answer = write(params, context);
      record({ answer });
      return answer;
    } catch (error) {
      if (error instanceof WireError) record({ refusal: error });
      throw error;
    }
  };

/** CloudTrail writes the names of parameters with a small letter. */
const requestParameters = (params: Params): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );

/** The key that was made, without its secret. */
const responseElements = ({ AccessKey }: Answer): Record<string, unknown> | null => {
  if (AccessKey === undefined) return null;
  const { UserName, AccessKeyId, Status } = AccessKey as Answer;
  return { accessKey: { userName: UserName, accessKeyId: AccessKeyId, status: Status } };
};
