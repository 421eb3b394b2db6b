import type { AuditReport, ExemptFinding, Finding } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { label, manyLines, oneLine } from './safe-text.ts';
import { countsSentence, coverageLines, headline, reportedAt } from './summary.ts';
import {
  accountLabel,
  ageWords,
  changeNote,
  earlierSameStep,
  inactiveNote,
  keyLabel,
  lastUsedWords,
  locationLine,
  notBeforeSentence,
  ruleLines,
  severityWords,
  stageWords,
  userLabel,
} from './wording.ts';

const LIMITS = { names: 20, reason: 1_000, lines: 50 };
const INDENT = '   ';

/** For a copy that is only the first part of a report: the `whole` it counts, and a `note` on what is left out. */
export type Part = { whole: AuditReport; note: string };

/** The report as plain text, for e-mail and terminals. */
export const renderText = (report: AuditReport, part?: Part): string => {
  const whole = part?.whole ?? report;
  const counts = countsSentence(whole);
  return `${[
    [headline(whole), ...(part ? ['', part.note] : [])],
    coverageLines(report, LIMITS),
    ...(counts ? [[counts]] : []),
    ...findingSections(report),
    ...exemptSection(report),
    ...resolvedSection(report),
    [`Scan ${oneLine(report.scanId)}`],
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

const findingSections = ({ findings, startedAt }: AuditReport): string[][] => {
  const now = new Date(startedAt);
  const sameAs = earlierSameStep(findings);
  return findings.map((finding, position) => [
    `${position + 1}. ${severityWords[finding.severity].toUpperCase()}  ${userLabel(finding)} in ` +
      `${accountLabel(finding.account)}${changeNote(finding)}`,
    ...indented([
      `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}`,
      `${stageWords[finding.stage]}.${finding.owner ? ` Owner: ${oneLine(finding.owner)}.` : ''}`,
      ...ruleLines(finding).map((line) => `- ${line}`),
      ...finding.locations.map(locationLine),
      ...nextStepLines(finding, sameAs[position]),
    ]),
  ]);
};

const nextStepLines = (finding: Finding, sameAs: number | undefined): string[] =>
  sameAs === undefined
    ? [
        ['Next:', notBeforeSentence(finding), manyLines(finding.nextStep.text)].filter(Boolean).join(' '),
        ...finding.nextStep.commands.flatMap(commandLines),
      ]
    : [`Next: as for ${sameAs + 1}, the same user.`];

const commandLines = (command: string): string[] =>
  manyLines(command)
    .split('\n')
    .map((line) => `  ${line}`);

const exemptSection = (report: AuditReport): string[][] =>
  report.exempt.length === 0
    ? []
    : [
        [
          `EXEMPT: ${plural(report.exempt.length, 'key')}`,
          ...indented(report.exempt.map((key) => exemptLine(key, report))),
        ],
      ];

const exemptLine = (finding: ExemptFinding, report: AuditReport): string =>
  `${userLabel(finding)} in ${accountLabel(finding.account)}, ${keyLabel(finding)}, ${ageWords(finding)}, ` +
  `${lastUsedWords(finding.lastUsed, reportedAt(report))}: exempt until ${label(finding.exemption.until, 32, 'no date')}, ` +
  oneLine(finding.exemption.reason);

const resolvedSection = ({ resolved }: AuditReport): string[][] =>
  resolved.length === 0
    ? []
    : [
        [
          'RESOLVED since the last scan',
          ...indented(
            resolved.map(
              ({ account, userName, accessKeyId, ruleIds }) =>
                `${label(userName, 64)} in ${accountLabel(account)}` +
                `${accessKeyId ? `, ${label(accessKeyId, 64)}` : ''}: ${ruleIds.map(oneLine).join(', ')}`,
            ),
          ),
        ],
      ];

const indented = (lines: string[]): string[] => lines.map((line) => INDENT + line.replaceAll('\n', `\n${INDENT}`));
