import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { History } from '../lambda/ports.ts';

/** What scans from a laptop remember: a file for each account in a folder, which is made where it is not there. */
export const folderHistory = (folder: string): History => ({
  recall: async (accountId) => {
    const file = join(folder, `${accountId}.json`);
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new Error(`cannot read ${file} (${code})`, { cause: error });
    }
  },
  remember: (accountId, memory) => writeWhole(join(folder, `${accountId}.json`), memory),
  setAside: (accountId, scanId, text) => writeWhole(join(folder, 'unreadable', `${accountId}-${scanId}.json`), text),
});

/** Whole or not at all: an interrupted write leaves what was there, and of two at once one wins. */
const writeWhole = async (file: string, text: string): Promise<void> => {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, text);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw new Error(`cannot write ${file} (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
};
