import { closeSync, constants, type Dirent, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Failure } from '../domain/model.ts';
import { type IgnoreRules, isIgnored, rulesAround, rulesBelow, rulesInside } from './ignore-rules.ts';
import type { LinkedFolders } from './linked-folders.ts';

/**
 * Which files there are, and what is in them. Calls of the file system are synchronous: for many small files that is several
 * times faster, and the caller takes a breath between files.
 */

/** What is searched: a folder, or one file of it. */
export type Root = {
  /** As the caller named it. */
  repository: string;
  /** The same, without links. */
  path: string;
  only?: string;
};

/** The folder, or the folder of the file, that the caller named; a failure where there is neither. */
export const rootOf = (directory: string): Root | Failure => {
  try {
    const path = realpathSync(directory);
    const stats = statSync(path);
    if (stats.isDirectory()) return { repository: directory, path };
    if (stats.isFile()) return { repository: dirname(directory), path: dirname(path), only: basename(path) };
    return failureOf(directory, 'is neither a folder nor a file');
  } catch (error) {
    return failureOf(directory, isGone(error) ? 'there is no such folder' : unreadableReason(error));
  }
};

/**
 * The files below the folder that Git is not told to ignore, hidden ones too, as paths relative to it with `/`. Links to
 * folders are followed where `links` says so, links to files are not. Of what is no regular file (pipes, sockets, devices)
 * nothing is opened.
 */
export function* walk(root: Root, links: LinkedFolders, fail: (failure: Failure) => void): Generator<string> {
  if (root.only !== undefined) {
    yield root.only;
    return;
  }
  const unreadable = (path: string, error: unknown): void => {
    if (!isGone(error)) fail(failureOf(named(root, path), unreadableReason(error)));
  };
  const open: OpenFolder[] = [{ folder: '', real: root.path, rules: rulesAround(root.path, unreadable) }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { folder, real } = next;
    const entries = entriesOf(join(root.path, folder), unreadable);
    const names = new Set(entries.map(({ name }) => name));
    const rules = rulesInside(next.rules, { root: root.path, folder, names }, unreadable);
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name === '.git') continue;
      if (entry.isDirectory() || entry.isSymbolicLink()) {
        if (isIgnored(rules, `${path}/`)) continue;
        const target = entry.isDirectory() ? inside(real, entry.name, links) : links.follow(join(root.path, path));
        if (target && 'reason' in target) fail(failureOf(named(root, join(root.path, path)), target.reason));
        else if (target) open.push({ folder: path, real: target.folder, rules: rulesBelow(rules, `${path}/`) });
      } else if (entry.isFile() && !isIgnored(rules, path)) {
        if (entry.name.includes('\uFFFD'))
          fail(failureOf(join(root.repository, path), 'its name is not UTF-8: rename it'));
        else yield path;
      }
    }
  }
}

/** A folder to be read: its path below the root, by way of links, and the one without them. */
type OpenFolder = { folder: string; real: string; rules: IgnoreRules };

/** Below a link, another may have led there before. */
const inside = (folder: string, name: string, links: LinkedFolders): { folder: string } | undefined => {
  const path = join(folder, name);
  return links.isFollowed(path) ? undefined : { folder: path };
};

const entriesOf = (path: string, unreadable: (path: string, error: unknown) => void): Dirent[] => {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    unreadable(path, error);
    return [];
  }
};

/** A link or a pipe that took the file's place since the folder was read is not followed, nor waited for. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The content of a file, piece by piece, all in the same buffer. Throws what the file system throws. */
export function* piecesOf(path: string, buffer: Buffer): Generator<Buffer> {
  const descriptor = openSync(path, FLAGS);
  try {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A file or folder that was there a moment ago and is no more: no failure, nobody can use a key there. */
export const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** `could not be read: permission denied (EACCES)`: what the file system says, without the path that it repeats. */
export const unreadableReason = (error: unknown): string => {
  const { code = 'no code', message } = error as NodeJS.ErrnoException;
  const said = /^\w+: ([^,]+)/.exec(message)?.[1];
  return `could not be read${said === undefined ? '' : `: ${said}`} (${code})`;
};

export const failureOf = (id: string, reason: string): Failure => ({ scope: 'locator', id, reason });

/** The path as the caller named the folder that it is in; itself where it is outside, as a parent's `.gitignore` is. */
const named = ({ repository, path: root }: Root, path: string): string =>
  path === root || path.startsWith(join(root, '/')) ? join(repository, path.slice(root.length)) : path;
