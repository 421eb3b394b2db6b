import { oneLine } from '../domain/one-line.ts';

/**
 * Names, tags and error messages are other people's text: these make them safe to put into one of ours. Escaping for a
 * certain output is that output's own business.
 */

export { oneLine };

/** As `oneLine`, but line breaks stay. */
export const manyLines = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(oneLine)
    .join('\n')
    .trim();

/** As `manyLines`, and each keeps the spaces that it begins with. */
export const indentedLines = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => (/^ */.exec(line)?.[0] ?? '') + oneLine(line))
    .join('\n');

/** At most `limit` UTF-16 code units; what was cut shows as `…`. Never cuts a character in two. */
export const shorten = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
};

/** On one line and at most `limit` long; `fallback` where nothing readable is left. */
export const label = (text: string, limit: number, fallback = '(no name)'): string =>
  shorten(oneLine(text), limit) || fallback;

/** `a, b and 3 more`: at most `limit` of the names. */
export const listed = (names: readonly string[], limit: number): string => {
  if (names.length <= limit) return names.join(', ');
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
};

/** `a`, `a and b`, `a, b and c`. */
export const sentenceList = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
