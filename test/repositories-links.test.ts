import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { searchRepositories } from '../lambda/repositories/search.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { clearBlock, decryptingCommand, nodeCommand } from './decrypting-command.ts';
import { asNobody, temporaryTree } from './temporary-tree.ts';

/** A folder `tree` to be searched, one beside it, and links by their path in `tree`. */
const planted = (
  { tree, beside = {} }: { tree: Record<string, string>; beside?: Record<string, string> },
  links: Record<string, string>,
): string => {
  const folder = temporaryTree({
    'tree/.keep': '',
    ...Object.fromEntries(Object.entries(tree).map(([path, text]) => [`tree/${path}`, text])),
    ...Object.fromEntries(Object.entries(beside).map(([path, text]) => [`beside/${path}`, text])),
  });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
  return folder;
};

/** `tree/file` of each use, and the failures. */
const search = async (folder: string, ...directories: string[]) => {
  const { uses, failures } = await searchRepositories({
    directories: directories.map((name) => join(folder, name)),
    eyamlCommand: decryptingCommand,
  })();
  const found = uses.map(({ place }) => join(place.repository, place.file).slice(folder.length + 1));
  return { found, failures: failures.map(({ id, reason }) => `${id.slice(folder.length + 1)}: ${reason}`) };
};

describe('a linked folder', () => {
  it('that is outside is searched by the way of the link', async () => {
    const folder = planted({ tree: { a: FIRST_KEY }, beside: { 'deep/b': FIRST_KEY } }, { 'tree/link': '../beside' });
    expect(await search(folder, 'tree')).toEqual({ found: ['tree/a', 'tree/link/deep/b'], failures: [] });
  });

  it('that is inside is searched by itself, and so is one in another folder that is searched', async () => {
    const folder = planted(
      { tree: { 'a/x': FIRST_KEY }, beside: { 'b/y': FIRST_KEY } },
      { 'tree/inside': 'a', 'tree/other': '../beside', 'tree/part': '../beside/b', 'beside/back': '../tree' },
    );
    for (const directories of [
      ['tree', 'beside'],
      ['beside', 'tree'],
    ]) {
      const { found, failures } = await search(folder, ...directories);
      expect({ found: found.sort(), failures }).toEqual({ found: ['beside/b/y', 'tree/a/x'], failures: [] });
    }
  });

  it('to which several links lead is searched once', async () => {
    const folder = planted(
      { tree: { 'a/x': '', 'b/x': '' }, beside: { y: FIRST_KEY } },
      { 'tree/1': '../beside', 'tree/a/2': '../../beside', 'tree/b/3': '../1' },
    );
    expect((await search(folder, 'tree')).found).toHaveLength(1);
  });

  it.each([
    ['the inner one comes first', { 'tree/1': '../beside/in', 'tree/2': '../beside' }],
    ['the outer one comes first', { 'tree/1': '../beside', 'tree/2': '../beside/in' }],
    ['it is a link to the other', { 'tree/1': '../beside', 'beside/again': 'in' }],
  ])('within another linked one is searched once, where %s', async (_, links) => {
    const folder = planted({ tree: {}, beside: { 'in/deep/x': FIRST_KEY, y: SECOND_KEY } }, links);
    const { found, failures } = await search(folder, 'tree');
    expect(found.map((path) => path.slice(-1)).sort()).toEqual(['x', 'y']);
    expect(failures).toEqual([]);
  });

  it('that leads back is no loop', async () => {
    const folder = planted(
      { tree: { 'a/x': FIRST_KEY }, beside: { 'b/y': FIRST_KEY } },
      {
        'tree/top': '.',
        'tree/a/up': '..',
        'tree/out': '../beside',
        'beside/self': '.',
        'beside/b/up': '..',
        'beside/b/back': '../../tree/a',
      },
    );
    expect(await search(folder, 'tree')).toEqual({ found: ['tree/a/x', 'tree/out/b/y'], failures: [] });
  });

  it('that is broken leads nowhere', async () => {
    const folder = planted(
      { tree: { a: FIRST_KEY } },
      { 'tree/gone': '../missing', 'tree/self': 'self', 'tree/one': 'two', 'tree/two': 'one', 'tree/file': 'a/b' },
    );
    expect(await search(folder, 'tree')).toEqual({ found: ['tree/a'], failures: [] });
  });

  it('around the one that is searched is named, and not searched', async () => {
    const folder = planted({ tree: { a: FIRST_KEY }, beside: { b: FIRST_KEY } }, { 'tree/up': '..', 'tree/top': '/' });
    const reason = 'it is a link to a folder around the one that is searched: not followed';
    expect(await search(folder, 'tree')).toEqual({
      found: ['tree/a'],
      failures: [`tree/top: ${reason}`, `tree/up: ${reason}`],
    });
  });

  it('is not around a single file that is searched', async () => {
    const folder = planted({ tree: {}, beside: { b: FIRST_KEY } }, { 'tree/link': '../beside' });
    expect((await search(folder, 'beside/b', 'tree')).found).toEqual(['beside/b', 'tree/link/b']);
  });

  it('that cannot be reached is named', async () => {
    const folder = planted({ tree: {}, beside: { 'closed/in/x': '' } }, { 'tree/link': '../beside/closed/in' });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'beside/closed'), 0);
    const { failures } = await asNobody(() => search(folder, 'tree'));
    chmodSync(join(folder, 'beside/closed'), 0o700);
    expect(failures).toEqual(['tree/link: could not be read: permission denied (EACCES)']);
  });

  it('that Git is told to leave out is left out, and so is what a linked folder leaves out', async () => {
    const folder = planted(
      {
        tree: { '.gitignore': '/skipped\n*.log\n' },
        beside: { x: FIRST_KEY, '.gitignore': 'y\n', y: FIRST_KEY, 'z.log': '' },
      },
      { 'tree/skipped': '../beside', 'tree/link': '../beside' },
    );
    expect((await search(folder, 'tree')).found).toEqual(['tree/link/x']);
  });

  it('with hieradata has the place of the link, and the keys of the folder that is searched', async () => {
    const folder = planted(
      { tree: { 'keys/x': '' }, beside: { 'production.yaml': `a::id: ${clearBlock('x')}\n` } },
      { 'tree/hieradata': '../beside' },
    );
    const command = nodeCommand(`
      const text = require('fs').readFileSync(0, 'utf8');
      console.log(text.replace(/ENC.*/, process.cwd() === ${JSON.stringify(`${folder}/tree`)} ? '${FIRST_KEY}' : 'elsewhere'));
    `);
    const search = searchRepositories({ directories: [join(folder, 'tree')], eyamlCommand: command });
    expect((await search()).uses).toEqual([
      {
        accessKeyId: FIRST_KEY,
        place: {
          repository: join(folder, 'tree'),
          file: 'hieradata/production.yaml',
          line: 1,
          hieraKey: 'a::id',
          environment: 'production',
        },
        encrypted: true,
      },
    ]);
  });
});
