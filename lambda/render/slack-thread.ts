import type { RichTextBlock } from '@slack/types';
import type { AuditReport } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { fits, messageText, type SlackMessage } from './slack-limits.ts';
import {
  exemptColumns,
  exemptRows,
  findingColumns,
  findingRows,
  type Table,
  type TableRow,
  tableMessages,
} from './slack-table.ts';
import { reportedAt } from './summary.ts';
import { findingLine } from './wording.ts';

/** At most this many messages in the thread, the CSV apart: a thread is for looking something up, not for reading on. */
const MESSAGES = 5;

/** `listed`: findings in the digest or the thread; those after are only in the CSV. `exemptListed`: the same for exempt ones. */
export type Thread = { messages: SlackMessage[]; listed: number; exemptListed: number };

/**
 * What the digest had no room for. `details` are the findings that deserve to be in full but did not fit into the digest,
 * which shows `inDigest` findings; those after them, and exempt ones, go into tables.
 */
export const threadMessages = (report: AuditReport, inDigest: number, details: readonly RichTextBlock[]): Thread => {
  const now = reportedAt(report);
  const total = report.findings.length;
  const inFull = detailMessage(report, inDigest, details);
  const start = inDigest + inFull.shown;
  const forExempt = report.exempt.length > 0 ? 1 : 0;
  const rest: Table = {
    heading: (first, last) => `Findings ${start + first + 1} to ${start + last} of ${total}.`,
    columns: findingColumns,
    rows: findingRows(report.findings.slice(start), start + 1, now),
  };
  const tables = tableMessages(rest, MESSAGES - inFull.messages.length - forExempt);
  const before = [...inFull.messages, ...tables.messages];
  const exempt = tableMessages(exemptTable(exemptRows(report.exempt)), MESSAGES - before.length);
  return {
    messages: [...before, ...exempt.messages],
    listed: start + tables.shown,
    exemptListed: exempt.shown,
  };
};

const exemptTable = (rows: TableRow[]): Table => ({
  heading: (first, last) =>
    first === 0 && last === rows.length
      ? `Exempt: ${plural(rows.length, 'key')}.`
      : `Exempt keys ${first + 1} to ${last} of ${rows.length}.`,
  columns: exemptColumns,
  rows,
});

/** As many of the details as fit into one message: the first ones. */
const detailMessage = (
  report: AuditReport,
  from: number,
  details: readonly RichTextBlock[],
): { messages: SlackMessage[]; shown: number } => {
  const beyond = details.findIndex((_, position) => !fits(details.slice(0, position + 1)));
  const shown = beyond === -1 ? details.length : beyond;
  if (shown === 0) return { messages: [], shown };
  const now = reportedAt(report);
  const lines = report.findings
    .slice(from, from + shown)
    .map((finding, position) => `${from + position + 1}. ${findingLine(finding, now)}`);
  const text = messageText(['Next in rank:'], lines, (left) => `And ${left} more in this message.`);
  return { messages: [{ text, blocks: details.slice(0, shown) }], shown };
};
