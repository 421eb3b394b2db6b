import { keyIdsWithOffsets } from './key-ids.ts';

/** What matters in one value of Puppet's data. */

/** An id in clear, an encrypted block (without white space), or the Hiera key that the value is interpolated from. */
export type ValuePart = { kind: 'id' | 'block' | 'reference'; text: string };

/** A block with its kind, or one that has none and is long enough to be one: `ENC[PKCS7,MIIB…]`. */
const BLOCK = /ENC\[(?:\w+,[A-Za-z0-9+/=\s]+|[A-Za-z0-9+/=\s]{64,})\]/g;
/** https://www.puppet.com/docs/puppet/8/hiera_merging#interpolation_functions */
const REFERENCE = /%\{\s*(?:hiera|lookup|alias)\(\s*(?:'([^'\n]+)'|"([^"\n]+)")\s*\)\s*\}/g;

/** Whether the bytes hold an encrypted block or a reference. */
export const mayBeHieradata = (bytes: Buffer): boolean =>
  bytes.includes('ENC[') || (bytes.includes('%{') && bytes.toString('latin1').search(REFERENCE) >= 0);

/** What matters in the value, in order. `raw` is how it stands there, from `offset` on. */
export const partsOf = (value: string): (ValuePart & { raw: string; offset: number })[] => {
  if (!/IA|ENC\[|%\{/.test(value)) return [];
  return [
    ...keyIdsWithOffsets(value).map(({ accessKeyId, offset }) => ({
      kind: 'id' as const,
      text: accessKeyId,
      raw: accessKeyId,
      offset,
    })),
    ...[...value.matchAll(BLOCK)].map(({ 0: raw, index }) => ({
      kind: 'block' as const,
      text: raw.replaceAll(/\s/g, ''),
      raw,
      offset: index,
    })),
    ...[...value.matchAll(REFERENCE)].map(({ 0: raw, 1: single, 2: double, index }) => ({
      kind: 'reference' as const,
      text: single ?? double ?? '',
      raw,
      offset: index,
    })),
  ].sort((a, b) => a.offset - b.offset);
};
