import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AuditReport } from '../lambda/domain/report.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { fullReport } from './full-report.ts';
import { accountFailure, auditReport, finding, findings, production, scannedAccount } from './report-builders.ts';
import { browserPath, startBrowser } from './report-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const NEEDS_BROWSER = browserPath ? '' : ' (skipped: no chromium on the PATH)';
const PHONE = { width: 390, height: 844 };

jest.setTimeout(60_000);

/** As long and as hostile as names, tags and messages come. */
const hostileReport = (): AuditReport => {
  const text = `${'W'.repeat(256)}</script><script>alert(1)</script><img src="https://evil.example/x.png" onerror="alert(2)">\u202Eעברית`;
  return auditReport({
    scanId: text,
    accounts: [scannedAccount({ id: '111122223333', name: text, production: true }, { reason: text })],
    findings: findings(3, () => ({
      account: { id: '111122223333', name: text, production: true },
      userName: text,
      userArn: `arn:aws:iam::111122223333:user/${text}`,
      accessKeyId: `AKIA${'W'.repeat(124)}`,
      owner: text,
      description: text,
      rules: [{ id: text, message: text }],
      locations: [{ source: text, state: 'seen', text, usage: text }],
      nextStep: { ...finding().nextStep, text, commands: [text, text] },
    })),
    failures: [{ scope: 'user', id: text, reason: text }, accountFailure(production, text)],
  });
};

(browserPath ? describe : describe.skip)(`the HTML report in Chromium${NEEDS_BROWSER}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyaudit-page-'));
  let browser: Browser;
  /** What the page said on its console, asked of anybody, or threw. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const openFile = async (html: string, options: BrowserContextOptions = {}): Promise<Page> => {
    complaints = [];
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const url = pathToFileURL(file).href;
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', ({ message }) => complaints.push(`error: ${message}`));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== url) complaints.push(`request: ${request.url()}`);
    });
    page.setDefaultTimeout(20_000);
    await page.goto(url);
    return page;
  };
  const open = (report: AuditReport, options?: BrowserContextOptions) => openFile(renderHtml(report), options);

  const violationsOf = async (page: Page): Promise<string[]> => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  };

  it.each([
    ['with', { colorScheme: 'light' }],
    ['with', { colorScheme: 'dark', viewport: PHONE }],
    ['without', { colorScheme: 'light', viewport: PHONE }],
    ['without', { colorScheme: 'dark' }],
  ] as const)('is accessible by the rules of axe, %s its script: %j', async (script, options) => {
    const html = renderHtml(fullReport());
    // Axe is a script itself, so scripts cannot be turned off: the page’s own is taken out instead.
    const shown = script === 'with' ? html : html.replace(/<script>.*<\/script>/s, '');
    expect(await violationsOf(await openFile(shown, options))).toEqual([]);
  });

  it('runs nothing and loads nothing of what is planted in it, and stays as wide as the screen', async () => {
    const page = await open(hostileReport(), { viewport: PHONE });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    expect(await page.locator('img, script').count()).toBe(1);
  });

  const users = (page: Page): Promise<string[]> => page.locator('#findings-table tbody tr:visible th').allInnerTexts();

  it('sorts by a column at the press of a key, says so, and turns round at the next', async () => {
    const page = await open(fullReport());
    const age = page.locator('#findings-table').getByRole('columnheader', { name: 'Age in days' });
    expect(await users(page)).toEqual(['mapit new', 'alice', 'alice worse', 'bob']);

    await age.getByRole('button').press('Enter');
    expect(await users(page)).toEqual(['bob', 'alice worse', 'mapit new', 'alice']);
    expect(await age.getAttribute('aria-sort')).toBe('ascending');
    expect(await page.getByRole('status').innerText()).toBe('Sorted by Age in days, ascending.');

    await age.getByRole('button').press('Enter');
    expect(await users(page)).toEqual(['mapit new', 'alice', 'alice worse', 'bob']);
    expect(await age.getAttribute('aria-sort')).toBe('descending');
    expect(await page.locator('[aria-sort]').count()).toBe(1);
    expect(await page.getByRole('status').innerText()).toBe('Sorted by Age in days, descending.');
  });

  it('sorts severities by how bad they are, and words by their letters', async () => {
    const page = await open(fullReport());
    await page.getByRole('button', { name: 'Severity' }).click();
    expect(await users(page)).toEqual(['bob', 'alice worse', 'alice', 'mapit new']);
    await page.getByRole('button', { name: 'User' }).click();
    expect(await users(page)).toEqual(['alice', 'alice worse', 'bob', 'mapit new']);
  });

  it('filters by words and severity, says how many are left, and prints all of them nevertheless', async () => {
    const page = await open(fullReport());
    await page.getByLabel('Filter by words').fill('alice');
    await page.getByLabel('Severity').selectOption('medium');
    expect(await users(page)).toEqual(['alice worse']);
    expect(await page.locator('article:visible').count()).toBe(1);
    expect(await page.getByRole('status').innerText()).toBe('1 of 4 findings shown; the others are filtered out.');
    await page.emulateMedia({ media: 'print' });
    expect(await users(page)).toHaveLength(4);
    expect(await page.locator('article:visible').count()).toBe(4);
  });

  it('shows a filtered finding again to whom a link leads there', async () => {
    const page = await open(fullReport());
    await page.getByLabel('Filter by words').fill('never');
    await page.getByRole('link', { name: 'finding 2' }).click();
    expect(await users(page)).toHaveLength(4);
    await expect(page.locator('#finding-2').isVisible()).resolves.toBe(true);
  });

  it('copies a command', async () => {
    const page = await open(fullReport(), { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy command 1 of finding 2' }).click();
    await page.getByRole('status').getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('aws iam create-access-key --user-name alice');
  });

  it('shows where the focus is, the way past the navigation first', async () => {
    const page = await open(fullReport());
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    expect(await focused.innerText()).toBe('Skip to the findings');
    expect((await focused.boundingBox())?.y).toBeGreaterThan(0);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  it('shows everything without scripts, and nothing that would need them', async () => {
    const page = await open(fullReport(), { javaScriptEnabled: false });
    expect(await page.locator('button:visible, input:visible, select:visible').count()).toBe(0);
    expect(await page.locator('article:visible').count()).toBe(4);
  });

  it.each([true, false])('prints everything, and no buttons; scripts: %s', async (javaScriptEnabled) => {
    const accounts = Array.from({ length: 40 }, (_, at) =>
      scannedAccount({ ...production, id: `${111122223333 + at}` }),
    );
    const page = await open({ ...fullReport(), accounts }, { javaScriptEnabled, colorScheme: 'dark' });
    const cutOff = () =>
      page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter((each) => each.scrollHeight > each.clientHeight).length",
      );
    expect(await cutOff()).toBe(1);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await cutOff()).toBe(0);
    expect(await page.locator('input:visible, select:visible, nav:visible, .skip:visible').count()).toBe(0);
    const displays = (selector: string) =>
      page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('${selector}')].map((each) => getComputedStyle(each).display))]`,
      );
    // The words of a header’s button stay.
    expect(await displays('th button')).toEqual(javaScriptEnabled ? ['contents'] : []);
    expect(await displays('.command button')).toEqual(javaScriptEnabled ? ['none'] : []);
    // What a browser repeats on every page.
    expect(await displays('thead')).toEqual(['table-header-group']);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

type AxeResults = { violations: { id: string; nodes: { html: string }[] }[] };
