import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Failure } from '../domain/model.ts';
import type { RepositorySearch, SearchRepositories } from '../ports.ts';
import { decryptFile } from './decrypt-file.ts';
import { type FileFacts, factsOf, pathOf, textWanted } from './file-facts.ts';
import { failureOf, isGone, type Root, rootOf, unreadableReason, walk } from './files.ts';
import { type Reading, readFile } from './read-file.ts';
import { keysInCodeOf, usesOf } from './uses.ts';

export type RepositoriesOptions = {
  /** Folders, or single files. */
  directories: readonly string[];
  /** The setting `eyaml.command`. */
  eyamlCommand: readonly string[];
  signal?: AbortSignal | undefined;
  /** What the command gets; this process's own where absent. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Called every so often, and at the end. */
  onProgress?: ((progress: { files: number }) => void) | undefined;
  /** For one run of the command. */
  decryptTimeLimitMs?: number | undefined;
};

/** How much of a file is read at once, and for how long the event loop waits for its turn. */
const PIECE_BYTES = 256 * 1024;
const BREATH_MS = 20;

/** Searches folders for access key ids, decrypting hieradata by the operator's command. Rejects only when it is aborted. */
export const searchRepositories =
  (options: RepositoriesOptions): SearchRepositories =>
  async () => {
    const ended = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
    try {
      return await search(options, signal);
    } finally {
      // Whatever happened, no command is left behind.
      ended.abort();
    }
  };

const search = async (options: RepositoriesOptions, signal: AbortSignal): Promise<RepositorySearch> => {
  const { directories, eyamlCommand, env = process.env, onProgress, decryptTimeLimitMs = 60_000 } = options;
  const decrypt = { command: eyamlCommand, env, signal, timeLimitMs: decryptTimeLimitMs };
  const decrypting = pLimit(Math.min(4, availableParallelism()));
  const repositories = [...new Set(directories)];
  const opened = repositories.map(rootOf);
  const roots = opened.filter((root) => 'repository' in root);
  const failures: Failure[] = opened.filter((root) => 'scope' in root);
  const fail = (failure: Failure): void => void failures.push(failure);
  const read: Promise<FileFacts>[] = [];
  let files = 0;
  const breathe = breather(signal, () => onProgress?.({ files }));
  const reading: Reading = { buffer: Buffer.allocUnsafe(PIECE_BYTES), breathe };

  for (const { root, file } of filesOf(roots, fail)) {
    await breathe();
    const found = await readOne(root, file, reading, fail);
    if (found === undefined) continue;
    files++;
    if (found === 'nothing') continue;
    // The command runs beside the search.
    const isEncrypted = found.finds.some(({ kind }) => kind === 'block');
    read.push(isEncrypted ? decrypting(() => decryptFile(found, root, decrypt)) : Promise.resolve(found));
  }
  const facts = await Promise.all(read);
  signal.throwIfAborted();
  onProgress?.({ files });
  const byRepository = [...new Set(roots.map(({ repository }) => repository))].map((name) =>
    facts.filter(({ repository }) => repository === name),
  );
  return {
    repositories,
    files,
    uses: byRepository.flatMap(usesOf),
    keysInCode: byRepository.flatMap(keysInCodeOf),
    failures: [...failures, ...facts.flatMap((each) => each.failures)].sort((a, b) =>
      a.id < b.id ? -1 : Number(a.id > b.id),
    ),
  };
};

/** The files of all folders; those of a folder that is in another one once. */
function* filesOf(roots: readonly Root[], fail: (failure: Failure) => void): Generator<{ root: Root; file: string }> {
  const seen = new Set<string>();
  for (const root of roots) {
    for (const file of walk(root, fail)) {
      if (roots.length > 1) {
        const path = pathOf(root.path, file);
        if (seen.has(path)) continue;
        seen.add(path);
      }
      yield { root, file };
    }
  }
}

/** `undefined` where the file could not be read, or is gone. */
const readOne = async (
  { path, repository }: Root,
  file: string,
  reading: Reading,
  fail: (failure: Failure) => void,
): Promise<FileFacts | 'nothing' | undefined> => {
  try {
    const content = await readFile(pathOf(path, file), reading, textWanted(file));
    return factsOf(repository, file, content) ?? 'nothing';
  } catch (error) {
    // Of the file system only: an abort, or a fault of ours, ends the search.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    if (!isGone(error)) fail(failureOf(pathOf(repository, file), unreadableReason(error)));
    return undefined;
  }
};

/** Lets the event loop have its turn, when it is time: for Ctrl-C, for progress, for the commands that decrypt. */
const breather = (signal: AbortSignal, onBreath: () => void): Reading['breathe'] => {
  let last = performance.now();
  return () => (performance.now() - last < BREATH_MS ? undefined : breath());
  async function breath(): Promise<void> {
    signal.throwIfAborted();
    onBreath();
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  }
};
