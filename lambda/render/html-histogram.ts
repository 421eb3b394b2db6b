import type { AuditReport, Finding } from '../domain/report.ts';
import { DAY, plural } from '../domain/time.ts';
import { type Html, html, type Section } from './html-markup.ts';
import { reportedAt } from './summary.ts';

/** The ages of the report’s keys against the policy: bars for the eye, and the same keys in a table by what the policy says of their age. */

/** Bars have the width of a third of the rotation limit, up to four times the limit; the last bar is everything beyond. */
const BARS_A_LIMIT = 3;
const LIMITS_SHOWN = 4;
const BAR_COUNT = BARS_A_LIMIT * LIMITS_SHOWN + 1;

/** In the SVG's own units. */
const BAR = 31;
const HEIGHT = 130;
const TOP = 38;
const LEFT = 8;
const BASE = TOP + HEIGHT;
/** At most that wide are the words `due soon`: they never leave the picture. */
const DUE_SOON_WIDTH = 56;

/** The section, or nothing where no age is known. */
export const ageSection = (report: AuditReport): Section | undefined => {
  const keys = [...report.findings, ...report.exempt];
  const active = keys.filter(({ status }) => status === 'Active');
  const ages = active.flatMap((key) => ageOf(key, report) ?? []);
  if (ages.length === 0) return undefined;
  const leftOut = keys.length - active.length;
  const atLeast = active.some(({ accessKeyId, createDate }) => accessKeyId === null && createDate !== null);
  const counted = [
    'Counted are the active keys of this report, exempt ones included.',
    ...(leftOut > 0 ? [`${plural(leftOut, 'key')} not active ${leftOut === 1 ? 'is' : 'are'} left out.`] : []),
    'Keys that no rule objects to are not in it.',
    ...(atLeast ? ['Keys without an id are at least as old as they are counted.'] : []),
  ].join(' ');
  const content = html`${histogram(ages, report)}
<table class="ages"><caption><span>${counted}</span></caption>
<thead><tr><th scope="col">Age</th><th scope="col">By the policy</th><th scope="col" class="number">Keys</th></tr></thead>
<tbody>
${bandRows(ages, active.length - ages.length, report)}</tbody></table>`;
  return { id: 'ages', name: 'Ages', content };
};

/** In days, not rounded: a key is overdue as soon as it is older than the limit. */
const ageOf = ({ createDate }: Finding, report: AuditReport): number | undefined =>
  createDate === null ? undefined : (reportedAt(report).getTime() - Date.parse(createDate)) / DAY;

const bandRows = (ages: readonly number[], unknown: number, { policy }: AuditReport): Html[] => {
  const { warnAfterDays: warn, rotateAfterDays: rotate } = policy;
  const bands = [
    { over: Number.NEGATIVE_INFINITY, upTo: warn, words: 'not due' },
    { over: warn, upTo: rotate, words: 'due soon' },
    { over: rotate, upTo: 2 * rotate, words: 'overdue' },
    { over: 2 * rotate, upTo: LIMITS_SHOWN * rotate, words: 'over twice the limit' },
    { over: LIMITS_SHOWN * rotate, upTo: Number.POSITIVE_INFINITY, words: 'over four times the limit' },
  ];
  return [
    ...bands.map(({ over, upTo, words }) =>
      row(bandLabel(over, upTo), words, ages.filter((age) => age > over && age <= upTo).length),
    ),
    ...(unknown > 0 ? [row('Not known', 'not judged by age', unknown)] : []),
  ];
};

const row = (label: string, words: string, count: number): Html =>
  html`<tr><th scope="row">${label}</th><td>${words}</td><td class="number">${count}</td></tr>
`;

const bandLabel = (over: number, upTo: number): string => {
  if (over === Number.NEGATIVE_INFINITY) return `Up to ${plural(upTo, 'day')}`;
  return upTo === Number.POSITIVE_INFINITY ? `Over ${plural(over, 'day')}` : `Over ${over} to ${plural(upTo, 'day')}`;
};

const histogram = (ages: readonly number[], { policy }: AuditReport): Html => {
  const { warnAfterDays: warn, rotateAfterDays: rotate } = policy;
  const width = rotate / BARS_A_LIMIT;
  const counts = Array.from({ length: BAR_COUNT }, (_, bar) => ages.filter((age) => barOf(age, width) === bar).length);
  const most = Math.max(...counts);
  const x = (days: number): number => LEFT + round((days / width) * BAR);
  const named = counts.flatMap((count, bar) => (count > 0 ? [`${barLabel(bar, width)}: ${count}`] : []));
  const ticks = Array.from({ length: LIMITS_SHOWN }, (_, limit) => limit * rotate);
  const end = LEFT + BAR_COUNT * BAR;
  return html`<figure><svg viewBox="0 0 ${end + LEFT} ${BASE + 40}" role="img" aria-label="Histogram of key ages, in keys. ${named.join('; ')}. Due soon over ${plural(warn, 'day')}, overdue over ${plural(rotate, 'day')}.">
<rect class="soon" x="${x(warn)}" y="${TOP - 18}" width="${round(x(rotate) - x(warn))}" height="${HEIGHT + 18}"/>
${counts.map((count, bar) => barMarkup(count, bar, most, width))}
<line class="axis" x1="${LEFT}" y1="${BASE}" x2="${end}" y2="${BASE}"/>
<line class="limit" x1="${x(rotate)}" y1="${TOP - 18}" x2="${x(rotate)}" y2="${BASE}"/>
<text x="${Math.max(x(warn) - 6, LEFT + DUE_SOON_WIDTH)}" y="${TOP - 22}" text-anchor="end">due soon</text>
<text x="${x(rotate)}" y="${TOP - 22}">overdue after ${plural(rotate, 'day')}</text>
${ticks.map((days) => html`<text x="${x(days)}" y="${BASE + 17}" text-anchor="middle">${days}</text>`)}
<text x="${end}" y="${BASE + 17}" text-anchor="end">over ${LIMITS_SHOWN * rotate}</text>
<text x="${LEFT - 4}" y="${BASE + 35}">age in days</text>
</svg></figure>`;
};

const barMarkup = (count: number, bar: number, most: number, width: number): Html => {
  if (count === 0) return html``;
  const height = Math.max(2, round((count / most) * (HEIGHT - 22)));
  const x = LEFT + bar * BAR;
  return html`<g><title>${barLabel(bar, width)}: ${plural(count, 'key')}</title><rect class="bar${bar < BARS_A_LIMIT ? '' : ' late'}" x="${x + 2}" y="${BASE - height}" width="${BAR - 4}" height="${height}"/><text class="count" x="${x + BAR / 2}" y="${BASE - height - 5}" text-anchor="middle">${count}</text></g>
`;
};

/** A bar holds what is older than its left edge, up to its right one. */
const barOf = (age: number, width: number): number => Math.min(BAR_COUNT - 1, Math.max(0, Math.ceil(age / width) - 1));

const barLabel = (bar: number, width: number): string => {
  const from = round(bar * width);
  return bar === BAR_COUNT - 1 ? `over ${from} days` : `${from} to ${round((bar + 1) * width)} days`;
};

const round = (value: number): number => Math.round(value * 10) / 10;
