import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkTagText } from '../bin/tag-text.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const IAM_TAKES = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(...Array.from('ab,;&#()[] -–\t\n\'"aws:'), ' and ', 'aws: ', '𝒜', '🙂', 'e\u0301'),
    maxLength: 400,
  }),
);

describe('the text of a tag', () => {
  it.each([
    ['hieradata of support_api - Fastly: deploy@govuk/1.2 a=b+c'],
    ['Größe 42 für Köln'],
    ['a'],
    ['x'.repeat(256)],
  ])('passes as it is: %s', (text) => {
    expect(checkTagText(text)).toEqual({ value: text });
  });

  it.each([
    ['spaces around it', '  support ', 'support'],
    ['an accent that is a character of its own', 'cafe\u0301', 'café'],
  ])('does not care about %s', (_what, text, value) => {
    expect(checkTagText(text)).toEqual({ value });
  });

  it.each<[string, string[], string | undefined]>([
    ['support, support-api', ['change "," to "and"'], 'support and support-api'],
    ['a, and b', ['change "," to "and"'], 'a and b'],
    ['told #govuk', ['leave out "#"'], 'told govuk'],
    ['Fastly (api)', ['change "(" to "-"', 'change ")" to a space'], 'Fastly - api'],
    ['a & b', ['change "&" to "and"'], 'a and b'],
    ['one\ttwo', ['change U+0009 to a space'], 'one two'],
    ['one – two', ['change "–" to "-"'], 'one - two'],
    ['on-call’s', ['leave out "’"'], 'on-calls'],
    ['aws: support', ['it starts with aws:, which AWS keeps for itself'], 'support'],
    ['', ['it is empty'], undefined],
    ['###', ['leave out "#"'], undefined],
  ])('%j: says what to change, and how it would pass', (text, problems, suggestion) => {
    expect(checkTagText(text)).toEqual({ problems, ...(suggestion !== undefined && { suggestion }) });
  });

  it('that is too long is cut between two words', () => {
    expect(checkTagText(`${'word '.repeat(60)}end`)).toEqual({
      problems: ['it has 303 characters, 256 are the most'],
      suggestion: 'word '.repeat(51).trim(),
    });
  });

  it('passes, or comes with a suggestion that passes, if there is any', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const checked = checkTagText(text);
        const offered = 'value' in checked ? checked.value : checked.suggestion;
        if (offered === undefined) return;
        expect(offered).toMatch(IAM_TAKES);
        expect(checkTagText(offered)).toEqual({ value: offered });
      }),
      { numRuns: 2_000 },
    );
  });

  it('that has a letter in it never goes without a suggestion', () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const checked = checkTagText(`${before} x ${after}`);
        expect('value' in checked || checked.suggestion !== undefined).toBe(true);
      }),
    );
  });
});
