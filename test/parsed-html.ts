import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { AuditReport } from '../lambda/domain/report.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { SCRIPT } from '../lambda/render/html-script.ts';

/** The HTML report as a browser's parser sees it. */

export type Element = Tree.Element;

export type Parsed = { elements: Element[]; errors: string[]; comments: number };

export const parsed = (html: string): Parsed => {
  const errors: string[] = [];
  const document = parse(html, { onParseError: ({ code }) => errors.push(code) });
  const elements: Element[] = [];
  let comments = 0;
  const visit = (node: Tree.Node): void => {
    if (defaultTreeAdapter.isElementNode(node)) elements.push(node);
    if (defaultTreeAdapter.isCommentNode(node)) comments += 1;
    if ('childNodes' in node) node.childNodes.forEach(visit);
  };
  visit(document);
  return { elements, errors, comments };
};

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const textOf = (node: Tree.Node): string => {
  if (defaultTreeAdapter.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
};

/** The text of every element of these names, each on one line, in the order of the page. */
export const texts = (report: AuditReport, ...tags: string[]): string[] =>
  parsed(renderHtml(report))
    .elements.filter(({ tagName }) => tags.includes(tagName))
    .map((element) => oneLined(textOf(element)));

/** Everything that there is to read. */
export const allText = (report: AuditReport): string => texts(report, 'body').join('').replace(oneLined(SCRIPT), '');

const oneLined = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
