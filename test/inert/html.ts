import { SCRIPT } from '../../lambda/render/html-script.ts';
import { STYLE } from '../../lambda/render/html-style.ts';
import { attribute, type Element, parsed, textOf } from '../parsed-html.ts';
import { aliveInText } from './text.ts';

/** Every element that the page is made of, with every attribute that it may have. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  a: ['class', 'href', 'rel'],
  article: ['id', 'data-severity', 'aria-labelledby'],
  b: [],
  bdi: [],
  body: [],
  br: [],
  caption: [],
  dd: [],
  dt: [],
  figure: [],
  footer: ['class'],
  g: [],
  h1: [],
  head: [],
  p: ['id', 'class', 'role'],
  code: ['class'],
  div: ['class', 'id', 'hidden', 'role', 'aria-label', 'tabindex'],
  dl: ['class'],
  h2: ['id'],
  h3: ['id'],
  h4: ['class'],
  header: ['class'],
  html: ['lang'],
  input: ['id', 'type', 'autocomplete', 'spellcheck'],
  label: [],
  li: ['class'],
  line: ['class', 'x1', 'y1', 'x2', 'y2'],
  main: ['class'],
  meta: ['charset', 'name', 'content', 'http-equiv'],
  nav: ['class', 'aria-label'],
  option: ['value'],
  pre: ['data-name'],
  rect: ['class', 'x', 'y', 'width', 'height'],
  script: [],
  section: ['aria-labelledby'],
  select: ['id'],
  span: ['class'],
  strong: [],
  style: [],
  svg: ['viewBox', 'role', 'aria-label'],
  table: ['id', 'class'],
  tbody: [],
  td: ['class', 'data-value'],
  text: ['class', 'x', 'y', 'text-anchor'],
  th: ['scope', 'class', 'aria-sort'],
  thead: [],
  title: [],
  tr: ['id'],
  ul: ['class'],
};

/**
 * A page that a parser has nothing to complain about, made of our elements and attributes, with our script and style alone, whose
 * links lead into the page or to one of the `links`.
 */
export const aliveInHtml = (html: string, links: readonly string[] = []): string[] => {
  const { elements, errors, comments } = parsed(html);
  const contents = (tag: string) => elements.filter(({ tagName }) => tagName === tag).map(textOf);
  const ids = elements.flatMap((element) => attribute(element, 'id') ?? []);
  return [
    ...errors.map((error) => `parse error ${error}`),
    ...(comments > 0 ? [`${comments} comments`] : []),
    ...elements.flatMap(notOurs),
    ...(same(contents('script'), [SCRIPT]) ? [] : ['another script']),
    ...(same(contents('style'), [STYLE]) ? [] : ['another style']),
    ...(new Set(ids).size === ids.length ? [] : ['an id twice']),
    ...elements.flatMap((element) => strayLink(element, ids, links)),
    ...aliveInText(html),
  ];
};

/** What an element has that the page never gives it: `img`, `p onclick`. */
const notOurs = ({ tagName, attrs }: Element): string[] => {
  const known = OURS[tagName];
  if (!known) return [`element ${tagName}`];
  return attrs.filter(({ name }) => !known.includes(name)).map(({ name }) => `attribute ${tagName} ${name}`);
};

const strayLink = (element: Element, ids: readonly string[], links: readonly string[]): string[] => {
  const href = attribute(element, 'href');
  if (href === undefined || (href.startsWith('#') && ids.includes(href.slice(1)))) return [];
  const isOurs = links.some((link) => href.startsWith(link)) && attribute(element, 'rel') === 'noreferrer';
  return isOurs ? [] : [`link to ${href}`];
};

const same = (texts: readonly string[], others: readonly string[]): boolean =>
  JSON.stringify(texts) === JSON.stringify(others);
