import { describe, expect, it } from '@jest/globals';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { escapeText, messageText } from '../lambda/render/slack-limits.ts';
import { stepElements } from '../lambda/render/slack-rich-text.ts';
import { FIRST_KEY } from './builders.ts';
import { CONSOLE } from './full-report.ts';
import { auditReport, finding } from './report-builders.ts';

describe('text', () => {
  it('is escaped in the order that Slack asks for', () => {
    expect(escapeText('<!channel> & <@U024BE7LH>')).toBe('&lt;!channel&gt; &amp; &lt;@U024BE7LH&gt;');
  });

  it('is cut between entries, and says how many more there are', () => {
    const entries = Array.from({ length: 100 }, (_, position) => `${position} ${'&'.repeat(30)}`);
    const text = messageText(['head'], entries, (left) => `${left} more`);
    const lines = text.split('\n');
    expect(text.length).toBeLessThanOrEqual(3_900);
    expect(lines.at(-1)).toBe(`${100 - (lines.length - 2)} more`);
    expect(lines.slice(1, -1)).toEqual(entries.slice(0, lines.length - 2).map(escapeText));
  });

  it('carries the whole summary of a small report', () => {
    expect(slackDigest(auditReport({ findings: [finding()] })).digest.text).toBe(
      [
        '1 access key needs attention.',
        'Read production (111122223333): 74 users, 101 access keys.',
        'Credential report: 2026-11-23 06:12 UTC, 3 hours old.',
        '1 high.',
        '1 without an owner: give its user a tag owner.',
        `1. High: alice in production, ${FIRST_KEY}, 412 days old, last used 2 days ago (s3, eu-west-1). ` +
          'Overdue for rotation. Next: Find where it is used, create its replacement.',
      ].join('\n'),
    );
  });
});

describe('links', () => {
  const text = (words: string) => ({ type: 'text', text: words });

  it('are the addresses of the console and the runbook that end a step', () => {
    expect(stepElements(`Find it. Console: ${CONSOLE} Runbook: https://example.org/`, 500)).toEqual([
      text('Find it.'),
      text(' Console: '),
      { type: 'link', url: CONSOLE, text: 'console.aws.amazon.com/…' },
      text(' Runbook: '),
      { type: 'link', url: 'https://example.org/', text: 'example.org' },
    ]);
  });

  it('are no addresses that stand before, nor anything else', () => {
    for (const words of [
      'Managed by terraform https://evil.example: change it in code.',
      'See https://evil.example',
      'Runbook: http://evil.example',
      'Runbook: javascript:alert(1)',
      'Runbook: https://',
    ]) {
      expect(stepElements(words, 500)).toEqual([text(words)]);
    }
  });

  it('are never cut: the words before them are, and an address that is too long is left out', () => {
    const words = stepElements(`${'x'.repeat(600)} Console: ${CONSOLE}`, 500).map((element) => element.text);
    expect(words.slice(1)).toEqual([' Console: ', 'console.aws.amazon.com/…']);
    expect(words.join('')).toHaveLength(500);
    expect(stepElements(`Do. Runbook: https://example.org/${'x'.repeat(2_000)}`, 500)).toEqual([text('Do.')]);
  });
});
