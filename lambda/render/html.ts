import { severities } from '../domain/model.ts';
import { standingOf } from '../domain/news.ts';
import type { AuditReport } from '../domain/report.ts';
import { formatInstant, plural } from '../domain/time.ts';
import { everyFailure, isReadAtAll } from './failure-lines.ts';
import { coverageSection } from './html-coverage.ts';
import { findingsSection } from './html-findings.ts';
import { ageSection } from './html-histogram.ts';
import { type Html, html, ours, type Section } from './html-markup.ts';
import { SCRIPT, SCRIPT_HASH } from './html-script.ts';
import { STYLE, STYLE_HASH } from './html-style.ts';
import { exemptSection, failuresSection, resolvedSection } from './html-tables.ts';
import { headline, noteSentences, reportedAt } from './summary.ts';
import { severityWords, standingWords } from './wording.ts';

/** Nothing is loaded and nothing is sent; of styles and scripts, only ours run: https://www.w3.org/TR/CSP3/ */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

const NAMES_A_NOTE = 20;

/**
 * The report as one HTML file that needs nothing else: to look at, to print, and without scripts to read. The same report is
 * always the same file.
 */
export const renderHtml = (report: AuditReport): string => {
  const title = `${headline(report)}: keyaudit, ${formatInstant(report.startedAt)}`;
  const notes = noteSentences(report, NAMES_A_NOTE);
  const overview = present([coverageSection(report), ageSection(report)]);
  const details = present([
    findingsSection(report),
    exemptSection(report),
    resolvedSection(report),
    failuresSection(report),
    policySection(report),
  ]);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${ours(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${ours(STYLE)}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header class="top page">
<p class="muted">keyaudit: AWS IAM access keys as of ${formatInstant(report.startedAt)}</p>
<h1>${headline(report)}</h1>
${counts(report)}${notes.length > 0 ? html`<p>${notes.join(' ')}</p>` : ''}
</header>
<nav class="page" aria-label="Sections"><ul>${[...overview, ...details].map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main class="page">
<div class="overview">
${overview.map(sectionMarkup)}</div>
${details.map(sectionMarkup)}</main>
<footer class="page"><p>Scan ${report.scanId}, ${formatInstant(report.startedAt)} to ${formatInstant(report.finishedAt)}. This file loads nothing and sends nothing.</p></footer>
<script>${ours(SCRIPT)}</script>
</body>
</html>
`.markup;
};

const present = (sections: readonly (Section | undefined)[]): Section[] =>
  sections.filter((section) => section !== undefined);

const capitalised = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

type Count = { count: number; words: string; href?: string; look?: 'bad' };

const counts = (report: AuditReport): Html => {
  const { summary, findings, exempt, resolved } = report;
  const failures = everyFailure(report).length;
  // Nothing found where nothing was read is no zero.
  const counted = report.accounts.some(isReadAtAll) || findings.length > 0 ? [...severities].reverse() : [];
  const bySeverity = counted.map(
    (severity): Count => ({ count: summary.bySeverity[severity], words: severityWords[severity] }),
  );
  const standings = findings.map((finding) => standingOf(finding, reportedAt(report)));
  const news = (['new', 'worse', 'ready', 'moved'] as const).map(
    (standing): Count => ({
      count: standings.filter((each) => each === standing).length,
      words: capitalised(standingWords[standing]),
    }),
  );
  const others: Count[] = [
    ...news,
    { count: exempt.length, words: 'Exempt', href: '#exempt' },
    { count: resolved.length, words: 'Resolved', href: '#resolved' },
    { count: failures, words: failures === 1 ? 'Failure' : 'Failures', href: '#failures', look: 'bad' },
  ];
  return html`<ul class="counts">${[...bySeverity, ...others.filter(({ count }) => count > 0)].map(countItem)}</ul>`;
};

const countItem = ({ count, words, href, look }: Count): Html => {
  const name = href === undefined ? html`${words}` : html`<a href="${href}">${words}</a>`;
  return html`<li${count === 0 ? html` class="none"` : ''}${look ? html` class="${look}"` : ''}><b>${count}</b> ${name}</li>`;
};

const sectionMarkup = ({
  id,
  name,
  content,
}: Section): Html => html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>
${content}
</section>
`;

const policySection = ({ policy }: AuditReport): Section => {
  const limits = [
    ['Overdue after', plural(policy.rotateAfterDays, 'day')],
    ['Due soon after', plural(policy.warnAfterDays, 'day')],
    ['An old key may be used after its replacement for', plural(policy.lingerGraceHours, 'hour')],
    ['Quiet for this long before it goes', plural(policy.settleDays, 'day')],
    ['Unused after', plural(policy.unusedAfterDays, 'day')],
    ['Never used after', plural(policy.neverUsedAfterDays, 'day')],
    ['Inactive keys kept for', plural(policy.deleteInactiveAfterDays, 'day')],
  ] as const;
  const content = html`<dl class="policy">${limits.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  return { id: 'policy', name: 'Policy', content };
};
