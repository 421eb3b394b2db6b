import type { ContextBlock, HeaderBlock, KnownBlock, RichTextBlock } from '@slack/types';
import type { Repeat } from '../domain/news.ts';
import type { AuditReport } from '../domain/report.ts';
import { renderCsv } from './csv.ts';
import { everyFailure } from './failure-lines.ts';
import { shorten } from './safe-text.ts';
import { type Agenda, agendaOf, type Entry, heldBackSentence, readable } from './slack-agenda.ts';
import { findingBlock, linesBlock, type Placed, placed } from './slack-finding.ts';
import { fits, messageText, type SlackMessage, slackLimits, storedSize } from './slack-limits.ts';
import { type Thread, threadMessages } from './slack-thread.ts';
import {
  countsSentence,
  coverageLines,
  headline,
  isAllClear,
  noteSentences,
  reportedAt,
  resolvedSentence,
} from './summary.ts';
import { findingLine, newsNote, ongoingLine, stuckSentence } from './wording.ts';

/** A file to be attached in the thread. */
export type Attachment = { filename: string; content: string };
/** What Slack is told of one report: one message in the channel, the rest in its thread. */
export type SlackDigest = { digest: SlackMessage; thread: SlackMessage[]; csv?: Attachment };

/** The head may take this much of the message (as `storedSize` counts), so that many failures leave room for findings. */
const HEAD_LIMIT = 4_500;
const HEAD_LINES = 20;
const ALL_CLEAR_LIMIT = 1_500;
const LINES = { names: 5, reason: 240 };
/** Kept free for the closing line. */
const CLOSING = 700;

/** The report as Slack messages, every one within Slack's limits, and every finding in the digest, the thread or the CSV. */
export const slackDigest = (report: AuditReport, { repeat }: { repeat: Repeat } = { repeat: 'daily' }): SlackDigest => {
  const agenda = agendaOf(report, repeat);
  const notes = [
    resolvedSentence(report, LINES.names),
    ...noteSentences(report, LINES.names),
    heldBackSentence(agenda, repeat),
  ].filter(Boolean);
  const head = headBlocks(report, notes);
  const wanted = placed(readable(agenda.entries), report);
  const shown = wanted.slice(0, countThatFits(head, wanted));
  const thread = threadMessages(report, shown, wanted.slice(shown.length));
  const csv = attachment(report);
  const closing = csv && !isAllClear(report) ? [contextBlock(closingLine(report, shown.length, thread))] : [];
  return {
    digest: { text: digestText(report, notes, agenda), blocks: [...head, ...bodyBlocks(shown), ...closing] },
    thread: thread.messages,
    ...(csv && { csv }),
  };
};

const headBlocks = (report: AuditReport, notes: readonly string[]): KnownBlock[] => {
  const lines = coverageLines(report, LINES);
  const counts = countsSentence(report);
  if (isAllClear(report)) {
    const words = [`${headline(report)}.`, ...lines, counts, ...notes].filter(Boolean);
    return [textBlock(shorten(words.join(' '), ALL_CLEAR_LIMIT))];
  }
  for (let shown = Math.min(lines.length, HEAD_LINES); ; shown -= 1) {
    const left = lines.length - shown;
    const more = left > 0 ? [`… and ${left} more like these: all are in the CSV in the thread.`] : [];
    const block = textBlock([...lines.slice(0, shown), ...more].join('\n'), counts, notes);
    if (shown === 0 || storedSize([block]) <= HEAD_LIMIT) return [headerBlock(headline(report)), block];
  }
};

/** Whether there was an earlier scan to compare with. */
const isCompared = (entries: readonly Entry[]): boolean => entries.some(({ finding }) => finding.change !== undefined);

/** The findings under their headings, which a few findings do without. */
const bodyBlocks = (entries: readonly Placed[]): KnownBlock[] => {
  const others = entries.filter(({ isFirst }) => !isFirst);
  const parts = [
    { heading: 'First these', entries: entries.filter(({ isFirst }) => isFirst) },
    { heading: isCompared(entries) ? 'New or changed' : 'Then these', entries: others.filter(({ inFull }) => inFull) },
    { heading: 'Ongoing', entries: others.filter(({ inFull }) => !inFull) },
  ].filter((part) => part.entries.length > 0);
  return parts.flatMap((part) => [
    ...(parts.length > 1 ? [headerBlock(part.heading)] : []),
    ...partBlocks(part.entries),
  ]);
};

const partBlocks = (entries: readonly Placed[]): KnownBlock[] => {
  const blocks: KnownBlock[] = [];
  let lines: Placed[] = [];
  const endLines = () => {
    if (lines.length > 0) blocks.push(linesBlock(lines));
    lines = [];
  };
  for (const entry of entries) {
    if (!entry.inFull) lines.push(entry);
    else {
      endLines();
      blocks.push(findingBlock(entry));
    }
  }
  endLines();
  return blocks;
};

const countThatFits = (head: readonly KnownBlock[], entries: readonly Placed[]): number => {
  const room = contextBlock('x'.repeat(CLOSING));
  let count = entries.length;
  while (count > 0 && !fits([...head, ...bodyBlocks(entries.slice(0, count)), room])) count -= 1;
  return count;
};

/** Where to find what the digest does not show. */
const closingLine = (report: AuditReport, inDigest: number, { listed, exemptListed }: Thread): string => {
  const total = report.findings.length;
  const left = total - inDigest - listed;
  return [
    ...(listed > 0 ? [`${listed} of ${total} findings: in the thread.`] : []),
    ...(left > 0 ? [`${left}: in its CSV only.`] : []),
    ...(exemptListed > 0
      ? [`Exempt: in the thread${exemptListed < report.exempt.length ? ', all in its CSV' : ''}.`]
      : []),
    'The CSV in the thread has everything, each step and command.',
  ].join(' ');
};

const digestText = (report: AuditReport, notes: readonly string[], { entries }: Agenda): string => {
  const now = reportedAt(report);
  const line = ({ finding, number, inFull }: Entry): string =>
    inFull
      ? `${number}. ${findingLine(finding, now)}${newsNote(finding, now)}`
      : `${number}. ${[ongoingLine(finding, now), stuckSentence(finding, now)].join(' ').trim()}`;
  return messageText(
    [`${headline(report)}.`, ...coverageLines(report, LINES), countsSentence(report), ...notes].filter(Boolean),
    entries.map(line),
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

const textBlock = (text: string, strong = '', last: readonly string[] = []): RichTextBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text },
        ...(strong ? [{ type: 'text' as const, text: `\n${strong}`, style: { bold: true } }] : []),
        ...(last.length > 0 ? [{ type: 'text' as const, text: `\n${last.join('\n')}` }] : []),
      ],
    },
  ],
});
