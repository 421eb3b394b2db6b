import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { repeats } from '../lambda/domain/news.ts';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { characterCount, type SlackMessage } from '../lambda/render/slack-limits.ts';
import { anyReport } from './arbitrary-report.ts';
import { aliveInMessage } from './inert/slack.ts';
import { mentionsIn, messagesOf, seen } from './slack-seen.ts';

/** Any report, with owners that are mentions among the others, and exemptions that end soon. */
const anyOwnedReport = (mostFindings: number) =>
  fc
    .tuple(anyReport(mostFindings), fc.array(fc.constantFrom(...ids, undefined), { minLength: 1, maxLength: 8 }))
    .map(([report, owners]) => ({
      ...report,
      exempt: report.exempt.map((each, position) =>
        position % 2 === 0 ? { ...each, exemption: { until: '2026-12-01', reason: 'because' } } : each,
      ),
      findings: report.findings.map((each, position) => {
        const owner = owners[position % owners.length];
        return owner === undefined ? each : { ...each, owner };
      }),
    }));
const ids = ['U024BE7LH', 'W012A3CDE', 'SAZ94GDB8', 'C061EG9SL', 'G0123456789'];

describe('any report', () => {
  const runs = { numRuns: 40 };

  it('becomes messages within every limit', () => {
    fc.assert(
      fc.property(anyOwnedReport(300), fc.constantFrom(...repeats), (report, repeat) => {
        const messages = messagesOf(slackDigest(report, { repeat }));
        expect(messages.length).toBeLessThanOrEqual(6);
        for (const { text, blocks } of messages) {
          expect(characterCount(blocks)).toBeLessThanOrEqual(12_000);
          expect(text.length).toBeLessThanOrEqual(3_900);
          expect(text.trim()).not.toBe('');
        }
      }),
      runs,
    );
  });

  it('becomes messages that Slack takes, in which nothing is markup, a link or a mention, but for one of each owner', () => {
    fc.assert(
      fc.property(anyOwnedReport(60), (report) => {
        const messages = messagesOf(slackDigest(report));
        expect(messages.flatMap((message) => aliveInMessage(message, { mentions: ids }))).toEqual([]);
        const mentioned = messages.flatMap(({ blocks }) => mentionsIn(blocks)).map((each) => each.split('"')[7]);
        expect(new Set(mentioned).size).toBe(mentioned.length);
      }),
      runs,
    );
  });

  it('has every finding once, in the digest, the thread or the CSV, and says where', () => {
    fc.assert(
      fc.property(anyReport(300), fc.constantFrom(...repeats), (report, repeat) => {
        const { digest, thread, csv } = slackDigest(report, { repeat });
        const [inDigest, inThread] = [[digest], thread].map((messages) => messages.flatMap(numbersIn)) as [
          number[],
          number[],
        ];
        const total = report.findings.length;
        expect(new Set([...inDigest, ...inThread]).size).toBe(inDigest.length + inThread.length);
        const left = total - inDigest.length - inThread.length;
        const words = seen(digest.blocks);
        expect(words.includes(`${inThread.length} of ${total} findings: in the thread.`)).toBe(inThread.length > 0);
        expect(words.includes(`${left}: in its CSV only.`)).toBe(left > 0);
        const rows: string[][] = csv ? parse(csv.content) : [];
        expect(rows.filter(([record]) => record === 'finding')).toHaveLength(total);
      }),
      runs,
    );
  });
});

/** The numbers of the findings that a message tells. */
const numbersIn = ({ blocks }: SlackMessage): number[] =>
  [...seen(blocks).matchAll(/^(\d+)\. (?:Critical|High|Medium|Low)\b/gm)].map(([, number]) => Number(number));
