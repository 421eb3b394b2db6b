import { describe, expect, it } from '@jest/globals';
import { readHieradata, yamlLimits } from '../lambda/repositories/hieradata.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';

const found = (text: string) =>
  readHieradata(text).finds.map(({ kind, text: what, line, hieraKey, via }) =>
    [kind, what, line, hieraKey ?? '-', ...(via === undefined ? [] : [via])].join(' '),
  );
const BLOCK = `ENC[PKCS7,${'MIIBiQYJKoZIhvcNAQcDoIIBejCCAXYCAQAx'.repeat(4)}]`;
const folded = (indent: string): string => (BLOCK.match(/.{1,60}/g) ?? []).join(`\n${indent}`);

describe('the Hiera key of a value', () => {
  it('is the top-level key', () => {
    expect(found(`---\ngovuk::apps::support::aws_access_key_id: ${FIRST_KEY}\n`)).toEqual([
      `id ${FIRST_KEY} 2 govuk::apps::support::aws_access_key_id`,
    ]);
  });

  it('leads into hashes and lists', () => {
    expect(
      found(`a::env:\n  AWS_KEY: ${FIRST_KEY}\nlist:\n  - id: '${SECOND_KEY}'\nflow: {ids: [x, "${FIRST_KEY}"]}\n`),
    ).toEqual([`id ${FIRST_KEY} 2 a::env.AWS_KEY`, `id ${SECOND_KEY} 4 list.0.id`, `id ${FIRST_KEY} 5 flow.ids.1`]);
  });

  it('is the one of each document of a stream', () => {
    expect(found(`a: ${FIRST_KEY}\n---\nb: ${SECOND_KEY}\n`)).toEqual([`id ${FIRST_KEY} 1 a`, `id ${SECOND_KEY} 3 b`]);
  });

  it('goes with the line of the id in a long value', () => {
    expect(found(`file: |\n  [default]\n  id = ${FIRST_KEY}\n\n  [b]\n  id = ${FIRST_KEY}\n`)).toEqual([
      `id ${FIRST_KEY} 3 file`,
      `id ${FIRST_KEY} 6 file`,
    ]);
  });

  it('is that of the last value where a key stands twice, and of the first too', () => {
    expect(found(`a: ${FIRST_KEY}\na: ${SECOND_KEY}\n`)).toEqual([`id ${FIRST_KEY} 1 a`, `id ${SECOND_KEY} 2 a`]);
  });

  it('is known where the id is written with escapes', () => {
    expect(found(`a: "\\x41${FIRST_KEY.slice(1)}"\n`)).toEqual([`id ${FIRST_KEY} 1 a`]);
  });

  it('is known for each of very many ids in one value, with escapes or without', () => {
    for (const id of [FIRST_KEY, `\\x41${FIRST_KEY.slice(1)}`]) {
      const count = Math.floor((yamlLimits.characters - 10) / (id.length + 1));
      const { finds, problem } = readHieradata(`a: "${`${id} `.repeat(count)}"\n`);
      expect({ count: finds.length, last: finds.at(-1), problem }).toEqual({
        count,
        last: { kind: 'id', text: FIRST_KEY, line: 1, hieraKey: 'a' },
        problem: undefined,
      });
    }
  });

  it('is told up to a length that nobody types', () => {
    const key = 'k'.repeat(yamlLimits.keyCharacters - 2);
    expect(found(`${key}: {k: ${FIRST_KEY}}\n`)).toEqual([`id ${FIRST_KEY} 1 ${key}.k`]);
    expect(readHieradata(`${key}: {kk: ${FIRST_KEY}}\n`).problem).toBe('it has keys of more than 1,000 characters');
  });
});

describe('an encrypted block', () => {
  it.each([
    ['plain', `a: 1\nk: ${BLOCK}\n`, 2],
    ['plain over several lines', `a: 1\nk: ${folded('  ')}\n`, 2],
    ['in double quotes', `a: 1\nk: "${BLOCK}"\n`, 2],
    ['in double quotes over several lines', `a: 1\nk: "${folded('  ')}"\n`, 2],
    ['in single quotes', `a: 1\nk: '${BLOCK}'\n`, 2],
    ['folded', `a: 1\nk: >\n  ${folded('  ')}\n`, 3],
    ['literal', `a: 1\nk: |\n  ${folded('  ')}\n`, 3],
  ])('is found %s, without white space', (_, text, line) => {
    expect(found(text)).toEqual([`block ${BLOCK} ${line} k`]);
  });

  it('is found within a text, and more than one', () => {
    expect(found(`url: "https://${BLOCK}:ENC[GPG,aGVsbG8=]@host/"\n`)).toEqual([
      `block ${BLOCK} 1 url`,
      'block ENC[GPG,aGVsbG8=] 1 url',
    ]);
  });

  it('is not what only looks like one, or stands in a comment', () => {
    expect(found(`# old: ${BLOCK}\na: ENC[PKCS7,…]\nb: ENC[short]\nc: 'DEC::PKCS7[x]!'\n`)).toEqual([]);
  });
});

