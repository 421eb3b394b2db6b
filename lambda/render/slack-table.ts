import type { KnownBlock, RawTextElement, RichTextBlock, TableBlock } from '@slack/types';
import type { AuditReport, ExemptFinding, Finding } from '../domain/report.ts';
import { label } from './safe-text.ts';
import type { Entry } from './slack-agenda.ts';
import { messageText, type SlackMessage, slackLimits, storedSize } from './slack-limits.ts';
import { reportedAt } from './summary.ts';
import {
  accountName,
  ageWords,
  exemptUntilWords,
  findingLine,
  inactiveNote,
  keyLabel,
  lastUse,
  nextWords,
  ownerlessIn,
  severityWords,
  stuckSentence,
  userLabel,
} from './wording.ts';

/** Rows of a table, and the same row in words for the message's `text`. */
export type TableRow = { cells: string[]; line: string };
/** `heading` says what the rows from one number to another are. */
export type Table = { heading: (first: number, last: number) => string; columns: string[]; rows: TableRow[] };

/** Rows of findings with their numbers in the report. */
export const findingRows = (
  findings: readonly Pick<Entry, 'finding' | 'number'>[],
  report: AuditReport,
): TableRow[] => {
  const now = reportedAt(report);
  const isOwnerless = ownerlessIn(report);
  const ownerNote = (finding: Finding): string => {
    if (isOwnerless(finding)) return ' (no owner)';
    return finding.owner ? ` (owner: ${label(finding.owner, 80)})` : '';
  };
  return findings.map(({ finding, number }) => {
    const stuck = stuckSentence(finding, now);
    return {
      cells: [
        `${number}. ${severityWords[finding.severity]}`,
        `${userLabel(finding)} in ${accountName(finding.account)}`,
        `${keyLabel(finding)}${inactiveNote(finding)}`,
        ageWords(finding),
        lastUse(finding.lastUsed, now),
        `${nextWords(finding)}${ownerNote(finding)}${stuck ? `. ${stuck}` : ''}`,
      ],
      line: `${number}. ${findingLine(finding, now)}`,
    };
  });
};

export const findingColumns = ['Severity', 'User', 'Key', 'Age', 'Last used', 'Next step'];

export const exemptRows = (exempt: readonly ExemptFinding[], now: Date): TableRow[] =>
  exempt.map((finding) => {
    const until = exemptUntilWords(finding, now);
    const reason = label(finding.exemption.reason, 200, 'no reason');
    const user = `${userLabel(finding)} in ${accountName(finding.account)}`;
    const key = `${keyLabel(finding)}${inactiveNote(finding)}`;
    return {
      cells: [user, key, ageWords(finding), until, reason],
      line: `${user}, ${key}, ${ageWords(finding)}, exempt until ${until}: ${reason}`,
    };
  });

export const exemptColumns = ['User', 'Key', 'Age', 'Exempt until', 'Reason'];

/** Room for the heading. */
const HEADING = 300;

/**
 * The table in at most `limit` messages of a thread, as many rows in each as Slack takes, and how many rows are shown: the
 * first ones. The last message says how many are left, which are in the CSV.
 */
export const tableMessages = (table: Table, limit: number): { messages: SlackMessage[]; shown: number } => {
  const messages: SlackMessage[] = [];
  let shown = 0;
  while (messages.length < limit && shown < table.rows.length) {
    const rows = rowsThatFit(table, shown);
    if (rows.length === 0) break;
    const last = shown + rows.length;
    const left = messages.length + 1 === limit ? table.rows.length - last : 0;
    const heading = `${table.heading(shown, last)}${left > 0 ? ` ${left} more: only in the CSV.` : ''}`;
    messages.push(tableMessage(heading, table.columns, rows));
    shown = last;
  }
  return { messages, shown };
};

const rowsThatFit = ({ columns, rows }: Table, from: number): TableRow[] => {
  let stored = storedSize([tableBlock(columns, [])]) + HEADING;
  let characters = columns.join('').length;
  const taken: TableRow[] = [];
  for (const row of rows.slice(from, from + slackLimits.tableRows - 1)) {
    stored += storedSize([row.cells.map(rawText)]);
    characters += row.cells.join('').length;
    if (stored > slackLimits.stored || characters > slackLimits.tableCharacters) break;
    taken.push(row);
  }
  return taken;
};

const tableMessage = (heading: string, columns: string[], rows: TableRow[]): SlackMessage => {
  const title: RichTextBlock = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: heading, style: { bold: true } }] }],
  };
  const blocks: KnownBlock[] = [title, tableBlock(columns, rows)];
  const lines = rows.map(({ line }) => line);
  return { text: messageText([heading], lines, (left) => `And ${left} more in the table of this message.`), blocks };
};

/** https://docs.slack.dev/reference/block-kit/blocks/table-block */
const tableBlock = (columns: string[], rows: TableRow[]): TableBlock => ({
  type: 'table',
  // A key id broken in two can not be copied.
  column_settings: columns.map((name) => ({ is_wrapped: name !== 'Key' })),
  rows: [columns.map(rawText), ...rows.map(({ cells }) => cells.map(rawText))],
});

const rawText = (text: string): RawTextElement => ({ type: 'raw_text', text });
