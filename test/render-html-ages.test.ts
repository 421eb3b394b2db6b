import { describe, expect, it } from '@jest/globals';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { NOW, policy } from './builders.ts';
import { allText, attribute, parsed, textOf, texts } from './parsed-html.ts';
import { auditReport, exemptFinding, findings } from './report-builders.ts';

const aged = (...days: number[]): AuditReport =>
  auditReport({
    findings: findings(days.length, (at) => ({
      createDate: new Date(NOW.getTime() - (days[at] ?? 0) * DAY).toISOString(),
    })),
  });

/** How many keys the table counts in each of its rows. */
const agesTable = (report: AuditReport): Record<string, number> => {
  const { elements } = parsed(renderHtml(report));
  const table = elements.find((element) => attribute(element, 'class') === 'ages');
  const body = table?.childNodes.find(({ nodeName }) => nodeName === 'tbody');
  const rows = body && 'childNodes' in body ? body.childNodes.filter(({ nodeName }) => nodeName === 'tr') : [];
  return Object.fromEntries(
    rows.map((row) => {
      const [age = '', , keys] = 'childNodes' in row ? row.childNodes.map(textOf) : [];
      return [age, Number(keys)];
    }),
  );
};

const svgOf = (report: AuditReport) => parsed(renderHtml(report)).elements.find(({ tagName }) => tagName === 'svg');

describe('the histogram of ages', () => {
  it.each([
    [-1, 'Up to 75 days'],
    [75, 'Up to 75 days'],
    [75 + 1 / DAY, 'Over 75 to 90 days'],
    [90, 'Over 75 to 90 days'],
    [90 + 1 / DAY, 'Over 90 to 180 days'],
    [180, 'Over 90 to 180 days'],
    [360, 'Over 180 to 360 days'],
    [361, 'Over 360 days'],
  ])('counts a key %d days old where the policy does', (days, band) => {
    const counted = Object.entries(agesTable(aged(days))).filter(([, keys]) => keys > 0);
    expect(counted).toEqual([[band, 1]]);
  });

  it('says the same in words as it draws', () => {
    const svg = svgOf(aged(3, 91, 92, 5_000));
    expect(svg && attribute(svg, 'aria-label')).toBe(
      'Histogram of key ages, in keys. 0 to 30 days: 1; 90 to 120 days: 2; over 360 days: 1. Due soon over 75 days, overdue over 90 days.',
    );
    expect(svg && [...textOf(svg).matchAll(/days: (\d+) key/g)].map(([, count]) => count)).toEqual(['1', '2', '1']);
  });

  it('counts exempt keys, leaves out keys that are not active, and says so', () => {
    const report = auditReport({
      findings: findings(3, (at) => ({
        status: at === 0 ? 'Inactive' : 'Active',
        ...(at === 1 && { createDate: null, ageDays: null }),
      })),
      exempt: [exemptFinding()],
    });
    expect(agesTable(report)).toMatchObject({ 'Over 360 days': 2, 'Not known': 1 });
    expect(allText(report)).toContain(
      'Counted are the active keys of this report, exempt ones included. 1 key not active is left out.',
    );
  });

  it('says that ages out of a credential report are lower bounds', () => {
    const ofReport = auditReport({ findings: findings(1, () => ({ accessKeyId: null })) });
    expect(allText(ofReport)).toContain('at least as old as they are counted');
    expect(allText(aged(3))).not.toContain('at least as old as they are counted');
  });

  it('is not there where no age is known', () => {
    const ageless = auditReport({ findings: findings(1, () => ({ createDate: null, ageDays: null })) });
    expect(texts(ageless, 'h2')).not.toContain('Ages');
    expect(texts(auditReport(), 'h2')).not.toContain('Ages');
  });

  it('follows the policy of the report', () => {
    const strict = { ...aged(31, 100), policy: { ...policy, rotateAfterDays: 30, warnAfterDays: 10 } };
    expect(agesTable(strict)).toEqual({
      'Up to 10 days': 0,
      'Over 10 to 30 days': 0,
      'Over 30 to 60 days': 1,
      'Over 60 to 120 days': 1,
      'Over 120 days': 0,
    });
    const svg = svgOf(strict);
    expect(svg && textOf(svg)).toContain('overdue after 30 days');
  });
});
