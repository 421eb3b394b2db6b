/**
 * The value of an IAM tag: letters, digits, spaces and `_.:/=+-@`, 256 characters at most.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
 * The start `aws:` is AWS's own: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
const ALLOWED = /[\p{L}\p{Z}\p{N}_.:/=+\-@]/u;
const CHARACTERS_AT_MOST = 256;
const RESERVED = /^aws:/i;

/** A text that IAM takes as it is, or what is wrong with it, and one like it that IAM takes where there is one. */
export type TagText = { value: string } | { problems: string[]; suggestion?: string };

/** Checks a text that is to become the value of a tag. Spaces around it, and how its accents are put together, do not count. */
export const checkTagText = (text: string): TagText => {
  const value = text.toWellFormed().normalize('NFC').trim();
  const problems = problemsOf(value);
  if (problems.length === 0) return { value };
  const suggestion = suggestionFor(value);
  return { problems, ...(suggestion && { suggestion }) };
};

const problemsOf = (value: string): string[] => [
  ...(value === '' ? ['it is empty'] : []),
  ...[...new Set(value)].filter((character) => !ALLOWED.test(character)).map(changeOf),
  ...(value.length > CHARACTERS_AT_MOST
    ? [`it has ${value.length} characters, ${CHARACTERS_AT_MOST} are the most`]
    : []),
  ...(RESERVED.test(value) ? ['it starts with aws:, which AWS keeps for itself'] : []),
];

const changeOf = (character: string): string => {
  const instead = replacementOf(character);
  const shown = /[\p{C}\p{M}]/u.test(character) ? codePoint(character) : `"${character}"`;
  if (instead === '') return `leave out ${shown}`;
  return `change ${shown} to ${instead === ' ' ? 'a space' : `"${instead.trim()}"`}`;
};

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What says the same as far as it goes. */
const replacements: readonly (readonly [characters: RegExp, instead: string])[] = [
  [/[,;&]/, ' and '],
  [/[([{]/, ' - '],
  [/[|\\]/, '/'],
  [/[–—~‐‑−]/, '-'],
  [/[#'"`’‘“”!?*]/, ''],
];

/** Anything else becomes a space, so that no two words become one. */
const replacementOf = (character: string): string =>
  replacements.find(([characters]) => characters.test(character))?.[1] ?? ' ';

const suggestionFor = (value: string): string => {
  const replaced = Array.from(value, (character) => (ALLOWED.test(character) ? character : replacementOf(character)));
  const tidy = replaced
    .join('')
    .replace(/\p{Z}+/gu, ' ')
    .replace(/( and)+(?= and )/g, '')
    .replace(/^( ?(and|-) )+|( (and|-) ?)+$/g, '')
    .trim()
    .replace(/^(aws: *)+/i, '');
  return shortened(tidy);
};

/** Between two words where there are any: never in the middle of a character. */
const shortened = (text: string): string => {
  if (text.length <= CHARACTERS_AT_MOST) return text;
  const kept = text.slice(0, CHARACTERS_AT_MOST + 1);
  const lastSpace = kept.lastIndexOf(' ');
  const cut = lastSpace > 0 ? kept.slice(0, lastSpace) : kept.slice(0, -1);
  return cut.replace(/[\uD800-\uDBFF]$/, '').trim();
};
