import type { Delivery } from './deliver.ts';
import type { AuditReport } from './domain/report.ts';
import { failureLines } from './render/failure-lines.ts';
import { countsSentence, coverageSentence, dataAgeSentence, headline, reportedAt } from './render/summary.ts';
import { findingLine } from './render/wording.ts';

/** The ones that matter most; who needs all of them has Slack, SNS or the CLI. */
const SHOWN = 25;

/** What an invocation returns: for reading in the Lambda console. */
export type Answer = {
  headline: string;
  coverage: string[];
  counts: string;
  notRead: string[];
  findings: { finding: string; nextStep: string; commands: string[] }[];
  findingsNotShown: number;
  exempt: number;
  delivered: string[];
  notSetUp: string[];
  scanId: string;
};

/** The report in words, the findings that matter most first, and what became of the messages. */
export const answerOf = (
  report: AuditReport,
  { delivered, notSetUp }: Pick<Delivery, 'delivered' | 'notSetUp'>,
): Answer => ({
  headline: headline(report),
  coverage: [coverageSentence(report), dataAgeSentence(report)].filter((line) => line !== undefined),
  counts: countsSentence(report),
  notRead: failureLines(report, { names: 50, reason: 500 }),
  findings: report.findings.slice(0, SHOWN).map((finding) => ({
    finding: findingLine(finding, reportedAt(report)),
    nextStep: finding.nextStep.text,
    commands: finding.nextStep.commands,
  })),
  findingsNotShown: Math.max(0, report.findings.length - SHOWN),
  exempt: report.exempt.length,
  delivered,
  notSetUp: notSetUp.map(({ id, why }) => `${id}: ${why}`),
  scanId: report.scanId,
});
