import { type Severity, severityRank } from '../domain/model.ts';
import { standingOf } from '../domain/news.ts';
import type { AuditReport, Finding, ReportedLastUsed } from '../domain/report.ts';
import { formatInstant, plural } from '../domain/time.ts';
import { type Html, html, type Piece, type Section } from './html-markup.ts';
import { nextStepOfFinding } from './html-next-step.ts';
import { label, manyLines } from './safe-text.ts';
import { headline, reportedAt } from './summary.ts';
import {
  accountLabel,
  accountName,
  ageWords,
  earlierSameStep,
  inactiveNote,
  keyLabel,
  lastUse,
  locationLine,
  NO_OWNER,
  nextWords,
  ownerlessIn,
  ruleLines,
  severityWords,
  stageWords,
  standingWords,
  stuckSentence,
  userLabel,
} from './wording.ts';

/** The findings twice: one line each in a table to overview and sort, and each in full below it. */

/** All findings: the table, what filters it where scripts run, and everything that is known of each. */
export const findingsSection = (report: AuditReport): Section => ({
  id: 'findings',
  name: 'Findings',
  content: report.findings.length === 0 ? html`<p>${headline(report)}.</p>` : allFindings(report),
});

const allFindings = (report: AuditReport): Html => {
  const { findings } = report;
  const now = reportedAt(report);
  const sameAs = earlierSameStep(findings);
  const isOwnerless = ownerlessIn(report);
  return html`${controls(findings)}
<div class="scroll" role="region" aria-label="Table of findings" tabindex="0">
<table id="findings-table"><caption><span>${plural(findings.length, 'finding')}, ranked: the one that matters most first. Each is told in full below.</span></caption>
<thead><tr><th scope="col" class="number" aria-sort="ascending">No.</th>${columns.map((name) => html`<th scope="col"${name === 'Age in days' ? html` class="number"` : ''}>${name}</th>`)}</tr></thead>
<tbody>
${findings.map((finding, position) => findingRow(finding, position + 1, { now, isOwnerless }))}</tbody></table></div>
${findings.map((finding, position) => findingInFull(finding, position + 1, { now, sameAs: sameAs[position], isOwnerless }))}`;
};

const columns = ['Severity', 'User', 'Account', 'Access key', 'Age in days', 'Last used', 'Owner', 'Next step'];

/** Words with the severity's look: never the look alone. */
export const chip = (severity: Severity): Html =>
  html`<span class="chip ${severity}">${severityWords[severity]}</span>`;

/** A key's age in a column that says what it counts: `412`, `≥ 412`. */
export const ageCell = ({ ageDays, accessKeyId }: Finding): string =>
  ageDays === null ? 'unknown' : `${accessKeyId === null ? '≥ ' : ''}${ageDays}`;

const controls = (findings: readonly Finding[]): Html => {
  const present = (['critical', 'high', 'medium', 'low'] as const).filter((severity) =>
    findings.some((finding) => finding.severity === severity),
  );
  return html`<div class="controls" id="controls" hidden>
<label>Filter by words<input id="filter-text" type="search" autocomplete="off" spellcheck="false"></label>
<label>Severity<select id="filter-severity"><option value="">any</option>${present.map((severity) => html`<option value="${severity}">${severity}</option>`)}</select></label>
<p id="status" class="muted small" role="status"></p>
</div>`;
};

const findingRow = (
  finding: Finding,
  number: number,
  { now, isOwnerless }: Known,
): Html => html`<tr id="finding-${number}-row">
<td class="number" data-value="${number}">${number}</td>
<td data-value="${severityRank(finding.severity)}">${chip(finding.severity)}</td>
<th scope="row" class="wrap"><a href="#finding-${number}"><bdi>${userLabel(finding)}</bdi></a>${newsChip(finding, now)}</th>
<td><bdi>${accountName(finding.account)}</bdi></td>
<td><code class="keep">${keyLabel(finding)}</code>${inactiveNote(finding)}</td>
<td class="number" data-value="${finding.ageDays ?? -1}">${ageCell(finding)}</td>
<td data-value="${usedAt(finding)}">${lastUseCell(finding.lastUsed, now)}</td>
<td class="wrap">${ownerCell(finding, isOwnerless)}</td>
<td class="next">${nextWords(finding)}</td>
</tr>
`;

