import { describe, expect, it } from '@jest/globals';
import { type HieraReference, type HieraUse, usesByReference } from '../lambda/repositories/references.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';

const standing = (overrides: Partial<HieraUse> = {}): HieraUse => ({
  accessKeyId: FIRST_KEY,
  repository: 'puppet',
  file: 'a.yaml',
  line: 1,
  hieraKey: 'a::id',
  ...overrides,
});
const reference = (overrides: Partial<HieraReference> = {}): HieraReference => ({
  reference: 'a::id',
  repository: 'puppet',
  file: 'b.yaml',
  line: 2,
  hieraKey: 'b::id',
  ...overrides,
});
const users = (uses: HieraUse[], references: HieraReference[]) =>
  usesByReference(uses, references).map(({ hieraKey, via, accessKeyId }) => `${hieraKey} via ${via}: ${accessKeyId}`);

describe('a reference to a Hiera key', () => {
  it('is a use of the id that stands there', () => {
    expect(usesByReference([standing()], [reference(), reference({ reference: 'another', line: 3 })])).toEqual([
      { accessKeyId: FIRST_KEY, repository: 'puppet', file: 'b.yaml', line: 2, hieraKey: 'b::id', via: 'a::id' },
    ]);
  });

  it('is one in each repository, where files of the same name hold it', () => {
    const references = ['puppet', 'puppet_aws'].map((repository) => reference({ repository }));
    expect(usesByReference([standing({ repository: 'secrets' })], references)).toEqual([
      { accessKeyId: FIRST_KEY, repository: 'puppet', file: 'b.yaml', line: 2, hieraKey: 'b::id', via: 'a::id' },
      { accessKeyId: FIRST_KEY, repository: 'puppet_aws', file: 'b.yaml', line: 2, hieraKey: 'b::id', via: 'a::id' },
    ]);
  });

  it('by way of others leads back to where the id stands', () => {
    const references = [reference(), reference({ reference: 'b::id', hieraKey: 'c::id', line: 3 })];
    expect(users([standing()], references)).toEqual([`b::id via a::id: ${FIRST_KEY}`, `c::id via a::id: ${FIRST_KEY}`]);
  });

  it('to an alias leads back to its anchor', () => {
    expect(users([standing({ hieraKey: 'a::id', via: 'z::id' })], [reference()])).toEqual([
      `b::id via z::id: ${FIRST_KEY}`,
    ]);
  });

  it('to a hash is a use of what is in it; to a step into it, of that only', () => {
    const uses = [
      standing({ hieraKey: 'env.id' }),
      standing({ accessKeyId: SECOND_KEY, hieraKey: 'env.other', line: 2 }),
    ];
    expect(users(uses, [reference({ reference: 'env' })])).toEqual([
      `b::id.id via env.id: ${FIRST_KEY}`,
      `b::id.other via env.other: ${SECOND_KEY}`,
    ]);
    expect(users(uses, [reference({ reference: 'env.id' })])).toEqual([`b::id via env.id: ${FIRST_KEY}`]);
    expect(users(uses, [reference({ reference: 'en' }), reference({ reference: 'env.i' })])).toEqual([]);
  });

  it.each([
    ['production', 'production', true],
    ['production', 'staging', false],
    ['production', undefined, true],
    ['production', 'common', true],
    ['common', 'staging', true],
    [undefined, 'staging', true],
  ])('where the id is of %s and the reference of %s: %s', (holder, user, expected) => {
    const uses = usesByReference([standing({ environment: holder })], [reference({ environment: user })]);
    expect(uses.length === 1).toBe(expected);
  });

  it('from another environment does not count by way of a common file either', () => {
    const references = [
      reference({ environment: 'common' }),
      reference({ reference: 'b::id', hieraKey: 'c::id', environment: 'staging' }),
      reference({ reference: 'b::id', hieraKey: 'd::id', environment: 'production' }),
    ];
    expect(users([standing({ environment: 'production' })], references)).toEqual([
      `b::id via a::id: ${FIRST_KEY}`,
      `d::id via a::id: ${FIRST_KEY}`,
    ]);
  });

  it('in a circle ends, and an id is not used by where it stands', () => {
    const circle = [
      reference({ reference: 'a::id', hieraKey: 'b' }),
      reference({ reference: 'b', hieraKey: 'c' }),
      reference({ reference: 'c', hieraKey: 'a::id' }),
    ];
    expect(users([standing()], circle)).toEqual([`b via a::id: ${FIRST_KEY}`, `c via a::id: ${FIRST_KEY}`]);
  });

  it('from within the hash that it is to ends, too', () => {
    const within = [reference({ reference: 'd', hieraKey: 'd.more' })];
    expect(users([standing({ hieraKey: 'd.id' })], within)).toEqual([`d.more.id via d.id: ${FIRST_KEY}`]);
  });

  it('is one of very many to the same key', () => {
    const references = Array.from({ length: 100_000 }, (_, line) => reference({ line }));
    expect(usesByReference([standing()], references)).toHaveLength(100_000);
  });
});
