/**
 * What "nothing comes alive" means for plain text that people read: on terminals, in e-mail, in log lines, in an answer. Every check
 * in this folder returns what it found alive, in words: an empty list is what a test expects.
 */

/** A control character but the line break, an invisible formatting or direction mark, another line break, half a character. */
const ALIVE = /(?!\n)\p{Cc}|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** So many are told of one text: one is enough to know. */
const TOLD = 3;

export const aliveInText = (text: string): string[] =>
  [...text.matchAll(ALIVE)]
    .slice(0, TOLD)
    .map(
      ({ 0: found, index }) =>
        `${codePoint(found)} in ${JSON.stringify(text.slice(Math.max(0, index - 30), index + 30))}`,
    );

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

export const aliveInLine = (line: string): string[] => [
  ...aliveInText(line),
  ...(line.includes('\n') ? [`a line break in ${JSON.stringify(line)}`] : []),
];

/** With every string, and every name of a field, somewhere inside a value. */
export const aliveInValue = (value: unknown): string[] => stringsIn(value).flatMap(aliveInText);

/** A word that tests plant after line breaks. */
export const PLANTED = 'PLANTED';

/** Lines that somebody else began: a name must not look like a sentence, or a command, of ours. */
export const linesOfOthers = (text: string): string[] =>
  text.split('\n').filter((line) => new RegExp(`^[\\s•\\d.-]*${PLANTED}`).test(line));

/** picocolors', and nothing else that a terminal obeys. */
const COLORS = ['1', '2', '22', '31', '33', '35', '36', '39'].map((code) => `\u001B[${code}m`);

/** As `aliveInText`, for text that has our own colours and is the `plain` one without them. */
export const aliveInColors = (colored: string, plain: string): string[] => {
  const bare = COLORS.reduce((text, color) => text.replaceAll(color, ''), colored);
  return [...aliveInText(bare), ...(bare === plain ? [] : ['it is not the plain text in colours'])];
};

/** Every string of a value, the names of its fields included. */
export const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...stringsIn(inner),
  ]);
};
