import type { AuditReport, ExemptFinding, Finding } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { label, manyLines, oneLine } from './safe-text.ts';
import { countsSentence, coverageLines, headline, noteSentences, reportedAt } from './summary.ts';
import {
  accountLabel,
  ageWords,
  earlierSameStep,
  exemptUntilWords,
  inactiveNote,
  keyLabel,
  lastUsedWords,
  locationLine,
  NO_OWNER,
  newsNote,
  notBeforeSentence,
  ownerlessIn,
  ruleLines,
  severityWords,
  stageWords,
  stuckSentence,
  userLabel,
} from './wording.ts';

const LIMITS = { names: 20, reason: 1_000, lines: 50 };
const INDENT = '   ';

/** For a copy that is only the first part of a report: the `whole` it counts, and a `note` on what is left out. */
export type Part = { whole: AuditReport; note: string };

/** The report as plain text, for e-mail and terminals. */
export const renderText = (report: AuditReport, part?: Part): string => {
  const whole = part?.whole ?? report;
  const counts = [countsSentence(whole), ...noteSentences(whole, LIMITS.names)].filter(Boolean);
  return `${[
    [headline(whole), ...(part ? ['', part.note] : [])],
    coverageLines(report, LIMITS),
    ...(counts.length > 0 ? [counts] : []),
    ...findingSections(report, ownerlessIn(whole)),
    ...exemptSection(report),
    ...resolvedSection(report),
    [`Scan ${oneLine(report.scanId)}`],
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

const findingSections = (
  { findings, startedAt }: AuditReport,
  isOwnerless: (finding: Finding) => boolean,
): string[][] => {
  const now = new Date(startedAt);
  const sameAs = earlierSameStep(findings);
  return findings.map((finding, position) => [
    `${position + 1}. ${severityWords[finding.severity].toUpperCase()}  ${userLabel(finding)} in ` +
      `${accountLabel(finding.account)}${newsNote(finding, now)}`,
    ...indented([
      `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}`,
      [
        `${stageWords[finding.stage]}.`,
        stuckSentence(finding, now),
        isOwnerless(finding) ? NO_OWNER : ownerNote(finding),
      ]
        .filter(Boolean)
        .join(' '),
      ...ruleLines(finding).map((line) => `- ${line}`),
      ...finding.locations.map(locationLine),
      ...nextStepLines(finding, sameAs[position]),
    ]),
  ]);
};

const ownerNote = ({ owner }: Finding): string => (owner ? `Owner: ${oneLine(owner)}.` : '');

const nextStepLines = (finding: Finding, sameAs: number | undefined): string[] =>
  sameAs === undefined
    ? [
        ['Next:', notBeforeSentence(finding), oneLine(finding.nextStep.text)].filter(Boolean).join(' '),
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
  `${lastUsedWords(finding.lastUsed, reportedAt(report))}: exempt until ${exemptUntilWords(finding, reportedAt(report))}, ` +
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
