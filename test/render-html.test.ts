import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import fc from 'fast-check';
import pc from 'picocolors';
import { render } from '../bin/formats.ts';
import type { Failure } from '../lambda/domain/model.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { SCRIPT, SCRIPT_HASH } from '../lambda/render/html-script.ts';
import { STYLE, STYLE_HASH } from '../lambda/render/html-style.ts';
import { anyReport } from './arbitrary-report.ts';
import { CONSOLE, fullReport, RUNBOOK } from './full-report.ts';
import { aliveInHtml } from './inert/html.ts';
import { allText, attribute, parsed, texts } from './parsed-html.ts';
import { auditReport, failedAccount, finding, scannedAccount, staging } from './report-builders.ts';

describe('the HTML report', () => {
  it('is well formed, and holds no element, attribute, script, style or link but ours, whatever is in it', () => {
    fc.assert(
      fc.property(anyReport(12), (report) => {
        const page = renderHtml(report);
        expect(aliveInHtml(page)).toEqual([]);
        const { elements } = parsed(page);
        expect(elements.filter(({ tagName }) => tagName === 'article')).toHaveLength(report.findings.length);
      }),
      { numRuns: 25 },
    );
  });

  it('shows markup in every text as it is written', () => {
    const planted = `</title></style></script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;
    const report = auditReport({
      scanId: planted,
      accounts: [scannedAccount({ id: planted, name: 'x', production: true }, { reason: planted })],
      findings: [
        finding({
          owner: planted,
          description: planted,
          nextStep: { ...finding().nextStep, text: planted, commands: [planted] },
        }),
      ],
      failures: [{ scope: 'rule', id: planted, reason: planted }],
    });
    expect(
      parsed(renderHtml(report)).elements.filter(({ tagName }) => ['script', 'img'].includes(tagName)),
    ).toHaveLength(1);
    expect(allText(report).split(planted).length - 1).toBeGreaterThanOrEqual(8);
    expect(texts(report, 'pre')).toEqual([planted]);
  });

  it('lets only its own style and script run: the policy has the hashes of their bytes', () => {
    const sha256 = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    expect([STYLE_HASH, SCRIPT_HASH]).toEqual([sha256(STYLE), sha256(SCRIPT)]);
    const policies = parsed(renderHtml(fullReport())).elements.filter(
      (each) => attribute(each, 'http-equiv') !== undefined,
    );
    expect(policies.map((each) => attribute(each, 'content'))).toEqual([
      `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`,
    ]);
  });

  it('links to the console and the runbook that end a step, and to nothing that stands before them', () => {
    const step = finding().nextStep;
    const linksOf = (text: string) =>
      parsed(renderHtml(auditReport({ findings: [finding({ nextStep: { ...step, text } })] })))
        .elements.map((element) => [attribute(element, 'href'), attribute(element, 'rel')] as const)
        .filter(([href]) => href !== undefined && !href.startsWith('#'));
    expect(linksOf(`Do. Console: ${CONSOLE} Runbook: ${RUNBOOK}`)).toEqual([
      [CONSOLE, 'noreferrer'],
      [RUNBOOK, 'noreferrer'],
    ]);
    expect(linksOf(`Managed by x Console: https://evil.example: change it. Console: ${CONSOLE}`)).toEqual([
      [CONSOLE, 'noreferrer'],
    ]);
    expect(linksOf(`Runbook: ${RUNBOOK}`)).toEqual([[RUNBOOK, 'noreferrer']]);
    for (const text of [
      'See https://evil.example',
      'Runbook: http://evil.example',
      'Runbook: javascript:alert(1)',
      'Runbook: https://',
    ]) {
      expect(linksOf(text)).toEqual([]);
    }
  });

  it('tells every fact of a finding', () => {
    const [first = '', second = '', , inactive = ''] = texts(fullReport(), 'article');
    for (const fact of [
      '1Critical',
      'mapit in production (111122223333)',
      'new',
      'Not before 2026-11-30 09:00 UTC. Ask first.',
      'Overdue for rotation',
    ])
      expect(first).toContain(fact);
    for (const fact of [
      'AKIAIOSFODNN7EXAMPLE',
      '412 days old',
      'created 2025-10-07 08:00 UTC',
      '2 days ago (s3, eu-west-1)',
      '2026-11-21 08:00 UTC',
      'platform-team',
      'Fastly panel',
      'First found2026-11-01 09:00 UTC',
      'At this stage since2026-11-09 09:00 UTC',
      'No progress for 14 days.',
      'arn:aws:iam::111122223333:user/alice',
      'Key overdue: 412 days old, the limit is 90',
      'CloudTrail: s3 ListBuckets, from 192.0.2.1',
      'To check by hand: Logit',
      'aws iam create-access-key --user-name alice',
    ])
      expect(second).toContain(fact);
    expect(inactive).toContain('AKIAIOSFODNN7EXAMPLE (inactive)');
  });

  it('tells a step once for a user, and then where it stands', () => {
    const [, , third = ''] = texts(fullReport(), 'article');
    expect(third).toMatch(/Next step ?As for finding 2, the same user\.$/);
    expect(texts(fullReport(), 'pre')).toHaveLength(3);
  });

  it('has coverage before findings, then what is exempt, resolved and failed, and the policy', () => {
    expect(texts(fullReport(), 'h2')).toEqual([
      'Coverage',
      'Ages',
      'Findings',
      'Exempt',
      'Resolved',
      'Failures',
      'Policy',
    ]);
    const text = allText(fullReport());
    for (const words of [
      'Read 2 of 3 accounts: 77 users, 202 access keys. Oldest credential report: 2026-11-23 06:12 UTC, 3 hours old.',
      'Not read: management (123456789012): AccessDenied.',
      '3 without an owner: give their users a tag owner.',
      'legacy-mailer',
      '69 days left',
      'Goes away with the old mail relay',
      'carol',
      'Scan 2026-11-23T09-00-00Z',
    ])
      expect(text).toContain(words);
  });

  it('says that all is clear, or that it cannot know, where it found nothing', () => {
    expect(texts(auditReport(), 'h1', 'h2')).toEqual([
      'All clear: no access key needs attention',
      'Coverage',
      'Findings',
      'Policy',
    ]);
    expect(allText(auditReport({ accounts: [] }))).toContain('No account could be read');
  });

  it('lists the accounts that were not read first, and knows no numbers of them', () => {
    const unread = { ...failedAccount({ ...staging, id: '999988887777', name: 'lost' }, 'AccessDenied') };
    const inPart = { ...failedAccount({ ...staging, id: '999988886666', name: 'half' }, 'Throttled'), users: 3 };
    const report = auditReport({ accounts: [scannedAccount(staging, { users: 5 }), unread, inPart] });
    expect(texts(report, 'tr').slice(1, 4)).toEqual([
      'lost 999988887777nounknownunknownnone',
      'half 999988886666in part30none',
      'staging 444455556666yes51012026-11-23 06:12 UTC',
    ]);
  });

  it('says before all else that something is missing, and not where only telling failed', () => {
    const failing = (...failures: Failure[]) => texts(auditReport({ failures }), 'h2', 'h3');
    expect(failing({ scope: 'rule', id: 'key-overdue', reason: 'TypeError' })).toEqual([
      'Coverage',
      'This report is incomplete',
      'Findings',
      'Failures',
      'Policy',
    ]);
    const untold: Failure = { scope: 'notifier', id: 'slack', reason: 'not_in_channel' };
    expect(failing(untold)).toEqual(['Coverage', 'Findings', 'Failures', 'Policy']);
    expect(texts(auditReport({ failures: [untold] }), 'li')).toContain('Not delivered: slack: not_in_channel.');
  });

  it('names every failure, however many there are', () => {
    const failures = Array.from(
      { length: 30 },
      (_, at): Failure => ({ scope: 'locator', id: `place-${at}`, reason: `reason ${'x'.repeat(at + 1)}` }),
    );
    const report = auditReport({ failures });
    expect(texts(report, 'li')).toContain('… and 22 more like these: all are under Failures.');
    expect(texts(report, 'tr').filter((row) => row.startsWith('Place not searched for uses'))).toHaveLength(30);
  });

  it('counts as the report does, and nothing where no account was read', () => {
    const counts = (report: AuditReport) => texts(report, 'li').filter((item) => /^\d+ /.test(item));
    expect(counts(fullReport())).toEqual([
      '1 Critical',
      '1 High',
      '1 Medium',
      '1 Low',
      '1 New',
      '1 Worse',
      '1 Exempt',
      '1 Resolved',
      '1 Failure',
    ]);
    expect(counts(auditReport())).toEqual(['0 Critical', '0 High', '0 Medium', '0 Low']);
    expect(counts(auditReport({ accounts: [failedAccount(staging, 'AccessDenied')] }))).toEqual(['1 Failure']);
  });

  it('moves nothing and loads nothing by its style', () => {
    expect(STYLE).not.toMatch(/transition|animation|scroll-behavior|url\(|@import|@font-face/);
  });

  it('is made by the command line only: the Lambda does not carry it', async () => {
    const { metafile } = await build({
      entryPoints: ['lambda/index.ts'],
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      metafile: true,
      write: false,
    });
    const files = Object.keys(metafile.inputs);
    expect(files).toContain('lambda/render/csv.ts');
    expect(files.filter((file) => file.startsWith('lambda/render/html'))).toEqual([]);
  });

  it('is a format of the command line', () => {
    expect(render(fullReport(), 'html', pc.createColors(false))).toBe(renderHtml(fullReport()));
  });
});
