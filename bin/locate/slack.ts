import type { KnownBlock } from '@slack/types';
import { shorten } from '../../lambda/render/safe-text.ts';
import { fits, messageText, type SlackMessage, slackLimits } from '../../lambda/render/slack-limits.ts';
import type { LocateAnswer } from './answer.ts';
import { renderLocated } from './text.ts';

/** Longer lines are cut: one of them must not take the room of the others. */
const LINE_LIMIT = 500;

/** The answer as one message for Slack: what has no room is counted. */
export const slackMessage = (answer: LocateAnswer): SlackMessage => {
  const lines = renderLocated(answer, { withFailures: true })
    .trimEnd()
    .split('\n')
    .map((line) => shorten(line, LINE_LIMIT));
  const [head = '', ...rest] = lines;
  return { text: messageText([head], rest, more), blocks: preformatted(lines) };
};

const more = (left: number): string =>
  `… and ${left} more ${left === 1 ? 'line' : 'lines'}: run keyaudit locate with --format text.`;

/** As many of the first lines as Slack takes. */
const preformatted = (lines: readonly string[]): KnownBlock[] => {
  for (let shown = linesWithin(lines, slackLimits.characters); ; shown -= 1) {
    const left = lines.length - shown;
    const blocks = [block([...lines.slice(0, shown), ...(left > 0 ? [more(left)] : [])].join('\n'))];
    if (shown === 0 || fits(blocks)) return blocks;
  }
};

const linesWithin = (lines: readonly string[], characters: number): number => {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + 1;
    return length > characters;
  });
  return end === -1 ? lines.length : end;
};

/** Rich text knows no markup, so that no name can mention anyone: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
const block = (text: string): KnownBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
});
