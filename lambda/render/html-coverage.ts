import type { AuditReport, ReportedAccount } from '../domain/report.ts';
import { formatInstant, plural } from '../domain/time.ts';
import { accountNotes, everyFailure, failureLines, isReadAtAll } from './failure-lines.ts';
import { type Html, html, type Section } from './html-markup.ts';
import { table } from './html-tables.ts';
import { label } from './safe-text.ts';
import { coverageSentence, dataAgeSentence } from './summary.ts';
import { accountName } from './wording.ts';

/** Whose names are left out here are in the table of failures. */
const LIMITS = { names: 50, reason: 2_000 };
const EVERY_NAME = { ...LIMITS, names: Number.POSITIVE_INFINITY };

/** So many different problems are told here; all of them are in the table of failures. */
const PROBLEMS_SHOWN = 8;

/** What was read, how old it is, and what was not read and why. */
export const coverageSection = (report: AuditReport): Section => {
  const { accounts } = report;
  const age = dataAgeSentence(report);
  const content = html`<p>${coverageSentence(report)}${age ? html` ${age}` : ''}</p>
${problems(report)}
${accountNotes(report, EVERY_NAME).map((note) => html`<p class="note">${note}</p>`)}
${accounts.length > 0 ? accountsTable(report) : ''}`;
  return { id: 'coverage', name: 'Coverage', content };
};

/** A report that lacks something says so before it says anything else. */
const problems = (report: AuditReport): Html => {
  const lines = failureLines(report, LIMITS);
  if (lines.length === 0) return html``;
  const isIncomplete = everyFailure(report).some(({ scope }) => scope !== 'notifier');
  const more = lines.length - PROBLEMS_SHOWN;
  return html`<div class="problems">${isIncomplete ? html`<h3>This report is incomplete</h3>` : ''}<ul>
${lines.slice(0, PROBLEMS_SHOWN).map(
  (line) => html`<li>${line}</li>
`,
)}${more > 0 ? html`<li>… and ${more} more like these: all are under <a href="#failures">Failures</a>.</li>` : ''}</ul></div>`;
};

const accountsTable = (report: AuditReport): Html =>
  table({
    name: 'Accounts',
    caption: `${plural(report.accounts.length, 'account')}, those that were not read first.`,
    columns: ['Account', 'Read', 'Users', 'Access keys', 'Credential report'],
    rows: unreadFirst(report.accounts).map((account) => [
      accountCell(account),
      readWords(account),
      isReadAtAll(account) ? account.users : 'unknown',
      isReadAtAll(account) ? account.accessKeys : 'unknown',
      account.credentialReportGeneratedAt === null ? 'none' : formatInstant(account.credentialReportGeneratedAt),
    ]),
  });

const accountCell = (account: ReportedAccount): Html => {
  const name = accountName(account);
  const id = label(account.id, 64);
  const production = account.production ? html` <span class="chip plain">production</span>` : '';
  return html`<bdi>${name}</bdi>${name === id ? '' : html` <span class="muted small">${id}</span>`}${production}`;
};

const unreadFirst = (accounts: readonly ReportedAccount[]): ReportedAccount[] => [
  ...accounts.filter(({ status }) => status === 'failed'),
  ...accounts.filter(({ status }) => status === 'scanned'),
];

/** Why, and what there is to know of those that were read, is told above the table. */
const readWords = (account: ReportedAccount): string => {
  if (account.status === 'scanned') return 'yes';
  return isReadAtAll(account) ? 'in part' : 'no';
};
