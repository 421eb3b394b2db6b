import type { RichTextBlock, RichTextLink, RichTextText } from '@slack/types';
import type { Finding } from '../domain/report.ts';
import { label, manyLines, shorten } from './safe-text.ts';
import {
  accountLabel,
  ageWords,
  changeNote,
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

/** So that one finding cannot take the room of the others. */
const LIMITS = {
  rules: 8,
  rule: 200,
  locations: 4,
  location: 280,
  owner: 80,
  step: 1_000,
  url: 2_000,
};
/** Commands are whole or not there: a line cut in two must not be pasted into a shell. */
const COMMANDS_LIMIT = 1_200;

/** Where a finding stands: its number in the report, and the number under which its next step was printed already. */
export type Place = { number: number; stepAt?: number; now: Date };

/**
 * One finding in full. All text is in rich text elements, which know no markup, so that a name can neither mention anyone nor
 * format anything: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
export const findingBlock = (finding: Finding, place: Place): RichTextBlock => {
  const commands = place.stepAt === undefined ? manyCommands(finding) : '';
  const tooLong = commands.length > COMMANDS_LIMIT;
  const title = `${place.number}. ${severityWords[finding.severity]}: ${userLabel(finding)} in ${accountLabel(finding.account)}`;
  return {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: `${title}${changeNote(finding)}`, style: { bold: true } },
          { type: 'text', text: `\n${factLines(finding, place.now).join('\n')}\nNext: ` },
          ...nextStepElements(finding, place),
          ...(tooLong ? [plain(' The commands are in the CSV.')] : []),
        ],
      },
      ...(commands && !tooLong ? [{ type: 'rich_text_preformatted' as const, elements: [plain(commands)] }] : []),
    ],
  };
};

const factLines = (finding: Finding, now: Date): string[] => {
  const rules = ruleLines(finding).map((line) => `• ${shorten(line, LIMITS.rule)}`);
  return [
    `${keyLabel(finding)}${inactiveNote(finding)}, ${ageWords(finding)}, ${lastUsedWords(finding.lastUsed, now)}`,
    `${stageWords[finding.stage]}.${finding.owner ? ` Owner: ${label(finding.owner, LIMITS.owner)}.` : ''}`,
    ...atMost(rules, LIMITS.rules),
    ...atMost(
      finding.locations.map((location) => label(locationLine(location), LIMITS.location)),
      LIMITS.locations,
    ),
  ];
};

const atMost = (lines: string[], limit: number): string[] =>
  lines.length <= limit ? lines : [...lines.slice(0, limit), `… and ${lines.length - limit} more in the CSV`];

const nextStepElements = (finding: Finding, { stepAt }: Place): (RichTextText | RichTextLink)[] =>
  stepAt === undefined
    ? linked(
        `${notBeforeSentence(finding)} ${manyLines(finding.nextStep.text)}`.trim() || 'nothing to do.',
        LIMITS.step,
      )
    : [plain(`as for ${stepAt}, the same user.`)];

const manyCommands = ({ nextStep }: Finding): string => manyLines(nextStep.commands.join('\n'));

const plain = (text: string): RichTextText => ({ type: 'text', text });

/** An https address up to the first character that cannot be in one, without the punctuation that ends a sentence. */
const URL_PATTERN = /https:\/\/[^\s<>"'`{}|\\^]*[^\s<>"'`{}|\\^.,;:!?()[\]]/g;

/**
 * Text with its https addresses as links, which show where they lead, shortened: `console.aws.amazon.com/…`. At most `limit`
 * characters of text; a link is never cut.
 */
export const linked = (text: string, limit: number): (RichTextText | RichTextLink)[] => {
  const elements: (RichTextText | RichTextLink)[] = [];
  let end = 0;
  for (const { 0: url, index } of text.matchAll(URL_PATTERN)) {
    if (url.length > LIMITS.url || !URL.canParse(url)) continue;
    if (index > limit) break;
    if (index > end) elements.push(plain(text.slice(end, index)));
    elements.push({ type: 'link', url, text: linkText(new URL(url)) });
    end = index + url.length;
  }
  const rest = text.slice(end);
  const room = limit - elements.reduce((sum, element) => sum + (element.text?.length ?? 0), 0);
  if (rest !== '') elements.push(plain(shorten(rest, Math.max(room, 1))));
  return elements;
};

const linkText = ({ host, pathname, search, hash }: URL): string =>
  label(host, 80) + (pathname === '/' && search === '' && hash === '' ? '' : '/…');
