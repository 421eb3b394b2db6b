import type { KnownBlock } from '@slack/types';
import { shorten } from './safe-text.ts';

/** One message for `chat.postMessage`: what people see, and the same in words for screen readers and notifications. */
export type SlackMessage = { text: string; blocks: KnownBlock[] };

/** https://docs.slack.dev/reference/block-kit/blocks/ and the pages of the blocks below it. */
export const slackLimits = {
  /** https://docs.slack.dev/reference/block-kit/blocks/#messages */
  blocks: 50,
  /** https://docs.slack.dev/reference/block-kit/blocks/header-block */
  header: 150,
  /** https://docs.slack.dev/reference/block-kit/blocks/table-block */
  tableRows: 100,
  tableCharacters: 10_000,
  /**
   * Of all blocks together; beyond, Slack answers `msg_blocks_too_long`. Not documented: 13,297 characters of text have been
   * accepted in one block, and 15,561 characters of JSON; 17,694 of JSON with 11,341 of text have been refused.
   * https://github.com/slackapi/bolt-js/issues/2509 https://github.com/slackapi/bolt-js/issues/2867
   */
  characters: 12_000,
  stored: 15_000,
  /** Longer ones are split into several messages: https://docs.slack.dev/reference/methods/chat.postMessage */
  text: 3_900,
} as const;

/** What Slack adds to each block: `,"block_id":"aBcDe"` and some room. */
const BLOCK_OVERHEAD = 30;

/**
 * The size of blocks as Slack would store them, by the most careful reading: their JSON, in which a character outside
 * ASCII takes six (`\u2026`).
 */
export const storedSize = (blocks: readonly unknown[]): number => {
  const json = JSON.stringify(blocks);
  return json.length + 5 * (json.match(/[^ -~]/g)?.length ?? 0) + BLOCK_OVERHEAD * blocks.length;
};

/** All that people read in blocks: every string called `text`. */
export const characterCount = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + (name === 'text' && typeof inner === 'string' ? inner.length : characterCount(inner)),
    0,
  );
};

/** Whether Slack takes so many blocks, so large, in one message. */
export const fits = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length <= slackLimits.blocks &&
  storedSize(blocks) <= slackLimits.stored &&
  characterCount(blocks) <= slackLimits.characters;

/** Stops mentions, links and HTML entities. In this order: https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Room for the sentence that says how much more there is. */
const MORE = 120;
/** The largest share of the text that goes to what stands before the entries. */
const HEAD = 2_000;

/**
 * A message's `text`: the head's lines, then the entries, escaped and within the limit. It is cut between lines only;
 * `more` says how many entries there was no room for.
 */
export const messageText = (
  head: readonly string[],
  entries: readonly string[],
  more: (left: number) => string,
): string => {
  const headLines = linesThatFit(
    head.map((line) => escapeText(shorten(line, HEAD / 5 - 1))),
    HEAD,
  );
  const cut = headLines.length < head.length ? ['… more of this in the message itself.'] : [];
  const start = [...headLines, ...cut].join('\n');
  const room = slackLimits.text - start.length - 1 - MORE;
  const shown = linesThatFit(entries.map(escapeText), room);
  const left = entries.length - shown.length;
  return [start, ...shown, ...(left > 0 ? [escapeText(more(left))] : [])].join('\n');
};

/** As many of the first lines as are together no longer than `limit`. */
const linesThatFit = (lines: readonly string[], limit: number): string[] => {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + 1;
    return length > limit;
  });
  return lines.slice(0, end === -1 ? lines.length : end);
};
