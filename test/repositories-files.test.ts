import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Failure } from '../lambda/domain/model.ts';
import { rootOf, walk } from '../lambda/repositories/files.ts';
import { linkedFolders } from '../lambda/repositories/linked-folders.ts';
import { readFile } from '../lambda/repositories/read-file.ts';
import { FIRST_KEY } from './builders.ts';
import { asNobody, temporaryTree, writeTo } from './temporary-tree.ts';

/** What a walk finds: files, sorted, and failures. */
const walked = (directory: string): { files: string[]; failures: Failure[] } => {
  const root = rootOf(directory);
  if ('scope' in root) return { files: [], failures: [root] };
  const failures: Failure[] = [];
  return { files: [...walk(root, linkedFolders([root]), (failure) => failures.push(failure))].sort(), failures };
};
const filesIn = (files: Record<string, string>, below = ''): string[] =>
  walked(join(temporaryTree(files), below)).files;

const ripgrep = spawnSync('rg', ['--version']).status === 0;

describe('the files of a folder', () => {
  it('are all that Git is not told to leave out, hidden ones too', () => {
    expect(
      filesIn({
        '.gitignore': '*.log\n/build/\n!keep.log\n\\#odd\n',
        '.env': '',
        'a.log': '',
        'keep.log': '',
        '#odd': '',
        'build/a': '',
        'src/build/a': '',
        'src/.gitignore': '*.txt\n!a.log\n',
        'src/a.txt': '',
        'src/a.log': '',
        'src/deep/b.txt': '',
        'A.LOG': '',
        '.git/config': '',
        'other/a.txt': '',
      }),
    ).toEqual(['.env', '.gitignore', 'A.LOG', 'keep.log', 'other/a.txt', 'src/.gitignore', 'src/a.log', 'src/build/a']);
  });

  it('are all where the rules are a million empty lines', () => {
    expect(filesIn({ '.gitignore': '\n'.repeat(1_000_000), a: '' })).toEqual(['.gitignore', 'a']);
  });

  it('are none of a folder that is left out, even where a file in it is not', () => {
    expect(filesIn({ '.gitignore': 'out/\n!out/keep\n', 'out/keep': '', 'out/.gitignore': '!keep\n' })).toEqual([
      '.gitignore',
    ]);
  });

  it('are not what the repository of one person leaves out', () => {
    expect(filesIn({ '.git/info/exclude': 'mine\n/src/own\n', mine: '', 'src/own': '', 'src/a': '' })).toEqual([
      'src/a',
    ]);
    const worktree = temporaryTree({
      'main/.git/info/exclude': 'mine\n',
      'main/.git/worktrees/w/commondir': '../..\n',
      'w/mine': '',
      'w/a': '',
    });
    writeFileSync(join(worktree, 'w/.git'), `gitdir: ${worktree}/main/.git/worktrees/w\n`);
    expect(walked(join(worktree, 'w')).files).toEqual(['a']);
  });

  it('follow the rules of the repository around the folder', () => {
    const files = {
      '.git/HEAD': '',
      '.gitignore': '*.log\n/app/build\n',
      'app/a.log': '',
      'app/build/a': '',
      'app/a': '',
    };
    expect(filesIn(files, 'app')).toEqual(['a']);
    // Outside a repository, what is around does not count.
    const { '.git/HEAD': _, ...outside } = files;
    expect(filesIn(outside, 'app')).toEqual(['a', 'a.log', 'build/a']);
  });

  it('are searched where the folder itself was asked for, whatever the rules say', () => {
    expect(
      filesIn({ '.git/HEAD': '', '.gitignore': 'app/\n', 'app/a': '', 'app/.gitignore': 'b\n', 'app/b': '' }, 'app'),
    ).toEqual(['.gitignore', 'a']);
  });

  it('of a repository within a repository follow its own rules', () => {
    expect(
      filesIn({
        '.gitignore': '*.log\n',
        'inner/.git/HEAD': '',
        'inner/a.log': '',
        'inner/deep/b.log': '',
        'c.log': '',
      }),
    ).toEqual(['.gitignore', 'inner/a.log', 'inner/deep/b.log']);
  });

  (ripgrep ? it : it.skip)(`are those that ripgrep reads${ripgrep ? '' : ' (skipped: rg is not installed)'}`, () => {
    const tree = temporaryTree({
      '.git/HEAD': '',
      '.git/info/exclude': 'excluded\n',
      '.gitignore': 'a/**/z\n*.o\n!/b/keep.o\nfoo[0-9]\n/only-top\ndir/\n# comment\n\nspace \\ \nb/c\n',
      'a/x/y/z': '',
      'a/z': '',
      'b/keep.o': '',
      'c/keep.o': '',
      foo1: '',
      'x/foo2': '',
      foox: '',
      'only-top': '',
      'x/only-top': '',
      dir: '',
      'x/dir/a': '',
      'b/c/d': '',
      'x/b/c/d': '',
      'x/.gitignore': '!dir/\n/nested\n',
      'x/nested': '',
      'x/x/nested': '',
      excluded: '',
      'ünïcode/é.o': '',
      'ünïcode/é': '',
    });
    const theirs = execFileSync(
      'rg',
      ['--files', '--hidden', '--no-ignore-dot', '--no-ignore-global', '--glob', '!.git'],
      { cwd: tree },
    );
    expect(walked(tree).files).toEqual(String(theirs).trim().split('\n').sort());
  });
});

