import type { FakePaging } from './world.ts';

export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; absent on the last one. */
  next?: string;
}

/**
 * Cuts one page out of a list. The token says where it begins and whether the empty page before it was served, in a form that no
 * client can mistake for a number.
 *
 * @returns `undefined` for a token that is not one of ours.
 */
export const cutPage = <Item>(
  list: readonly Item[],
  token: string | undefined,
  { size, short, empty }: FakePaging,
  requested: number,
): Page<Item> | undefined => {
  const position = token === undefined ? { offset: 0, emptyServed: false } : readToken(token);
  if (!position) return undefined;
  if (empty && !position.emptyServed && (position.offset < list.length || token !== undefined)) {
    // An empty page before every page; after the last item the empty page is also the end.
    return position.offset < list.length ? { items: [], next: writeToken(position.offset, true) } : { items: [] };
  }
  const limit = Math.max(1, Math.min(size, requested));
  const end = position.offset + (short ? 1 + (position.offset % limit) : limit);
  const items = list.slice(position.offset, end);
  const more = end < list.length || (empty && items.length > 0);
  return more ? { items, next: writeToken(Math.min(end, list.length), false) } : { items };
};

const writeToken = (offset: number, emptyServed: boolean): string =>
  Buffer.from(`page:${offset}:${emptyServed ? 1 : 0}`).toString('base64url');

const readToken = (token: string): { offset: number; emptyServed: boolean } | undefined => {
  const [, offset, emptyServed] = /^page:(\d+):([01])$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return offset === undefined ? undefined : { offset: Number(offset), emptyServed: emptyServed === '1' };
};
