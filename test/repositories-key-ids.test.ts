import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyIdScanner, keyIdsWithOffsets } from '../lambda/repositories/key-ids.ts';
import { decode, encodingOf, lineScanner } from '../lambda/repositories/lines.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';

const scan = (bytes: Buffer, pieceLength = bytes.length || 1) => {
  const scanner = keyIdScanner();
  for (const piece of pieces(bytes, pieceLength)) scanner.add(piece);
  const { hits, hasNul } = scanner.end();
  const encoding = encodingOf(bytes);
  const lines = lineScanner(
    hits.map(({ offset }) => offset),
    encoding,
  );
  for (const piece of pieces(bytes, pieceLength)) if (!lines.add(piece)) break;
  return { ids: hits.map(({ accessKeyId }) => accessKeyId), lines: lines.lines(), hits, hasNul, encoding };
};
const pieces = (bytes: Buffer, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length));

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('an access key id', () => {
  it.each([
    ['at the start of a file', FIRST_KEY],
    ['in quotes', `key = "${FIRST_KEY}"`],
    ['after an underscore', `aws_${FIRST_KEY}_x`],
    ['of temporary credentials', 'ASIAIOSFODNN7EXAMPLE'],
    ['behind what looks like the start of one', `AKIA ${FIRST_KEY}`],
    ['next to letters that are not ASCII', `é${FIRST_KEY}é`],
  ])('is found %s', (_, text) => {
    const expected = text.includes('ASIA') ? ['ASIAIOSFODNN7EXAMPLE'] : [FIRST_KEY];
    expect(scan(Buffer.from(text)).ids).toEqual(expected);
    expect(scan(Buffer.from(text, 'latin1')).ids).toEqual(expected);
    expect(scan(Buffer.from(text, 'utf16le')).ids).toEqual(expected);
    expect(scan(bigEndian(text)).ids).toEqual(expected);
  });

  it.each([
    `X${FIRST_KEY}`,
    `${FIRST_KEY}X`,
    `${FIRST_KEY}x`,
    `9${FIRST_KEY}`,
    FIRST_KEY.toLowerCase(),
    FIRST_KEY.slice(1),
  ])('is not %s', (text) => {
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf16le'), bigEndian(text)]) {
      expect(scan(bytes).ids).toEqual([]);
    }
  });

  it('is found among any bytes', () => {
    const noise = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(scan(Buffer.concat([noise, Buffer.from(`\0${FIRST_KEY}\0`), noise])).ids).toEqual([FIRST_KEY]);
  });

  it('is found in the same place, however the file is cut', () => {
    const part = fc.constantFrom(
      FIRST_KEY,
      SECOND_KEY,
      'AKIA',
      'A',
      '\n',
      '\r\n',
      '\r',
      ' ',
      'é',
      '中',
      '\0',
      'ASIAIOSFODN',
      '0',
    );
    const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));
    const encode = fc.constantFrom<(text: string) => Buffer>(
      (plain) => Buffer.from(plain),
      (plain) => Buffer.from(`\uFEFF${plain}`, 'utf16le'),
      (plain) => bigEndian(`\uFEFF${plain}`),
    );
    fc.assert(
      fc.property(text, encode, fc.integer({ min: 1, max: 90 }), (plain, toBytes, length) => {
        const bytes = toBytes(plain);
        expect(scan(bytes, length)).toEqual(scan(bytes));
        // And the same ones as in the text.
        expect(scan(bytes, length).ids).toEqual(keyIdsWithOffsets(plain).map(({ accessKeyId }) => accessKeyId));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the line of an id', () => {
  it.each([
    ['LF', `a\nb\n${FIRST_KEY}\n`],
    ['CRLF', `a\r\nb\r\n${FIRST_KEY}\r\n`],
    ['CR', `a\rb\r${FIRST_KEY}\r`],
    ['mixed line ends', `a\r\r\n${FIRST_KEY}`],
  ])('is counted with %s, in every encoding', (_, text) => {
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(text, 'utf16le'),
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      bigEndian(text),
    ]) {
      expect(scan(bytes).lines).toEqual([3]);
    }
  });

  it('does not count what only looks like a line end in UTF-16', () => {
    // U+0A0A and U+0D0D are letters of other scripts.
    expect(scan(Buffer.from(`\uFEFF\u0A0A\u0D0D\n${FIRST_KEY}`, 'utf16le')).lines).toEqual([2]);
  });
});

describe('the encoding of a file', () => {
  it.each([
    ['bytes', Buffer.from('plain text')],
    ['bytes', Buffer.alloc(0)],
    ['bytes', Buffer.alloc(100)],
    ['utf-16le', Buffer.from('plain text', 'utf16le')],
    ['utf-16be', bigEndian('plain text')],
    ['utf-16le', Buffer.from('\uFEFF中文', 'utf16le')],
    ['utf-16be', bigEndian('\uFEFF中文')],
  ])('is %s', (expected, bytes) => {
    expect(encodingOf(bytes)).toBe(expected);
  });

  it('gives text without byte order mark and with one kind of line end', () => {
    expect(decode(Buffer.from('\uFEFFa\r\nb\rc\n', 'utf16le'), 'utf-16le')).toBe('a\nb\nc\n');
    expect(decode(Buffer.from('\uFEFFa'), 'bytes')).toBe('a');
  });
});
