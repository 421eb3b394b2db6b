import type { Scalar, YAMLMap } from 'yaml';
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml';
import { partsOf, type ValuePart } from './hiera-values.ts';

/** What Puppet's data says where: https://www.puppet.com/docs/puppet/8/hiera_intro */

export type HieraFind = ValuePart & {
  line: number;
  /** The top-level key and the steps into hashes and lists. Absent where the file could not be parsed. */
  hieraKey?: string;
  /** The Hiera key at which the value stands that a YAML alias or a merge key repeats here. */
  via?: string;
};
export type Hieradata = {
  finds: HieraFind[];
  /** Why the Hiera keys are unknown, where they are. */
  problem?: string;
};

/** A hostile or generated file stops being read as YAML here, so that it costs neither minutes nor gigabytes. */
export const yamlLimits = {
  characters: 4 * 1024 * 1024,
  depth: 100,
  /** A text counts once more for every 100 characters of it. */
  repeatedNodes: 100_000,
  /** Of a Hiera key, with its steps: it is told for every id below it. */
  keyCharacters: 1_000,
} as const;

/** What a YAML file holds. One that is no YAML, or too much of it, is searched for encrypted blocks only. */
export const readHieradata = (text: string): Hieradata => {
  try {
    return { finds: findsInYaml(text) };
  } catch (error) {
    // A parser's own message may quote the file.
    const problem = error instanceof NotReadable ? error.message : TOO_DEEP;
    return { finds: blocksInText(text), problem };
  }
};

const TOO_DEEP = 'it is nested too deeply';

class NotReadable extends Error {}

const findsInYaml = (text: string): HieraFind[] => {
  if (text.length > yamlLimits.characters) throw new NotReadable('it is larger than 4 MB');
  const lineCounter = new LineCounter();
  // Every value is a string in `failsafe`, which also knows no merge keys: they are followed below, to know where from.
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    strict: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  });
  if ('empty' in documents) return [];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) throw new NotReadable(error.code === 'RESOURCE_EXHAUSTION' ? TOO_DEEP : 'it is no valid YAML');
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  return documents.flatMap(({ contents }) => findsBelow(contents, text, lineOf));
};

/** Where the walk is. Behind an alias, `origin` is the path at which the node really stands, `at` where the alias does. */
type Position = { path: readonly string[]; origin?: readonly string[]; at?: number };
type Entry = { key: string; value: unknown; origin?: readonly string[]; at?: number };

const findsBelow = (contents: Node | null, text: string, lineOf: (offset: number) => number): HieraFind[] => {
  const finds: HieraFind[] = [];
  const anchors = new Map<string, { node: Node; path: readonly string[] }>();
  let repeated = 0;
  const countRepeated = (node?: unknown): void => {
    repeated += 1 + (isScalar(node) ? String(node.value).length / 100 : 0);
    if (repeated > yamlLimits.repeatedNodes) throw new NotReadable('its aliases repeat too much');
  };

  const visit = (node: unknown, position: Position): void => {
    if (position.path.length > yamlLimits.depth) throw new NotReadable(TOO_DEEP);
    if (position.origin) countRepeated(node);
    if (isAlias(node)) visitAlias(node, position);
    else if (isScalar(node)) for (const find of findsInScalar(node, position, text, lineOf)) finds.push(find);
    else if (isSeq(node))
      for (const [index, item] of node.items.entries()) visit(item, step(position, { key: `${index}` }));
    else if (isMap(node)) for (const entry of entriesOf(node)) visit(entry.value, step(position, entry));
    // Only now, so that an alias inside its own anchor repeats nothing.
    if (!position.origin && (isScalar(node) || isSeq(node) || isMap(node)) && node.anchor) {
      anchors.set(node.anchor, { node, path: position.path });
    }
  };
  const visitAlias = (alias: Alias, { path, at }: Position): void => {
    const anchor = anchors.get(alias.source);
    if (anchor) visit(anchor.node, { path, origin: anchor.path, at: at ?? startOf(alias) });
  };

  /** A map's own pairs, and those of the maps merged into it that it does not override. */
  const entriesOf = (map: YAMLMap): Entry[] => {
    const own = map.items.filter((pair) => !isMerge(pair)).map(({ key, value }) => ({ key: keyOf(key), value }));
    const taken = new Set(own.map(({ key }) => key));
    const sources = map.items.filter(isMerge).flatMap(({ value }) => (isSeq(value) ? value.items : [value]));
    return [...own, ...sources.flatMap((source) => mergedEntries(source, taken))];
  };
  const mergedEntries = (source: unknown, taken: Set<string>): Entry[] => {
    countRepeated();
    const anchor = isAlias(source) ? anchors.get(source.source) : undefined;
    const map = anchor?.node ?? source;
    const entries = (isMap(map) ? entriesOf(map) : []).filter(({ key }) => {
      countRepeated();
      return !taken.has(key);
    });
    for (const { key } of entries) taken.add(key);
    return anchor
      ? entries.map((entry) => ({ origin: [...anchor.path, entry.key], ...entry, at: startOf(source) }))
      : entries;
  };
  const keyOf = (key: unknown): string => {
    const node = isAlias(key) ? anchors.get(key.source)?.node : key;
    return isScalar(node) ? String(node.value) : '?';
  };

  visit(contents, { path: [] });
  return finds;
};

const step = (
  position: Position,
  { key, origin = position.origin && [...position.origin, key], at }: Omit<Entry, 'value'>,
) => ({
  path: [...position.path, key],
  origin,
  at: position.at ?? at,
});

/** https://yaml.org/type/merge.html */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && key.value === '<<';

const startOf = (node: unknown): number => (isScalar(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0);

const findsInScalar = (
  node: Scalar,
  { path, origin, at }: Position,
  text: string,
  lineOf: (offset: number) => number,
): HieraFind[] => {
  const parts = partsOf(String(node.value));
  if (parts.length === 0) return [];
  const [hieraKey, via] = [path, origin].map(hieraKeyOf);
  const [start, end] = node.range ?? [0, 0];
  const source = text.slice(start, end);
  let searched = 0;
  return parts.map(({ kind, text: found, raw }) => {
    // A long value goes over several lines, and breaks within a block. What is written with escapes is not found there, and
    // what follows it not looked for: each search would go through the whole value.
    const inSource = searched < 0 ? -1 : source.indexOf(raw.slice(0, 12).replace(/['"].*/, ''), searched);
    searched = inSource < 0 ? -1 : inSource + 1;
    return {
      kind,
      text: found,
      line: lineOf(at ?? start + Math.max(0, inSource)),
      ...(hieraKey !== undefined && { hieraKey }),
      ...(via !== undefined && { via }),
    };
  });
};

const hieraKeyOf = (path: readonly string[] | undefined): string | undefined => {
  if (path === undefined || path.length === 0) return undefined;
  const hieraKey = path.join('.');
  if (hieraKey.length > yamlLimits.keyCharacters) throw new NotReadable('it has keys of more than 1,000 characters');
  return hieraKey;
};

const blocksInText = (text: string): HieraFind[] => {
  let [at, line] = [0, 1];
  return partsOf(text)
    .filter(({ kind }) => kind === 'block')
    .map(({ kind, text: block, offset }) => {
      for (; at < offset; at++) if (text[at] === '\n') line++;
      return { kind, text: block, line };
    });
};
