import type { slackDigest } from '../lambda/render/slack-digest.ts';
import type { SlackMessage } from '../lambda/render/slack-limits.ts';

/** What tests see of Slack messages. */

export type Words = {
  text?: unknown;
  elements?: Words[];
  rows?: Words[][];
  type?: string;
  [id: `${string}_id`]: string;
};

/** What a reader sees of blocks, a line for each; a mention in brackets. */
export const seen = (blocks: readonly unknown[] = []): string =>
  (blocks as Words[]).map((block) => wordsOf(block)).join('\n');

export const wordsOf = ({ text, elements, rows, type, user_id, usergroup_id, channel_id }: Words): string => {
  const id = user_id ?? usergroup_id ?? channel_id;
  if (id) return `[${id}]`;
  if (typeof text === 'string') return text;
  if (text) return wordsOf(text as Words);
  if (rows) return rows.map((row) => row.map(wordsOf).join(' | ')).join('\n');
  return (elements ?? []).map(wordsOf).join(type === 'rich_text' ? '\n' : '');
};

export const messagesOf = ({ digest, thread }: ReturnType<typeof slackDigest>): SlackMessage[] => [digest, ...thread];

/** Every mention of a message. */
export const mentionsIn = (blocks: readonly unknown[]): string[] =>
  JSON.stringify(blocks).match(/\{"type":"(?:user|usergroup|channel)"[^}]*\}/g) ?? [];
