import type { Failure } from '../domain/model.ts';
import type { AuditReport, ExemptFinding } from '../domain/report.ts';
import { everyFailure } from './failure-lines.ts';
import { ageCell, chip, lastUseCell } from './html-findings.ts';
import { type Html, html, type Piece, type Section } from './html-markup.ts';
import { label, oneLine } from './safe-text.ts';
import { reportedAt } from './summary.ts';
import { accountLabel, exemptUntil, inactiveNote, keyLabel, userLabel } from './wording.ts';

/** The sections below the findings: what is exempt, resolved, or failed. Each is there only where it holds something. */

/** The keys that need no attention before a date. */
export const exemptSection = (report: AuditReport): Section | undefined =>
  section('exempt', 'Exempt', report.exempt, (keys) =>
    table({
      name: 'Exempt keys',
      caption: 'These need no attention before a date that somebody set.',
      columns: ['User', 'Account', 'Access key', 'Age in days', 'Last used', 'Otherwise', 'Exempt until', 'Because'],
      rows: keys.map((key) => [
        html`<bdi>${userLabel(key)}</bdi>`,
        html`<bdi>${accountLabel(key.account)}</bdi>`,
        html`<code>${keyLabel(key)}</code>${inactiveNote(key)}`,
        ageCell(key),
        lastUseCell(key.lastUsed, reportedAt(report)),
        html`${chip(key.severity)} ${key.rules.map(({ id }) => oneLine(id)).join(', ')}`,
        untilCell(key, reportedAt(report)),
        html`<bdi>${key.exemption.reason}</bdi>`,
      ]),
    }),
  );

const untilCell = (key: ExemptFinding, now: Date): Html => {
  const { until, left } = exemptUntil(key, now);
  return html`<span class="keep">${until}</span>${left === undefined ? '' : html`<br><span class="muted small">${left}</span>`}`;
};

/** What the last scan found and this one no longer does. */
export const resolvedSection = ({ resolved }: AuditReport): Section | undefined =>
  section('resolved', 'Resolved', resolved, (keys) =>
    table({
      name: 'Resolved findings',
      caption: 'The last scan found these; they need no attention any more.',
      columns: ['User', 'Account', 'Access key', 'Was'],
      rows: keys.map(({ account, userName, accessKeyId, ruleIds }) => [
        html`<bdi>${label(userName, 64)}</bdi>`,
        html`<bdi>${accountLabel(account)}</bdi>`,
        html`<code>${accessKeyId === null ? 'not known' : label(accessKeyId, 64)}</code>`,
        ruleIds.map(oneLine).join(', '),
      ]),
    }),
  );

/** Every failure by itself and in full. */
export const failuresSection = (report: AuditReport): Section | undefined =>
  section('failures', 'Failures', everyFailure(report), (failures) =>
    table({
      name: 'Failures',
      caption: 'What could not be read, judged or told. None of it counts as clean.',
      columns: ['What', 'Which', 'Why'],
      rows: failures.map(({ scope, id, reason }) => [
        scopeWords[scope],
        html`<bdi>${label(id, 256)}</bdi>`,
        html`<bdi>${reason || 'no reason was given'}</bdi>`,
      ]),
    }),
  );

const scopeWords: Record<Failure['scope'], string> = {
  account: 'Account not read, or in part',
  user: 'User not fully checked',
  rule: 'Rule failed',
  locator: 'Place not searched for uses',
  notifier: 'Channel not told',
};

const section = <Item>(
  id: string,
  name: string,
  items: readonly Item[],
  content: (items: readonly Item[]) => Html,
): Section | undefined => (items.length === 0 ? undefined : { id, name, content: content(items) });

type Table = {
  name: string;
  caption: string;
  columns: readonly string[];
  rows: readonly (readonly Piece[])[];
};

/** The first cell of a row is its header; columns of numbers stand to the right; the table scrolls by itself where it is too large. */
export const table = ({ name, caption, columns, rows }: Table): Html => {
  const numeric = columns.map((_, at) => rows.some((row) => typeof row[at] === 'number'));
  const align = (at: number): Html => (numeric[at] ? html` class="number"` : html``);
  const cell = (piece: Piece, at: number): Html =>
    typeof piece === 'object' ? html`<td class="wrap">${piece}</td>` : html`<td${align(at + 1)}>${piece}</td>`;
  return html`<div class="scroll" role="region" aria-label="Table: ${name}" tabindex="0"><table><caption><span>${caption}</span></caption>
<thead><tr>${columns.map((column, at) => html`<th scope="col"${align(at)}>${column}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first = '', ...rest]) => html`<tr><th scope="row" class="wrap">${first}</th>${rest.map(cell)}</tr>
`,
)}</tbody></table></div>`;
};
