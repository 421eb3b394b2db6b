import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { renderHtml } from '../lambda/render/html.ts';
import { snsMessage } from '../lambda/render/sns-message.ts';
import { CONSOLE, fullReport } from './full-report.ts';
import { aliveInCsv } from './inert/csv.ts';
import { aliveInHtml } from './inert/html.ts';
import { aliveInCommands, callsOf, optionsOf } from './inert/shell.ts';
import { aliveInMessage } from './inert/slack.ts';
import { aliveInPublished, asPublished } from './inert/sns.ts';
import { aliveInColors, aliveInLine, aliveInText, aliveInValue, linesOfOthers } from './inert/text.ts';

/** The checks themselves: each sees what it is there for, and is content with what is harmless. */

describe('text', () => {
  it.each([
    '\u001B[2J',
    'a\rb',
    '\t',
    '\u0085',
    '\u009B',
    '\u202E',
    '\u2069',
    '\u061C',
    '\u200B',
    '\u2028',
    '\uD800',
    '\0',
  ])('with %j is alive', (text) => {
    expect(aliveInText(`x${text}y`)).not.toEqual([]);
    expect(aliveInValue({ a: [{ b: text }] })).not.toEqual([]);
    expect(aliveInValue({ [text]: 1 })).not.toEqual([]);
  });

  it('of words, signs and several lines is not', () => {
    expect(aliveInText('a <b> “c” $(d)\n名前 👩 é')).toEqual([]);
    expect(aliveInLine('a\nb')).not.toEqual([]);
  });

  it('may have our colours, and nothing else that a terminal obeys', () => {
    const { red, bold } = pc.createColors(true);
    expect(aliveInColors(bold(`a ${red('b')}`), 'a b')).toEqual([]);
    expect(aliveInColors('\u001B[2Ja', 'a')).not.toEqual([]);
    expect(aliveInColors(red('a'), 'b')).not.toEqual([]);
  });

  it('has no line that another one began', () => {
    expect(linesOfOthers('a\n   - PLANTED b')).toHaveLength(1);
    expect(linesOfOthers('a PLANTED b')).toEqual([]);
  });
});

describe('a CSV', () => {
  it.each(['=1', ' =1', '\u00A0+1', '@x', '-1+1', '\uFF1D1', '"\t=1"', '\u200B=1'])('with %j is alive', (cell) => {
    expect(aliveInCsv(`a,b\n1,${cell}\n`, 1)).not.toEqual([]);
  });

  it('of text, numbers and quoted formulas is not; it has as many rows as it should', () => {
    expect(aliveInCsv(`a,b\n-12,'=1\n"x, =1","a\nb"\n`, 2)).toEqual([]);
    expect(aliveInCsv('a,b\n1,2\n', 2)).toEqual(['1 rows instead of 2']);
  });
});

describe('a page', () => {
  const page = renderHtml(fullReport());
  it.each([
    '<img src="x">',
    '<p onclick="x()">a</p>',
    '<script>x()</script>',
    '<style>p {}</style>',
    '<a href="https://evil.example" rel="noreferrer">x</a>',
    '<a href="javascript:x()">x</a>',
    '<!-- x -->',
    '<b>a</i>',
    '\u202E',
  ])('with %s is alive', (markup) => {
    expect(
      aliveInHtml(page.replace('<main', `${markup}<main`), ['https://'.concat(new URL(CONSOLE).host)]),
    ).not.toEqual([]);
  });

  it('as it is made is not', () => {
    expect(aliveInHtml(page, ['https://console.aws.amazon.com/', 'https://docs.example.com/'])).toEqual([]);
    expect(aliveInHtml(page)).not.toEqual([]);
  });
});

describe('a Slack message', () => {
  const section = (...elements: object[]) => [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] },
  ];
  it.each([
    { text: '<!channel>' },
    { text: 'a & b' },
    { text: 'a\u202E' },
    { text: '', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*a*' } }] },
    { text: '', blocks: [{ type: 'header', text: { type: 'plain_text', text: ':tada:' } }] },
    { text: '', blocks: section({ type: 'broadcast', range: 'channel' }) },
    { text: '', blocks: section({ type: 'user', user_id: 'U0EVIL0001' }) },
    { text: '', blocks: section({ type: 'emoji', name: 'tada' }) },
    { text: '', blocks: section({ type: 'link', url: 'https://evil.example', text: 'evil.example' }) },
    { text: '', blocks: section({ type: 'link', url: CONSOLE, text: 'click here' }) },
    { text: '', blocks: section({ type: 'text', text: '' }) },
    { text: '', blocks: section({ type: 'text', text: 'a\u001B' }) },
  ])('%j is alive', (message) => {
    expect(aliveInMessage(message, { mentions: ['U024BE7LH'], links: [CONSOLE] })).not.toEqual([]);
  });

  it('with text, our own link and the owner’s mention is not', () => {
    const link = { type: 'link', url: CONSOLE, text: 'console.aws.amazon.com/…' };
    const blocks = section({ type: 'text', text: '<!channel> *a*' }, link, { type: 'user', user_id: 'U024BE7LH' });
    expect(aliveInMessage({ text: 'a &amp; b', blocks }, { mentions: ['U024BE7LH'], links: [CONSOLE] })).toEqual([]);
  });
});

describe('an SNS message', () => {
  const message = asPublished(snsMessage(fullReport()));
  const parts = JSON.parse(message.message);
  it.each([
    { subject: 'a\nBcc: b' },
    { subject: 'é' },
    { subject: 'x'.repeat(100) },
    { message: JSON.stringify({ ...parts, email: 'a\u001Bb' }) },
    { message: JSON.stringify({ ...parts, sms: 'x'.repeat(141) }) },
    { message: JSON.stringify({ ...parts, email: 'x'.repeat(262_144) }) },
    { attributes: { findings: { type: 'Number', value: 'many' } } },
  ])('with another part is alive (%#)', (part) => {
    expect(aliveInPublished({ ...message, ...part })).not.toEqual([]);
  });

  it('as it is made is not', () => {
    expect(aliveInPublished(message)).toEqual([]);
  });
});

describe('a command', () => {
  const create = 'aws iam create-access-key --user-name';
  it.each([
    '$(touch pwned)',
    '`touch pwned`',
    'a; touch pwned',
    'a | touch b',
    'a && echo pwned >&3',
    "'a\nb'",
    '-x',
    "'\u001B'",
  ])('about %s is alive', (name) => {
    const check = () => aliveInCommands([`${create} ${name}`]);
    expect(check()).not.toEqual([]);
  });

  it('that bash cannot read, or that says or leaves anything, stops the test', () => {
    for (const command of [`${create} 'a`, 'echo a', 'aws a > left']) expect(() => callsOf([command])).toThrow('bash');
  });

  it('of the AWS CLI with its name in quotes is not, and tells its words', () => {
    const commands = [`${create} '$(a); b'`, `${create}=-x --region eu-west-1`];
    expect(aliveInCommands(commands)).toEqual([]);
    expect(callsOf(commands)[0]).toEqual([['aws', 'iam', 'create-access-key', '--user-name', '$(a); b']]);
    expect(optionsOf(callsOf(commands)[1]?.[0] ?? [])).toEqual({ '--user-name': '-x', '--region': 'eu-west-1' });
  });
});
