import type { SnsMessage } from '../../lambda/render/sns-message.ts';
import { aliveInText } from './text.ts';

/** A message as SNS takes it, or as the embedded SNS has it. */
export type Published = {
  subject?: string | undefined;
  message: string;
  attributes: Readonly<Record<string, { type: string; value: string }>>;
};

export const asPublished = ({ Subject, Message, MessageAttributes }: SnsMessage): Published => ({
  subject: Subject,
  message: Message,
  attributes: Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
      name,
      { type: DataType, value: StringValue },
    ]),
  ),
});

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_BYTES = 262_144;

/** JSON with text for e-mail, a line for SMS and a report for machines, under a subject that SNS takes, within its size. */
export const aliveInPublished = ({ subject = '', message, attributes }: Published): string[] => {
  const { default: machines, email, sms } = JSON.parse(message) as Record<'default' | 'email' | 'sms', string>;
  const size = [message, ...Object.entries(attributes).flatMap(([name, { type, value }]) => [name, type, value])]
    .map((part) => Buffer.byteLength(part))
    .reduce((sum, bytes) => sum + bytes, 0);
  return [
    ...(/^[!-~][ -~]{0,98}$/.test(subject) ? [] : [`subject ${JSON.stringify(subject)}`]),
    ...(/^[ -~]{1,140}$/.test(sms) ? [] : [`SMS ${JSON.stringify(sms)}`]),
    ...(size <= MAX_BYTES ? [] : [`${size} bytes`]),
    ...(message.isWellFormed() ? [] : ['half a character']),
    ...Object.entries(attributes).flatMap(([name, attribute]) => wrongAttribute(name, attribute)),
    ...aliveInText(email),
    ...(typeof JSON.parse(machines) === 'object' ? [] : ['no report']),
  ];
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const wrongAttribute = (name: string, { type, value }: { type: string; value: string }): string[] =>
  /^[A-Za-z0-9_-]{1,256}$/.test(name) && (type === 'Number' ? /^\d+$/ : /^[a-z]+$/).test(value)
    ? []
    : [`attribute ${JSON.stringify({ name, type, value })}`];
