import type { ContextBlock, HeaderBlock, KnownBlock, RichTextBlock } from '@slack/types';
import type { AuditReport } from '../domain/report.ts';
import { renderCsv } from './csv.ts';
import { everyFailure } from './failure-lines.ts';
import { shorten } from './safe-text.ts';
import { findingBlock } from './slack-finding.ts';
import { fits, messageText, type SlackMessage, slackLimits, storedSize } from './slack-limits.ts';
import { type Thread, threadMessages } from './slack-thread.ts';
import { countsSentence, coverageLines, headline, isAllClear, reportedAt } from './summary.ts';
import { earlierSameStep, findingLine } from './wording.ts';

/** A file to be attached in the thread. */
export type Attachment = { filename: string; content: string };
/** What Slack is told of one report: one message in the channel, the rest in its thread. */
export type SlackDigest = { digest: SlackMessage; thread: SlackMessage[]; csv?: Attachment };

/** The findings that matter most, in full. */
const IN_FULL = 10;
/** The head may take this much of the message (as `storedSize` counts), so that many failures leave room for findings. */
const HEAD_LIMIT = 4_500;
const HEAD_LINES = 20;
const ALL_CLEAR_LIMIT = 1_500;
const LINES = { names: 5, reason: 240 };
/** Kept free for the closing line. */
const CLOSING = 700;

/** The report as Slack messages, every one within Slack's limits, and every finding in the digest, the thread or the CSV. */
export const slackDigest = (report: AuditReport): SlackDigest => {
  const head = headBlocks(report);
  const details = detailBlocks(report);
  const inDigest = countThatFits(head, details);
  const thread = threadMessages(report, inDigest, details.slice(inDigest));
  const csv = attachment(report);
  const closing = csv && !isAllClear(report) ? [contextBlock(closingLine(report, inDigest, thread))] : [];
  return {
    digest: { text: digestText(report), blocks: [...head, ...details.slice(0, inDigest), ...closing] },
    thread: thread.messages,
    ...(csv && { csv }),
  };
};

const headBlocks = (report: AuditReport): KnownBlock[] => {
  const lines = coverageLines(report, LINES);
  const counts = countsSentence(report);
  if (isAllClear(report)) {
    const line = shorten([`${headline(report)}.`, ...lines, counts].join(' ').trim(), ALL_CLEAR_LIMIT);
    return [textBlock(line, '')];
  }
  for (let shown = Math.min(lines.length, HEAD_LINES); ; shown -= 1) {
    const left = lines.length - shown;
    const more = left > 0 ? [`… and ${left} more like these: all are in the CSV in the thread.`] : [];
    const block = textBlock([...lines.slice(0, shown), ...more].join('\n'), counts);
    if (shown === 0 || storedSize([block]) <= HEAD_LIMIT) return [headerBlock(headline(report)), block];
  }
};

const detailBlocks = (report: AuditReport): RichTextBlock[] => {
  const first = report.findings.slice(0, IN_FULL);
  const sameAs = earlierSameStep(first);
  const now = reportedAt(report);
  return first.map((finding, position) => {
    const earlier = sameAs[position];
    return findingBlock(finding, {
      number: position + 1,
      now,
      ...(earlier !== undefined && { stepAt: earlier + 1 }),
    });
  });
};

const countThatFits = (head: readonly KnownBlock[], details: readonly KnownBlock[]): number => {
  const room = contextBlock('x'.repeat(CLOSING));
  let count = details.length;
  while (count > 0 && !fits([...head, ...details.slice(0, count), room])) count -= 1;
  return count;
};

/** Where to find what the digest does not show. */
const closingLine = (report: AuditReport, inDigest: number, { listed, exemptListed }: Thread): string => {
  const total = report.findings.length;
  return [
    ...(listed > inDigest ? [`${range(inDigest + 1, listed)} of ${total}: in the thread.`] : []),
    ...(total > listed ? [`${range(listed + 1, total)}: in its CSV only.`] : []),
    ...(exemptListed > 0
      ? [`Exempt: in the thread${exemptListed < report.exempt.length ? ', all in its CSV' : ''}.`]
      : []),
    'The CSV in the thread has everything, each step and command.',
  ].join(' ');
};

const range = (first: number, last: number): string =>
  first === last ? `Finding ${first}` : `Findings ${first} to ${last}`;

const digestText = (report: AuditReport): string => {
  const now = reportedAt(report);
  return messageText(
    [`${headline(report)}.`, ...coverageLines(report, LINES), countsSentence(report)].filter((line) => line !== ''),
    report.findings.map((finding, position) => `${position + 1}. ${findingLine(finding, now)}`),
    (left) => `And ${left} more: see the thread and its CSV.`,
  );
};

/** Nothing to attach to an all-clear, unless some keys are exempt. */
const attachment = (report: AuditReport): Attachment | undefined =>
  report.findings.length + report.exempt.length + everyFailure(report).length === 0
    ? undefined
    : { filename: `keyaudit-${reportedAt(report).toISOString().slice(0, 10)}.csv`, content: renderCsv(report) };

const headerBlock = (text: string): HeaderBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: shorten(text, slackLimits.header), emoji: false },
});

const contextBlock = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'plain_text', text, emoji: false }],
});

const textBlock = (text: string, strong: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text },
        ...(strong ? [{ type: 'text' as const, text: `\n${strong}`, style: { bold: true } }] : []),
      ],
    },
  ],
});
