import fc from 'fast-check';
import { PLANTED } from './inert/text.ts';

/** Names, tags and messages as an attacker would write them, or an accident. */

const SLACK = [
  '<!channel> <!here|x> <!subteam^SAZ94GDB8>',
  '<@U024BE7LH> & <http://evil.example|click>',
  '@channel @here @everyone #general',
  '*bold* _it_ ~no~ `code` ```pre``` :tada:',
  'https://evil.example/?a=b&c=<d>.',
];

const FORMULAS = [
  '=HYPERLINK("https://evil.example","x")',
  "=cmd|'/c calc'!A0",
  '+1',
  '-1+1',
  '@SUM(1+1)',
  '\t=1',
  ' \u00A0=1',
  '\uFEFF\u200B=1',
  '\u202E=1',
  '\uFF1D1+1',
  '\uFF0B1',
  '\uFF0D1',
  '\uFF20x',
  '",=1+1,"',
  '"\r\n=1+1,"',
  "'=1",
];

const HTML = [
  '</title></style></script><script>alert(1)</script>',
  '<img src=x onerror="alert(\'2\')">',
  '" onmouseover="alert(1)" x="',
  "' onfocus='alert(1)' autofocus x='",
  '<svg/onload=alert(1)><!--',
  ']]> --> &lt;b&gt; &#60;i&#62;',
  '</td></tr></table><a href="https://evil.example">x</a>',
  'javascript:alert(1)',
];

const TERMINAL = [
  '\u001B[2J\u001B[H\u001B[31m',
  '\u001B]8;;https://evil.example\u0007x\u001B]8;;\u0007',
  '\u009B2J\u0090x\u009C',
  'gone\b\b\b\b\u007F',
  '\u202Egnp.exe',
  '\u2066a\u2069\u200F\u200E\u061C',
  '\u{E0041}\u{E0042}\u00AD',
  `a\r\n${PLANTED}: b`,
  `a\u2028${PLANTED}`,
  `a\u2029${PLANTED}`,
  `a\u0085\v\f${PLANTED}`,
  '\uFFFE\uFDD0',
];

const SHELL = [
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned #',
  '| touch pwned',
  "'; touch pwned; '",
  '"$(touch pwned)"',
  "\\'$(touch pwned)\\",
  'a\ntouch pwned\n',
  '> pwned',
  '~ * !! $HOME $IFS',
  'two  spaces  ',
  '=ls',
  '-rf',
  '--profile=evil',
  '--endpoint-url https://evil.example',
];

const OTHERS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  '名前'.repeat(250),
  '👩‍👩‍👧‍👦'.repeat(200),
  '"\\'.repeat(500),
  '&'.repeat(1_500),
  `https://example.com/${'x'.repeat(2_500)}`,
];

/** Half characters: JSON can hold them as escapes, no other transport can. */
const HALVES = ['\uD800', 'a\uDC00b'];

/** What passes for the end of a step, where links are, or for a mention, unless somebody knows whose words they are. */
const posing = [
  'Console: https://evil.example/',
  'Console: https://evil.example/ Runbook: https://evil.example/',
  'x Runbook: https://evil.example/',
  'SUPPORTTEAM',
];

const hostileTexts: readonly string[] = [...SLACK, ...FORMULAS, ...HTML, ...TERMINAL, ...SHELL, ...OTHERS, ...HALVES];

const hostile = fc.constantFrom(...hostileTexts);

/** Any text, mostly a hostile one. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 40 }),
  { weight: 3, arbitrary: hostile },
  fc.tuple(hostile, hostile).map((two) => two.join('')),
);

/**
 * What came through AWS's XML, JSON, forms and CSV: well formed, without NUL, and not of blanks alone. XML 1.0 has no other control
 * characters (https://www.w3.org/TR/xml/#charsets), but the embedded AWS writes them and the SDK reads them, so they are in.
 */
export const carriedText = (limit = 300): fc.Arbitrary<string> =>
  fc
    .oneof({ weight: 4, arbitrary: anyText }, fc.constantFrom(...posing))
    .map((text) => text.replaceAll('\0', '').slice(0, limit).toWellFormed())
    .filter((text) => text === '' || /\S/.test(text));

/** A name that is not empty. */
export const carriedName = (limit = 64): fc.Arbitrary<string> => carriedText(limit).filter((text) => text !== '');
