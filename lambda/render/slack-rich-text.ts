import type { RichTextElement, RichTextLink, RichTextText } from '@slack/types';
import { label, shorten } from './safe-text.ts';
import { withoutLinks } from './step-links.ts';

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

/**
 * A step in at most `limit` characters, and the links that end it, which show where they lead, shortened:
 * `Console: console.aws.amazon.com/…`. A link is never cut.
 */
export const stepElements = (step: string, limit: number): (RichTextText | RichTextLink)[] => {
  const { prose, links } = withoutLinks(step);
  const ends = links
    .filter(({ url }) => url.href.length <= URL_LIMIT)
    .flatMap(({ name, url }) => [plain(` ${name}: `), { type: 'link' as const, url: url.href, text: linkText(url) }]);
  const room = limit - ends.reduce((sum, { text }) => sum + text.length, 0);
  return prose === '' ? ends : [plain(shorten(prose, Math.max(room, 1))), ...ends];
};

const linkText = ({ host, pathname, search, hash }: URL): string =>
  label(host, 80) + (pathname === '/' && search === '' && hash === '' ? '' : '/…');