describe('links to files, pipes and devices', () => {
  it('are not followed and not opened', () => {
    const outside = temporaryTree({ b: '' });
    const tree = temporaryTree({ 'real/a': '' });
    symlinkSync('a', join(tree, 'real/link-to-file'));
    symlinkSync(join(outside, 'b'), join(tree, 'outside'));
    symlinkSync('/dev/null', join(tree, 'device'));
    execFileSync('mkfifo', [join(tree, 'pipe')]);
    expect(walked(tree)).toEqual({ files: ['real/a'], failures: [] });
  });
});

describe('what can not be read', () => {
  it('is a folder that is not there, a loop or a device', () => {
    const tree = temporaryTree();
    symlinkSync('self', join(tree, 'self'));
    const failure = (id: string, reason: string) => ({ files: [], failures: [{ scope: 'locator', id, reason }] });
    expect(walked(`${tree}/missing`)).toEqual(failure(`${tree}/missing`, 'there is no such folder'));
    expect(walked(`${tree}/self`)).toEqual(
      failure(`${tree}/self`, 'could not be read: too many symbolic links encountered (ELOOP)'),
    );
    expect(walked('/dev/null')).toEqual(failure('/dev/null', 'is neither a folder nor a file'));
  });

  it('is a name that is not UTF-8', () => {
    const tree = temporaryTree({ a: '' });
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff])]), FIRST_KEY);
    expect(walked(tree)).toEqual({
      files: ['a'],
      failures: [{ scope: 'locator', id: `${tree}/f\uFFFD`, reason: 'its name is not UTF-8: rename it' }],
    });
  });

  it('is a folder or an ignore file that is closed to us', async () => {
    const tree = temporaryTree({ 'open/a': '', 'closed/a': '', 'rules/.gitignore': '*', 'rules/a': '' });
    chmodSync(tree, 0o755);
    chmodSync(join(tree, 'closed'), 0);
    chmodSync(join(tree, 'rules/.gitignore'), 0);
    const { files, failures } = await asNobody(() => walked(tree));
    chmodSync(join(tree, 'closed'), 0o700);
    const reason = 'could not be read: permission denied (EACCES)';
    expect({ files, failures: failures.sort((a, b) => (a.id < b.id ? -1 : 1)) }).toEqual({
      files: ['open/a', 'rules/.gitignore', 'rules/a'],
      failures: ['closed', 'rules/.gitignore'].map((name) => ({ scope: 'locator', id: `${tree}/${name}`, reason })),
    });
  });

  it('is not what goes while we look', () => {
    const tree = temporaryTree({ 'a/x': '', 'b/x': '', c: '' });
    const root = rootOf(tree);
    if ('scope' in root) throw new Error(root.reason);
    const failures: Failure[] = [];
    const files: string[] = [];
    for (const file of walk(root, linkedFolders([root]), (failure) => failures.push(failure))) {
      files.push(file);
      rmSync(join(tree, 'a'), { recursive: true, force: true });
      rmSync(join(tree, 'b'), { recursive: true, force: true });
    }
    expect({ files, failures }).toEqual({ files: ['c'], failures: [] });
  });
});

