import { manyLines, oneLine } from './safe-text.ts';

/** Markup that may be put into markup as it is. Only this file makes it. */
export type Html = { readonly markup: string };

/** What `html` takes between its literal parts: text is made safe, markup stays, lists are joined. */
export type Piece = Html | string | number | readonly Piece[];

/** A part of the page under a heading of its own. */
export type Section = { id: string; name: string; content: Html };

/**
 * The one place where other people's text becomes HTML: every text put into the template is one line without control characters,
 * and escaped for element content and for double-quoted attributes. The template itself is ours.
 */
export const html = (literals: TemplateStringsArray, ...pieces: Piece[]): Html => ({
  markup: literals.map((literal, position) => literal + markupOf(pieces[position] ?? '')).join(''),
});

/** Text whose line breaks stay, for `pre`. */
export const lines = (text: string): Html => ({ markup: escaped(manyLines(text)) });

/** A constant of ours, like the style sheet: never anything that came from outside. */
export const ours = (markup: string): Html => ({ markup });

const markupOf = (piece: Piece): string => {
  if (typeof piece === 'string') return escaped(withEnds(oneLine(piece), piece));
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map(markupOf).join('');
};

/** A space at either end belongs to the sentence around it. */
const withEnds = (line: string, text: string): string =>
  `${text.startsWith(' ') ? ' ' : ''}${line}${text.endsWith(' ') ? ' ' : ''}`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Noncharacters are no text in HTML: https://html.spec.whatwg.org/multipage/parsing.html#parse-error-noncharacter-in-input-stream */
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, '\uFFFD');