describe('an anchor', () => {
  it('counts where it is repeated, and says where it stands', () => {
    expect(found(`a::key: &key ${FIRST_KEY}\nb::key: *key\nc: {env: [*key]}\n`)).toEqual([
      `id ${FIRST_KEY} 1 a::key`,
      `id ${FIRST_KEY} 2 b::key a::key`,
      `id ${FIRST_KEY} 3 c.env.0 a::key`,
    ]);
  });

  it('of a hash repeats what is in it, encrypted blocks too', () => {
    expect(found(`a: &a\n  id: ${FIRST_KEY}\n  secret: ${BLOCK}\nb: *a\n`)).toEqual([
      `id ${FIRST_KEY} 2 a.id`,
      `block ${BLOCK} 3 a.secret`,
      `id ${FIRST_KEY} 4 b.id a.id`,
      `block ${BLOCK} 4 b.secret a.secret`,
    ]);
  });

  it('that is merged in counts unless it is overridden', () => {
    const text = `a: &a\n  id: ${FIRST_KEY}\n  other: ${FIRST_KEY}\nb:\n  <<: *a\n  id: ${SECOND_KEY}\n`;
    expect(found(text)).toEqual([
      `id ${FIRST_KEY} 2 a.id`,
      `id ${FIRST_KEY} 3 a.other`,
      `id ${SECOND_KEY} 6 b.id`,
      `id ${FIRST_KEY} 5 b.other a.other`,
    ]);
  });

  it('that is merged in with others yields to the first, and passes on what was merged into itself', () => {
    const text = `a: &a {id: ${FIRST_KEY}}\nb: &b {<<: *a, more: ${SECOND_KEY}}\nc: &c {id: ${SECOND_KEY}}\nd:\n  <<: [*b, *c]\n`;
    expect(found(text).filter((each) => each.includes(' d.'))).toEqual([
      `id ${SECOND_KEY} 5 d.more b.more`,
      `id ${FIRST_KEY} 5 d.id a.id`,
    ]);
  });

  it('that has the place of another one counts from there on', () => {
    expect(
      found(`a: &x ${FIRST_KEY}\nb: *x\nc: &x ${SECOND_KEY}\nd: *x\n`).filter((each) => each.includes(' 4 ')),
    ).toEqual([`id ${SECOND_KEY} 4 d c`]);
  });

  it('inside itself, or that is not there, is no loop', () => {
    expect(readHieradata(`a: &a\n  id: ${FIRST_KEY}\n  self: *a\nb: *missing\n`).finds).toEqual([
      { kind: 'id', text: FIRST_KEY, line: 2, hieraKey: 'a.id' },
    ]);
  });
});

describe('a reference', () => {
  it.each([
    [`"%{hiera('a::b')}"`, 'a::b'],
    [`'%{hiera("a::b")}'`, 'a::b'],
    [`"%{hiera(\\"a::b\\")}"`, 'a::b'],
    [`"x %{lookup('a.sub.0')} y"`, 'a.sub.0'],
    [`"%{alias( 'a' )}"`, 'a'],
  ])('%s is to a Hiera key', (value, key) => {
    expect(found(`k: ${value}\n`)).toEqual([`reference ${key} 1 k`]);
  });

  it('is on its own line of a long value, with quotes in quotes as well', () => {
    expect(found(`k: "x\n\n  %{hiera(\\"a::b\\")}"\n`)).toEqual(['reference a::b 3 k']);
  });

  it('is not to a fact, a variable or a pattern', () => {
    expect(found(`k: "%{::environment} %{IP:client} %{literal('%')}{x}"\n`)).toEqual([]);
  });
});

describe('what is no YAML, or too much of it', () => {
  const nested = (depth: number) => `k: ${BLOCK}\na: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
  const laughs = [
    `l0: &l0 [${FIRST_KEY}]`,
    ...Array.from({ length: 30 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}, *l${at}, *l${at}]`),
  ].join('\n');
  const merges = [
    `m0: &m0 {k: ${FIRST_KEY}}`,
    ...Array.from({ length: 40 }, (_, at) => `m${at + 1}: &m${at + 1} {<<: [*m${at}, *m${at}, *m${at}]}`),
  ].join('\n');
  const pairs = Array.from({ length: 20_000 }, (_, at) => `k${at}: x`).join(', ');

  it.each([
    ['it is no valid YAML', `k: ${BLOCK}\nbad: [\n  }\n`],
    ['it is no valid YAML', `k: ${BLOCK}\n\tbad: {{ .Values }}\n`],
    ['it is nested too deeply', nested(yamlLimits.depth + 1)],
    ['it is nested too deeply', nested(50_000)],
    ['it is larger than 4 MB', `k: ${BLOCK}\nrest: ${'x'.repeat(yamlLimits.characters)}\n`],
    ['its aliases repeat too much', `k: ${BLOCK}\n${laughs}\n`],
    ['its aliases repeat too much', `k: ${BLOCK}\n${merges}\n`],
    ['its aliases repeat too much', `k: ${BLOCK}\nm: &m {${pairs}}\nn: {<<: [${'*m, '.repeat(50_000)}]}\n`],
    ['its aliases repeat too much', `k: ${BLOCK}\na: &a "${'IA '.repeat(500_000)}"\nb: [${'*a, '.repeat(90_000)}]\n`],
  ])('says so (%s), and its blocks are found without Hiera key', (problem, text) => {
    expect(readHieradata(text)).toEqual({ finds: [{ kind: 'block', text: BLOCK, line: 1 }], problem });
  });

  it.each(['', '\n', '# only a comment\n', '--- \n...\n', 'just a text'])('is nothing where %j is all', (text) => {
    expect(readHieradata(text)).toEqual({ finds: [] });
  });
});
