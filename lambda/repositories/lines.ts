/** Which line a byte is on, in whatever encoding and however lines end. */

export type Encoding = 'bytes' | 'utf-16le' | 'utf-16be';

/** How much of a file's start tells its encoding. */
export const HEAD_BYTES = 4096;

/** UTF-16 by its byte order mark, or because nearly every other byte of the file's start is zero. */
export const encodingOf = (start: Buffer): Encoding => {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const head = start.subarray(0, HEAD_BYTES);
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const characters = head.length / 2;
  if (odd > 0.7 * characters && even < 0.05 * characters) return 'utf-16le';
  if (even > 0.7 * characters && odd < 0.05 * characters) return 'utf-16be';
  return 'bytes';
};

/** The text that the bytes are, without byte order mark and with `\n` at the end of each line. */
export const decode = (bytes: Buffer, encoding: Encoding): string => {
  const text = new TextDecoder(encoding === 'bytes' ? 'utf-8' : encoding).decode(bytes);
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
};

export type LineScanner = {
  /** The next bytes of the file. `false` as soon as no more are needed. */
  add: (piece: Buffer) => boolean;
  /** The line of each offset, from 1. */
  lines: () => number[];
};

const LF = 0x0a;
const CR = 0x0d;

/** Finds the lines of the offsets, which have to be in order. Lines end with LF, CRLF or CR. */
export const lineScanner = (offsets: readonly number[], encoding: Encoding): LineScanner => {
  const lines: number[] = [];
  const lineEnds = lineEndCounter(encoding);
  let position = 0;

  return {
    add: (piece) => {
      let from = 0;
      for (let next = offsets[lines.length]; next !== undefined; next = offsets[lines.length]) {
        const to = Math.min(next - position, piece.length);
        lineEnds.add(piece, from, to, position);
        from = to;
        // An id is no line end, so what is before it decides.
        if (position + to < next || to === piece.length) break;
        lines.push(1 + lineEnds.count());
      }
      position += piece.length;
      return lines.length < offsets.length;
    },
    lines: () => lines,
  };
};

/** Counts line ends from piece to piece. `position` is where the piece starts in the file. */
const lineEndCounter = (encoding: Encoding) => {
  let count = 0;
  let afterCr = false;
  let firstByte = 0;
  const character = (code: number): void => {
    if (code === CR || (code === LF && !afterCr)) count++;
    afterCr = code === CR;
  };
  const addBytes = (piece: Buffer, from: number, to: number): void => {
    const part = piece.subarray(from, to);
    if (part.includes(CR)) for (const byte of part) character(byte);
    else if (part.length > 0) {
      count += lineFeedsIn(part) - (afterCr && part[0] === LF ? 1 : 0);
      afterCr = false;
    }
  };
  const addPairs = (piece: Buffer, from: number, to: number, position: number): void => {
    for (let i = from; i < to; i++) {
      const byte = piece[i] ?? 0;
      if ((position + i) % 2 === 0) firstByte = byte;
      else character(encoding === 'utf-16le' ? firstByte | (byte << 8) : (firstByte << 8) | byte);
    }
  };
  return { add: encoding === 'bytes' ? addBytes : addPairs, count: () => count };
};

/** As fast as can be: it sees every byte of files that may be huge. */
const lineFeedsIn = (bytes: Buffer): number => {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === LF) count++;
  return count;
};
