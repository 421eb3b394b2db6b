import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Root, unreadableReason } from './files.ts';

/** Which of the folders that links lead to are searched as well. One for all folders of a search. */
export type LinkedFolders = {
  /**
   * The folder that the link leads to, where it is not searched without the link: so each is searched once, and links that
   * loop end. Nothing for a broken link and one to a file; a reason for one that is not followed.
   */
  follow: (link: string) => { folder: string } | { reason: string } | undefined;
  /** Whether a link to the folder, by its path without links, was followed already. */
  isFollowed: (folder: string) => boolean;
};

export const linkedFolders = (roots: readonly Root[]): LinkedFolders => {
  const searched = roots.filter(({ only }) => only === undefined).map(({ path }) => path);
  const followed = new Set<string>();
  const isSearched = (folder: string): boolean => searched.includes(folder) || followed.has(folder);
  return {
    follow: (link) => {
      const target = folderAt(link);
      if (target === undefined || 'reason' in target) return target;
      const { folder } = target;
      if (foldersAround(folder).some(isSearched)) return undefined;
      // To search everything beside a repository is not what was asked for.
      if (searched.some((each) => foldersAround(each).includes(folder))) return { reason: LEADS_AROUND };
      followed.add(folder);
      return target;
    },
    isFollowed: (folder) => followed.has(folder),
  };
};

const LEADS_AROUND = 'it is a link to a folder around the one that is searched: not followed';

const BROKEN = ['ENOENT', 'ENOTDIR', 'ELOOP'];

const folderAt = (link: string): { folder: string } | { reason: string } | undefined => {
  try {
    const folder = realpathSync(link);
    return statSync(folder).isDirectory() ? { folder } : undefined;
  } catch (error) {
    const isBroken = BROKEN.includes((error as NodeJS.ErrnoException).code ?? '');
    return isBroken ? undefined : { reason: unreadableReason(error) };
  }
};

/** The folder itself and those that it is in, up to the topmost. */
const foldersAround = (path: string): string[] => {
  const folders = [path];
  for (let folder = path; dirname(folder) !== folder; folder = dirname(folder)) folders.push(dirname(folder));
  return folders;
};
