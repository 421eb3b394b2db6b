import type { RichTextElement, RichTextLink, RichTextText } from '@slack/types';
import { label, shorten } from './safe-text.ts';

/** Text as it is: rich text knows no markup. */
export const plain = (text: string): RichTextText => ({ type: 'text', text });

/** Plain text beside plain text as one: every element takes room in the message. */
export const joined = <Element extends RichTextElement>(
  elements: readonly (Element | RichTextText)[],
): (Element | RichTextText)[] => {
  const result: (Element | RichTextText)[] = [];
  for (const element of elements) {
    const last = result.at(-1);
    if (last && isPlain(last) && isPlain(element)) result.splice(-1, 1, plain(last.text + element.text));
    else result.push(element);
  }
  return result;
};

const isPlain = (element: RichTextElement): element is RichTextText => element.type === 'text' && !element.style;

/** So that one address cannot take the room of everything else. */
const URL_LIMIT = 2_000;

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
    if (url.length > URL_LIMIT || !URL.canParse(url)) continue;
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
