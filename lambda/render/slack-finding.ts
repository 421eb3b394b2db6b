import type { RichTextBlock, RichTextLink, RichTextText } from '@slack/types';
import type { AuditReport, Finding } from '../domain/report.ts';
import { label, manyLines, shorten } from './safe-text.ts';
import type { Entry } from './slack-agenda.ts';
import { type Mention, ownerElements } from './slack-owner.ts';
import { joined, plain, stepElements } from './slack-rich-text.ts';
import { reportedAt } from './summary.ts';
import {
  accountLabel,
  ageWords,
  earlierSame,
  earlierSameStep,
  inactiveNote,
  keyLabel,
  lastUsedWords,
  locationLine,
  newsNote,
  notBeforeSentence,
  ongoingLine,
  ownerlessIn,
  ruleLines,
  severityWords,
  stageWords,
  stuckSentence,
  userLabel,
} from './wording.ts';

/** So that one finding cannot take the room of the others. */
const LIMITS = {
  rules: 8,
  rule: 200,
  locations: 4,
  location: 280,
  step: 1_000,
};
/** Commands are whole or not there: a line cut in two must not be pasted into a shell. */
const COMMANDS_LIMIT = 1_200;

/**
 * An entry among others: the numbers under which its next step was printed and its owner was mentioned already; whether it surely
 * has no owner; whether owners are mentioned here; the instant of the report.
 */
export type Placed = Entry & { stepAt?: number; ownerAt?: number; ownerless: boolean; mentions: boolean; now: Date };

/** The entries of a digest, so that each tells the next step once for a user, and mentions each owner once. */
export const placed = (entries: readonly Entry[], report: AuditReport): Placed[] => {
  const isOwnerless = ownerlessIn(report);
  const full = entries.filter(({ inFull }) => inFull);
  const sameStep = earlierSameStep(full.map(({ finding }) => finding));
  const sameOwner = earlierSame(entries.map(({ finding }) => finding.owner ?? ''));
  return entries.map((entry, position) => {
    const stepAt = full[sameStep[full.indexOf(entry)] ?? -1]?.number;
    const ownerAt = entries[sameOwner[position] ?? -1]?.number;
    return {
      ...entry,
      now: reportedAt(report),
      ownerless: isOwnerless(entry.finding),
      mentions: true,
      ...(stepAt !== undefined && { stepAt }),
      ...(ownerAt !== undefined && { ownerAt }),
    };
  });
};

/**
 * One finding in full. All text is in rich text elements, which know no markup, so that a name can neither mention anyone nor
 * format anything: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. Only an owner’s id is a mention.
 */
export const findingBlock = (place: Placed): RichTextBlock => {
  const { finding, number, now } = place;
  const commands = place.stepAt === undefined ? manyCommands(finding) : '';
  const tooLong = commands.length > COMMANDS_LIMIT;
  const title = `${number}. ${severityWords[finding.severity]}: ${userLabel(finding)} in ${accountLabel(finding.account)}`;
  return {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: `${title}${newsNote(finding, now)}`, style: { bold: true } },
          ...joined([
            plain(`\n${keyLine(finding, now)}\n${stageWords[finding.stage]}. ${stuckSentence(finding, now)}`.trimEnd()),
            ...ownerElements(finding, place),
            plain(['', ...factLines(finding), 'Next: '].join('\n')),
            ...nextStepElements(finding, place),
            ...(tooLong ? [plain(' The commands are in the CSV.')] : []),
          ]),
        ],
      },
      ...(commands && !tooLong ? [{ type: 'rich_text_preformatted' as const, elements: [plain(commands)] }] : []),
    ],
  };
};

const keyLine = (finding: Finding, now: Date): string =>
  `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}`;

const factLines = (finding: Finding): string[] => {
  const rules = ruleLines(finding).map((line) => `• ${shorten(line, LIMITS.rule)}`);
  return [
    ...atMost(rules, LIMITS.rules),
    ...atMost(
      finding.locations.map((location) => label(locationLine(location), LIMITS.location)),
      LIMITS.locations,
    ),
  ];
};

const atMost = (lines: string[], limit: number): string[] =>
  lines.length <= limit ? lines : [...lines.slice(0, limit), `… and ${lines.length - limit} more in the CSV`];

const nextStepElements = (finding: Finding, { stepAt }: Placed): (RichTextText | RichTextLink)[] =>
  stepAt === undefined
    ? stepElements(`${notBeforeSentence(finding)} ${finding.nextStep.text}`.trim() || 'nothing to do.', LIMITS.step)
    : [plain(`as for ${stepAt}, the same user.`)];

const manyCommands = ({ nextStep }: Finding): string => manyLines(nextStep.commands.join('\n'));

/** Findings that were told before, a line each; a step that nobody took for a week stands out. */
export const linesBlock = (entries: readonly Placed[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: joined(entries.flatMap(lineElements)) }],
});

const lineElements = (place: Placed, position: number): (RichTextText | Mention)[] => {
  const { finding, number, now } = place;
  const stuck = stuckSentence(finding, now);
  return [
    plain(`${position > 0 ? '\n' : ''}${number}. ${ongoingLine(finding, now)}`),
    ...ownerElements(finding, place),
    ...(stuck ? [{ ...plain(` ${stuck}`), style: { bold: true } }] : []),
  ];
};
