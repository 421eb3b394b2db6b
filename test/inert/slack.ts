import { checkBlocks } from '../fake-aws/index.ts';
import { aliveInText } from './text.ts';

/** Whom a message may mention, by id, and how the addresses begin that it may link to. */
export type Intended = { mentions?: readonly string[]; links?: readonly string[] };

/** Blocks and elements in which a name is only text: none that knows markup, loads something or calls everybody. */
const PLAIN = new Set([
  'header',
  'context',
  'table',
  'rich_text',
  'rich_text_section',
  'rich_text_preformatted',
  'plain_text',
  'raw_text',
  'text',
]);

type Message = { text: string; blocks?: readonly unknown[] | undefined };

/**
 * A message that Slack takes, whose `text` is escaped for where it is parsed (notifications, and a Slack that refuses the layout):
 * https://docs.slack.dev/messaging/formatting-message-text#escaping, and whose blocks know no markup.
 */
export const aliveInMessage = ({ text, blocks = [] }: Message, intended: Intended = {}): string[] => [
  ...(/[<>]|&(?!amp;|lt;|gt;)/.test(text) ? [`markup in the text ${JSON.stringify(text)}`] : []),
  ...aliveInText(text),
  ...(blocks.length > 0 ? checkBlocks(blocks).errors : []),
  ...nodesIn(blocks).flatMap((node) => aliveInNode(node, intended)),
];

type Node = { type?: unknown } & Record<string, unknown>;

const aliveInNode = (node: Node, intended: Intended): string[] => [
  ...(node.type === undefined || isIntended(node, intended) ? [] : [`element ${JSON.stringify(node).slice(0, 200)}`]),
  ...Object.values(node).flatMap((value) => (typeof value === 'string' ? aliveInText(value) : [])),
];

const isIntended = (node: Node, { mentions = [], links = [] }: Intended): boolean => {
  const { type, url, text, user_id, usergroup_id, channel_id, emoji } = node;
  if (type === 'link') return links.some((link) => String(url).startsWith(link)) && isWhere(String(text), String(url));
  if (['user', 'usergroup', 'channel'].includes(String(type))) {
    return mentions.includes(String(user_id ?? usergroup_id ?? channel_id));
  }
  return PLAIN.has(String(type)) && (type !== 'plain_text' || emoji === false);
};

/** A link says where it leads. */
const isWhere = (text: string, url: string): boolean => text.replace(/\/…$/, '') === new URL(url).host;

/** Every object somewhere inside. */
const nodesIn = (value: unknown): Node[] => {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Node]), ...Object.values(value).flatMap(nodesIn)];
};
