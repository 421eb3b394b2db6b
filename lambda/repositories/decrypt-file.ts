import { statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkCommand, type DecryptOptions, decryptBlocks } from './eyaml.ts';
import { type FileFacts, pathOf } from './file-facts.ts';
import { failureOf, type Root } from './files.ts';

/** The same facts, with what is in the encrypted values in their place; or with a failure that says how to see more. */
export const decryptFile = async (
  facts: FileFacts,
  root: Root,
  options: Omit<DecryptOptions, 'cwd'>,
): Promise<FileFacts> => {
  const blocks = facts.finds.filter(({ kind }) => kind === 'block').map(({ text }) => text);
  const cwd = keysFolder(root.path, facts.file);
  const decrypted = await decryptBlocks(blocks, { ...options, cwd });
  const inClear = facts.finds.filter(({ kind }) => kind !== 'block');
  if ('reason' in decrypted) {
    const folder = join(facts.repository, relative(root.path, cwd));
    const file = relative(cwd, join(root.path, facts.file));
    const reason = `not decrypted: ${decrypted.reason}; to see more: ${checkCommand(options.command, folder, file)}`;
    return {
      ...facts,
      finds: inClear,
      failures: [...facts.failures, failureOf(pathOf(facts.repository, facts.file), reason)],
    };
  }
  const finds = facts.finds.flatMap((find) =>
    find.kind === 'block'
      ? (decrypted.values.get(find.text) ?? []).map((part) => ({ ...find, ...part, encrypted: true as const }))
      : [find],
  );
  return { ...facts, finds };
};

/**
 * Where eyaml has to run: its keys are at `./keys` and its settings at `./.eyaml`, unless told otherwise. The nearest folder
 * above the file that has either, or else the folder that is searched.
 */
const keysFolder = (root: string, file: string): string => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(root, folder);
    if (folder === '.' || isFolder(join(path, 'keys')) || isFolder(join(path, '.eyaml'))) return path;
  }
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};
