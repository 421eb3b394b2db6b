import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A new folder with these files, which is gone when the suite ends. */
export const temporaryTree = (files: Readonly<Record<string, string | Uint8Array>> = {}): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyaudit-tree-')));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) writeTo(join(folder, path), content);
  return folder;
};

export const writeTo = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

/** What this gives to somebody who is not the superuser, who may read everything. */
export const asNobody = async <T>(look: () => T | Promise<T>): Promise<T> => {
  if (process.geteuid?.() !== 0) return look();
  process.seteuid?.(65_534);
  try {
    return await look();
  } finally {
    process.seteuid?.(0);
  }
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
