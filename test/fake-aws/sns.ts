/**
 * SNS Publish, and what it refuses.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import { type Operation, optional, type Params, type Service, WireError } from './wire.ts';
import type { FakePublished } from './world.ts';

/** "Message payload … maximum 256 KiB": body and attributes together, in bytes. */
const LARGEST_MESSAGE_BYTES = 262_144;
/** "no line breaks or control characters, and less than 100 characters long" */
const LONGEST_SUBJECT = 99;
const LINE_BREAK_OR_CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const DATA_TYPE = /^(String|String\.Array|Number|Binary)(\.[\w-]+)?$/;

export const fakeSns = (published: FakePublished[]): Service => ({
  name: 'sns',
  protocol: 'query',
  namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  operations: { Publish: publish(published) },
});

const publish =
  (published: FakePublished[]): Operation =>
  (params, { world, caller }) => {
    const topicArn = optional(params, 'TopicArn') ?? optional(params, 'TargetArn');
    if (!topicArn) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
    const [, , service, region, accountId] = topicArn.split(':');
    // SNS is regional: a topic of another region is not a valid name here.
    if (service !== 'sns' || region !== caller.region || topicArn.split(':').length !== 6) throw invalid('TopicArn');
    if (accountId !== caller.accountId) {
      throw new WireError(
        403,
        'AuthorizationError',
        `User: ${caller.arn} is not authorized to perform: SNS:Publish on resource: ${topicArn}`,
      );
    }
    if (!world.topicArns.includes(topicArn)) throw new WireError(404, 'NotFound', 'Topic does not exist');

    const message = optional(params, 'Message') ?? '';
    const subject = optional(params, 'Subject');
    const messageStructure = optional(params, 'MessageStructure');
    if (message === '') throw invalid('Empty message');
    if (subject !== undefined && (subject.length > LONGEST_SUBJECT || LINE_BREAK_OR_CONTROL.test(subject)))
      throw invalid('Subject');
    if (messageStructure !== undefined && messageStructure !== 'json') throw invalid('MessageStructure');
    if (messageStructure === 'json') checkProtocolMessages(message);
    const attributes = readAttributes(params);
    const bytes = [message, ...Object.entries(attributes).flatMap(([name, { type, value }]) => [name, type, value])]
      .map((part) => Buffer.byteLength(part))
      .reduce((sum, length) => sum + length, 0);
    if (bytes > LARGEST_MESSAGE_BYTES) throw invalid('Message too long');

    const messageId = `00000000-0000-4000-8000-${String(published.length + 1).padStart(12, '0')}`;
    published.push({ messageId, topicArn, subject, message, messageStructure, attributes });
    return { MessageId: messageId };
  };

const invalid = (what: string): WireError => new WireError(400, 'InvalidParameter', `Invalid parameter: ${what}`);

const checkProtocolMessages = (message: string): void => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const fallback =
    typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)['default'] : undefined;
  if (typeof fallback !== 'string') throw invalid('Message Structure - No default entry in JSON message body');
};

const readAttributes = (params: Params): FakePublished['attributes'] => {
  const attributes: FakePublished['attributes'] = {};
  for (let number = 1; ; number++) {
    const field = (suffix: string) => optional(params, `MessageAttributes.entry.${number}.${suffix}`);
    const name = field('Name');
    if (name === undefined) return attributes;
    const type = field('Value.DataType') ?? '';
    const value = field('Value.StringValue') ?? field('Value.BinaryValue') ?? '';
    if (!/^[\w.-]{1,256}$/.test(name)) throw invalid(`Message attribute name '${name}'`);
    if (!DATA_TYPE.test(type)) {
      throw new WireError(
        400,
        'ParameterValueInvalid',
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (value === '') {
      throw new WireError(
        400,
        'ParameterValueInvalid',
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    if (type === 'Number' && !Number.isFinite(Number(value))) {
      throw new WireError(400, 'ParameterValueInvalid', `Could not cast message attribute '${name}' value to number.`);
    }
    attributes[name] = { type, value };
  }
};