/** `new`, `worse`, `ready now`: what changed since the last scan. */
const newsChip = (finding: Finding, now: Date): Html => {
  const words = standingWords[standingOf(finding, now)];
  return words === '' ? html`` : html` <span class="chip plain">${words}</span>`;
};

const ownerCell = (finding: Finding, isOwnerless: Known['isOwnerless']): Piece => {
  if (finding.owner) return html`<bdi>${label(finding.owner, 64)}</bdi>`;
  return isOwnerless(finding) ? 'none' : 'not known';
};

/** When above, where below: a column is narrow. */
export const lastUseCell = (lastUsed: ReportedLastUsed, now: Date): Html => {
  const { serviceName, region, ...when } = lastUsed;
  const where = [serviceName, region].flatMap((part) => (part ? [label(part, 64)] : []));
  return html`<span class="keep">${lastUse(when, now)}</span>${where.length > 0 ? after(where.join(', ')) : ''}`;
};

/** To sort by: the unknown before the never used before the used. */
const usedAt = ({ lastUsed: { state, date } }: Finding): number => {
  if (state === 'never') return 0;
  return state === 'used' && date !== undefined ? Date.parse(date) : -1;
};

/** What the report knows beside the finding. */
type Known = { now: Date; isOwnerless: (finding: Finding) => boolean };

/** `sameAs`: the position of the earlier finding that has the same next step. */
type Place = Known & { sameAs: number | undefined };

const findingInFull = (
  finding: Finding,
  number: number,
  place: Place,
): Html => html`<article id="finding-${number}" data-severity="${finding.severity}" aria-labelledby="finding-${number}-name">
<header><span class="position">${number}</span>${chip(finding.severity)}<h3 id="finding-${number}-name"><bdi>${userLabel(finding)}</bdi> in <bdi>${accountLabel(finding.account)}</bdi></h3>${finding.account.production ? html`<span class="chip plain">production</span>` : ''}${newsChip(finding, place.now)}</header>
<div class="body">
<dl class="facts">${facts(finding, place).map(([name, value, look]) => html`<div${look === 'whole' ? html` class="whole"` : ''}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<div>
<div><h4 class="stage">${stageWords[finding.stage]}</h4>${stuck(finding, place.now)}<ul>${ruleLines(finding).map((line) => html`<li>${line}</li>`)}</ul></div>
${locations(finding)}
${nextStepOfFinding(finding, number, place.sameAs)}
</div>
</div>
</article>
`;

const stuck = (finding: Finding, now: Date): Html => {
  const sentence = stuckSentence(finding, now);
  return sentence === '' ? html`` : html`<p><strong>${sentence}</strong></p>`;
};

type Fact = readonly [name: string, value: Piece, look?: 'whole'];

const facts = (finding: Finding, { now, isOwnerless }: Place): Fact[] => {
  const { lastUsed, createDate, firstSeenAt, stageSince, owner } = finding;
  const noOwner = isOwnerless(finding) ? NO_OWNER : 'not known';
  const description = isToldByLocation(finding) ? undefined : finding.description;
  return [
    ['Access key', html`<code>${keyLabel(finding)}</code>${inactiveNote(finding)}`, 'whole'],
    ['Age', html`${ageWords(finding)}${createDate ? after(`created ${formatInstant(createDate)}`) : ''}`],
    ['Last used', html`${lastUse(lastUsed, now)}${lastUsed.date ? after(formatInstant(lastUsed.date)) : ''}`],
    ['Owner', owner ? html`<bdi>${owner}</bdi>` : noOwner],
    ...(firstSeenAt ? [['First found', formatInstant(firstSeenAt)] as const] : []),
    ...(stageSince ? [['At this stage since', formatInstant(stageSince)] as const] : []),
    ...(description ? [['Key description', html`<bdi>${description}</bdi>`] as const] : []),
    ['User', html`<code class="muted">${label(finding.userArn, 2_048, 'no ARN')}</code>`, 'whole'],
  ];
};

const after = (text: string): Html => html`<br><span class="muted small">${text}</span>`;

/** The description is a place where the key is used, once somebody looked for these. */
const isToldByLocation = ({ description, locations: places }: Finding): boolean =>
  places.some(({ text }) => manyLines(text) === manyLines(description ?? ''));

const locations = (finding: Finding): Html =>
  finding.locations.length === 0
    ? html``
    : html`<div><h4>Where it is used</h4><ul>${finding.locations.map((location) => html`<li>${locationLine(location)}</li>`)}</ul></div>`;
