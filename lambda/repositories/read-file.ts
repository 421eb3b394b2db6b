import { piecesOf } from './files.ts';
import { keyIdScanner } from './key-ids.ts';
import { decode, type Encoding, encodingOf, HEAD_BYTES, lineScanner } from './lines.ts';

/** An access key id as it stands in a file. The line is `null` in a binary file. */
export type IdOnLine = { accessKeyId: string; line: number | null };

export type FileRead = {
  ids: IdOnLine[];
  /** The whole text, where it is wanted. */
  text?: string;
  /** The text was not even looked at: the file is larger than the limit. */
  tooLarge?: true;
};

/** How to read a file: in pieces of the buffer's size, taking a breath between them. */
export type Reading = { buffer: Buffer; breathe: () => Promise<void> | undefined };

/** Whether the text of a file matters, by its bytes and by whether there are ids in it; none larger than `limit` bytes is kept. */
export type TextWanted = { limit: number; wanted: (bytes: Buffer, found: boolean) => boolean };

/**
 * Finds the access key ids in a file of any size, encoding and kind; in constant memory, but for a text that is wanted.
 * Rejects with what the file system throws.
 */
export const readFile = async (path: string, { buffer, breathe }: Reading, text?: TextWanted): Promise<FileRead> => {
  const scanner = keyIdScanner();
  const kept: Buffer[] = [];
  let size = 0;
  let encoding: Encoding = 'bytes';
  for (const piece of piecesOf(path, buffer)) {
    if (size === 0) encoding = encodingOf(piece.subarray(0, HEAD_BYTES));
    size += piece.length;
    scanner.add(piece);
    if (text && size <= text.limit) kept.push(Buffer.from(piece));
    if (piece.length === buffer.length) await breathe();
  }
  const { hits, hasNul } = scanner.end();
  const offsets = hits.map(({ offset }) => offset);
  const lines =
    hits.length === 0 || (hasNul && encoding === 'bytes')
      ? []
      : await linesOf(path, offsets, {
          encoding,
          pieces: size <= (text?.limit ?? 0) ? kept : undefined,
          buffer,
          breathe,
        });
  const ids = unique(hits.map(({ accessKeyId }, at) => ({ accessKeyId, line: lines[at] ?? null })));
  if (!text) return { ids };
  if (size > text.limit) return { ids, tooLarge: true };
  const bytes = Buffer.concat(kept);
  return text.wanted(encoding === 'bytes' ? bytes : Buffer.from(decode(bytes, encoding)), ids.length > 0)
    ? { ids, text: decode(bytes, encoding) }
    : { ids };
};

/** A second look at the file where it was not kept: few files hold a key, and counting lines is slower than finding ids. */
const linesOf = async (
  path: string,
  offsets: readonly number[],
  { encoding, pieces, buffer, breathe }: Reading & { encoding: Encoding; pieces: readonly Buffer[] | undefined },
): Promise<number[]> => {
  const scanner = lineScanner(offsets, encoding);
  for (const piece of pieces ?? piecesOf(path, buffer)) {
    if (!scanner.add(piece)) break;
    if (piece.length === buffer.length) await breathe();
  }
  return scanner.lines();
};

const unique = (ids: readonly IdOnLine[]): IdOnLine[] => [
  ...new Map(ids.map((id) => [`${id.accessKeyId} ${id.line}`, id])).values(),
];
