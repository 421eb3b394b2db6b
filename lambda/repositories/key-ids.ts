/**
 * Access key ids in text and in bytes. The shape is the one that IAM gives:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */

const ID = /(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])/g;
const ID_LENGTH = 20;

export type IdAt = { accessKeyId: string; offset: number };

/** The access key ids in the text and where they start, in order, repeated ones too. */
export const keyIdsWithOffsets = (text: string): IdAt[] =>
  [...text.matchAll(ID)].map((match) => ({ accessKeyId: match[0], offset: match.index }));

/** How an id starts where a character is a byte (ASCII, Latin-1, UTF-8, most of binary files) … */
const narrowStarts = ['AKIA', 'ASIA'].map((start) => Buffer.from(start));
/** … and in UTF-16: what both byte orders have in common. */
const wideStarts = ['A\0K\0I\0A', 'A\0S\0I\0A'].map((start) => Buffer.from(start));

/** What has to be known behind the start of an id, and before it, to tell whether it is one: in UTF-16, the larger. */
const REACH = 2 * ID_LENGTH + 2;
const BEHIND = 3;

export type KeyIdScanner = {
  /** The next bytes of the file. They may be overwritten afterwards. */
  add: (piece: Buffer) => void;
  /** Call it once, after the last piece. Hits are in order; `hasNul` tells binary files and UTF-16 from text. */
  end: () => { hits: IdAt[]; hasNul: boolean };
};

/** Finds ids in bytes that come piece by piece: the same ones, however the file is cut. */
export const keyIdScanner = (): KeyIdScanner => {
  const hits: IdAt[] = [];
  let hasNul = false;
  /** The end of what came so far, and where in the file it starts. */
  let kept: Buffer = Buffer.alloc(0);
  let base = 0;
  /** Up to here, it was looked for ids that start. */
  let next = 0;

  /** Looks at what starts in the window before `until`; what follows there, and what is before it, has to be in it too. */
  const scan = (window: Buffer, until: number): void => {
    const nul = window.indexOf(0) >= 0;
    hasNul ||= nul;
    const look = (starts: readonly Buffer[], idAt: typeof wideIdAt): void => {
      for (const start of starts) {
        let at = window.indexOf(start, next - base);
        while (at >= 0 && at < until) {
          const accessKeyId = idAt(window, at, base);
          if (accessKeyId) hits.push({ accessKeyId, offset: base + at });
          at = window.indexOf(start, at + 1);
        }
      }
    };
    look(narrowStarts, narrowIdAt);
    if (nul) look(wideStarts, wideIdAt);
    next = Math.max(next, base + until);
  };

  return {
    add: (piece) => {
      const border = BEHIND + REACH;
      let window = piece;
      if (kept.length > 0 && piece.length > border) {
        // Only where two pieces meet: to join all of them would copy the whole file.
        scan(Buffer.concat([kept, piece.subarray(0, border)]), kept.length + BEHIND);
        base += kept.length;
      } else if (kept.length > 0) {
        window = Buffer.concat([kept, piece]);
      }
      scan(window, Math.max(0, window.length - REACH));
      const keepFrom = Math.max(0, window.length - border);
      kept = Buffer.from(window.subarray(keepFrom));
      base += keepFrom;
    },
    end: () => {
      scan(kept, kept.length);
      return { hits: hits.sort((a, b) => a.offset - b.offset), hasNul };
    },
  };
};

const narrowIdAt = (bytes: Buffer, at: number): string | undefined => {
  if (isAlphanumeric(bytes[at - 1]) || isAlphanumeric(bytes[at + ID_LENGTH])) return undefined;
  for (let i = 4; i < ID_LENGTH; i++) if (!isIdCharacter(bytes[at + i])) return undefined;
  return bytes.toString('latin1', at, at + ID_LENGTH);
};

/**
 * UTF-16 stands aligned: the byte order follows from whether the first letter's byte has an even place in the file. The
 * neighbours need it; the id itself is found either way.
 */
const wideIdAt = (bytes: Buffer, at: number, base: number): string | undefined => {
  const high = (base + at) % 2 === 0 ? 1 : -1;
  const alphanumericAt = (index: number): boolean => isAlphanumeric(bytes[index]) && bytes[index + high] === 0;
  if (alphanumericAt(at - 2) || alphanumericAt(at + 2 * ID_LENGTH)) return undefined;
  const last = at + 2 * (ID_LENGTH - 1);
  for (let i = at; i <= last; i += 2) {
    if (!isIdCharacter(bytes[i]) || (i < last && bytes[i + 1] !== 0)) return undefined;
  }
  if (high === 1 && bytes[last + 1] !== 0) return undefined;
  return bytes.toString('latin1', at, last + 1).replaceAll('\0', '');
};

const isIdCharacter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39));
const isAlphanumeric = (byte: number | undefined): boolean =>
  isIdCharacter(byte) || (byte !== undefined && byte >= 0x61 && byte <= 0x7a);
