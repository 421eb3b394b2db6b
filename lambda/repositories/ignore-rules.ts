import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/**
 * Which files Git is told to leave out: https://git-scm.com/docs/gitignore. As ripgrep does, with one difference: a
 * `.gitignore` counts outside Git repositories too.
 */

/** The rules of one `.gitignore`. Paths are made relative to its folder: `drop` characters away, then `prefix` before. */
type IgnoreFile = { matcher: Ignore; drop: number; prefix: string };
/** From the outermost to the innermost, which wins. */
export type IgnoreRules = readonly IgnoreFile[];

export type Unreadable = (path: string, error: unknown) => void;

/** The rules that hold in a folder, given those that hold around it. `folder` is relative to `root`, `''` for itself. */
export const rulesInside = (
  around: IgnoreRules,
  where: { root: string; folder: string; names: ReadonlySet<string> },
  unreadable: Unreadable,
): IgnoreRules => {
  const path = join(where.root, where.folder);
  const drop = where.folder === '' ? 0 : where.folder.length + 1;
  // A Git repository in another one has rules of its own.
  const inherited =
    where.names.has('.git') && where.folder !== '' ? excludes(path, { drop, prefix: '' }, unreadable) : around;
  return where.names.has('.gitignore')
    ? [...inherited, ...ignoreFile(join(path, '.gitignore'), { drop, prefix: '' }, unreadable)]
    : inherited;
};

/**
 * The rules that hold around the folder that is searched: those of the Git repository that it is in. None where they leave
 * the folder itself out: it was asked for.
 */
export const rulesAround = (root: string, unreadable: Unreadable): IgnoreRules => {
  const folders = upToGit(root, unreadable);
  const top = folders.at(-1);
  if (top === undefined) return [];
  const rules: IgnoreFile[] = excludes(top, { drop: 0, prefix: prefixOf(top, root) }, unreadable);
  for (const folder of folders.slice(1).reverse()) {
    rules.push(...ignoreFile(join(folder, '.gitignore'), { drop: 0, prefix: prefixOf(folder, root) }, unreadable));
  }
  return top !== root && isIgnored(rules, '') ? [] : rules;
};

/** Whether the rules leave the path out. It is relative to the folder searched; a folder's has a `/` at its end. */
export const isIgnored = (rules: IgnoreRules, path: string): boolean => {
  for (const rule of rules.toReversed()) {
    const { ignored, unignored } = verdictOf(rule, path);
    if (ignored || unignored) return ignored;
  }
  return false;
};

/**
 * The rules that go on below a folder which is not left out. Those that an inner `.gitignore` overruled there leave out
 * everything below, so they end: rather a file too many than one too few.
 */
export const rulesBelow = (rules: IgnoreRules, folder: string): IgnoreRules =>
  rules.some((rule) => verdictOf(rule, folder).ignored)
    ? rules.filter((rule) => !verdictOf(rule, folder).ignored)
    : rules;

const verdictOf = ({ matcher, prefix, drop }: IgnoreFile, path: string) => matcher.test(prefix + path.slice(drop));

/** The folder and those above it, up to the one that is a Git repository; nothing where none is. */
const upToGit = (root: string, unreadable: Unreadable): string[] => {
  const folders: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(folder);
    try {
      if (statSync(join(folder, '.git'), { throwIfNoEntry: false })) return folders;
    } catch (error) {
      unreadable(join(folder, '.git'), error);
    }
    if (dirname(folder) === folder) return [];
  }
};

const prefixOf = (from: string, to: string): string =>
  from === to ? '' : `${to.slice(from.length).replaceAll('\\', '/').replace(/^\//, '')}/`;

/** `info/exclude` of the repository's Git folder, which a worktree or a submodule only names in a file. */
const excludes = (top: string, base: Omit<IgnoreFile, 'matcher'>, unreadable: Unreadable): IgnoreFile[] => {
  const git = join(top, '.git');
  const own = /^gitdir: (.+)$/m.exec(textOf(git, unreadable) ?? '')?.[1];
  const folder = own === undefined ? git : resolve(top, own.trim());
  const common = own === undefined ? undefined : textOf(join(folder, 'commondir'), unreadable);
  return ignoreFile(
    join(common === undefined ? folder : resolve(folder, common.trim()), 'info', 'exclude'),
    base,
    unreadable,
  );
};

const ignoreFile = (path: string, base: Omit<IgnoreFile, 'matcher'>, unreadable: Unreadable): IgnoreFile[] => {
  const text = textOf(path, unreadable);
  if (!text || !/^[ \t]*[^\s#]/m.test(text)) return [];
  return [{ ...base, matcher: ignore({ ignoreCase: false, allowRelativePaths: true }).add(text) }];
};

/** `undefined` where there is no such file. Never opens what is no regular file. */
const textOf = (path: string, unreadable: Unreadable): string | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    unreadable(path, error);
    return undefined;
  }
};