describe('a file', () => {
  const read = (content: string | Buffer, length = 4096) => {
    const tree = temporaryTree({ file: content });
    return readFile(join(tree, 'file'), { buffer: Buffer.alloc(length), breathe: () => undefined });
  };

  it('tells each id with its line, once', async () => {
    expect(await read(`a\n${FIRST_KEY} ${FIRST_KEY}\n\n${FIRST_KEY}`)).toEqual({
      ids: [
        { accessKeyId: FIRST_KEY, line: 2 },
        { accessKeyId: FIRST_KEY, line: 4 },
      ],
    });
  });

  it('that is binary has no lines', async () => {
    expect(await read(`${FIRST_KEY}\n${FIRST_KEY}${'x'.repeat(9000)}\n ${FIRST_KEY}\0`)).toEqual({
      ids: [{ accessKeyId: FIRST_KEY, line: null }],
    });
  });

  it('that is one long line, or larger than memory should be, is read piece by piece', async () => {
    const line = `${'x'.repeat(1_000_000)} ${FIRST_KEY} ${'y'.repeat(1_000_000)}`;
    expect(await read(line)).toEqual({ ids: [{ accessKeyId: FIRST_KEY, line: 1 }] });
    const tree = temporaryTree({ sparse: '' });
    truncateSync(join(tree, 'sparse'), 100 * 1024 * 1024);
    writeFileSync(join(tree, 'sparse'), `\n${FIRST_KEY}`, { flag: 'a' });
    const before = process.memoryUsage().arrayBuffers;
    const reading = { buffer: Buffer.alloc(256 * 1024), breathe: () => undefined };
    expect(await readFile(join(tree, 'sparse'), reading)).toEqual({ ids: [{ accessKeyId: FIRST_KEY, line: null }] });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });

  it('is not waited for where a pipe took its place, nor followed where a link did', async () => {
    const tree = temporaryTree({ a: FIRST_KEY });
    execFileSync('mkfifo', [join(tree, 'pipe')]);
    symlinkSync('a', join(tree, 'link'));
    mkdirSync(join(tree, 'folder'));
    const reading = { buffer: Buffer.alloc(256), breathe: () => undefined };
    expect(await readFile(join(tree, 'pipe'), reading)).toEqual({ ids: [] });
    await expect(readFile(join(tree, 'link'), reading)).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(readFile(join(tree, 'folder'), reading)).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('gives its text where that is wanted, and only up to the limit', async () => {
    const tree = temporaryTree();
    writeTo(join(tree, 'a'), Buffer.from('\uFEFFa\r\nb', 'utf16le'));
    const reading = { buffer: Buffer.alloc(4), breathe: () => undefined };
    const wanted = { limit: 10, wanted: (bytes: Buffer) => bytes.includes('a') };
    expect(await readFile(join(tree, 'a'), reading, wanted)).toEqual({ ids: [], text: 'a\nb' });
    expect(await readFile(join(tree, 'a'), reading, { ...wanted, wanted: () => false })).toEqual({ ids: [] });
    expect(await readFile(join(tree, 'a'), reading, { ...wanted, limit: 9 })).toEqual({ ids: [], tooLarge: true });
  });
});
