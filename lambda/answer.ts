import type { Delivery } from './deliver.ts';
import type { AuditReport } from './domain/report.ts';
import { oneLine } from './render/safe-text.ts';
import { countsSentence, coverageLines, headline, noteSentences, reportedAt } from './render/summary.ts';
import { findingLine } from './render/wording.ts';

/** The ones that matter most; who needs all of them has Slack, SNS or the CLI. */
const SHOWN = 25;

/** What an invocation returns: for reading in the Lambda console. */
export type Answer = {
  headline: string;
  /** What was read, how old it is, and what was not read and why. */
  coverage: string[];
  counts: string;
  /** What waits, exemptions that end soon or are not in force, keys without an owner. */
  notes: string[];
  findings: { finding: string; nextStep: string; commands: string[] }[];
  findingsNotShown: number;
  exempt: number;
  delivered: string[];
  /** By an earlier attempt of the run, or by another invocation for the same tick of the schedule. */
  toldBefore: string[];
  notSetUp: string[];
  scanId: string;
};

/** The report in words, the findings that matter most first, and what became of the messages. */
export const answerOf = (
  report: AuditReport,
  { delivered, toldBefore, notSetUp }: Pick<Delivery, 'delivered' | 'toldBefore' | 'notSetUp'>,
): Answer => ({
  headline: headline(report),
  coverage: coverageLines(report, { names: 50, reason: 500, lines: 50 }),
  counts: countsSentence(report),
  notes: noteSentences(report, 50),
  findings: report.findings.slice(0, SHOWN).map((finding) => ({
    finding: findingLine(finding, reportedAt(report)),
    nextStep: oneLine(finding.nextStep.text),
    commands: finding.nextStep.commands,
  })),
  findingsNotShown: Math.max(0, report.findings.length - SHOWN),
  exempt: report.exempt.length,
  delivered,
  toldBefore,
  notSetUp: notSetUp.map(({ id, why }) => `${id}: ${why}`),
  scanId: report.scanId,
});
