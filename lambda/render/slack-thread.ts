import type { AuditReport } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { findingBlock, type Placed } from './slack-finding.ts';
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

/** `listed`: how many findings it has; others are only in the CSV. `exemptListed`: the same for exempt ones. */
export type Thread = { messages: SlackMessage[]; listed: number; exemptListed: number };

/**
 * What the digest does not have. `shown` are its entries, `crowdedOut` those that it had no room for: what deserves to be in full of
 * them is in full here too. All others, and exempt keys, go into tables.
 */
export const threadMessages = (
  report: AuditReport,
  shown: readonly Placed[],
  crowdedOut: readonly Placed[],
): Thread => {
  const inFull = detailMessage(crowdedOut.filter((entry) => entry.inFull));
  const told = new Set([...shown, ...inFull.shown].map(({ number }) => number));
  const rest = report.findings
    .map((finding, position) => ({ finding, number: position + 1 }))
    .filter(({ number }) => !told.has(number));
  const forExempt = report.exempt.length > 0 ? 1 : 0;
  const table: Table = {
    heading: (first, last) => headingOf(rest.slice(first, last), report.findings.length),
    columns: findingColumns,
    rows: findingRows(rest, report),
  };
  const tables = tableMessages(table, MESSAGES - inFull.messages.length - forExempt);
  const before = [...inFull.messages, ...tables.messages];
  const exempt = tableMessages(exemptTable(exemptRows(report.exempt, reportedAt(report))), MESSAGES - before.length);
  return {
    messages: [...before, ...exempt.messages],
    listed: inFull.shown.length + tables.shown,
    exemptListed: exempt.shown,
  };
};

/** `Findings 11 to 25 of 25.` */
const headingOf = (rows: readonly { number: number }[], total: number): string => {
  const [first = 0, last = 0] = [rows[0]?.number, rows.at(-1)?.number];
  const gaps = last - first + 1 > rows.length ? ', without those above' : '';
  return `${first === last ? `Finding ${first}` : `Findings ${first} to ${last}`} of ${total}${gaps}.`;
};

const exemptTable = (rows: TableRow[]): Table => ({
  heading: (first, last) =>
    first === 0 && last === rows.length
      ? `Exempt: ${plural(rows.length, 'key')}.`
      : `Exempt keys ${first + 1} to ${last} of ${rows.length}.`,
  columns: exemptColumns,
  rows,
});

/** As many of the entries as fit into one message: the first ones. No mentions, as there is no other form, should Slack refuse one. */
const detailMessage = (entries: readonly Placed[]): { messages: SlackMessage[]; shown: readonly Placed[] } => {
  const blocks = entries.map((entry) => findingBlock({ ...entry, mentions: false }));
  const beyond = blocks.findIndex((_, position) => !fits(blocks.slice(0, position + 1)));
  const shown = beyond === -1 ? entries : entries.slice(0, beyond);
  if (shown.length === 0) return { messages: [], shown };
  const lines = shown.map(({ finding, number, now }) => `${number}. ${findingLine(finding, now)}`);
  const text = messageText(['Next in rank:'], lines, (left) => `And ${left} more in this message.`);
  return { messages: [{ text, blocks: blocks.slice(0, shown.length) }], shown };
};
