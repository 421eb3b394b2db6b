import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Failure } from '../domain/model.ts';
import type { RepositorySearch, SearchInfrastructureCode, SearchRepositories } from '../ports.ts';
import { decryptFile } from './decrypt-file.ts';
import { everyUse, type FileFacts, infrastructureCode, type Purpose, pathOf } from './file-facts.ts';
import { failureOf, isGone, type Root, rootOf, unreadableReason, walk } from './files.ts';
import { linkedFolders } from './linked-folders.ts';
import { type Reading, readFile } from './read-file.ts';
import { keysInCodeOf, usesOf } from './uses.ts';

export type SearchOptions = {
  /** Folders, or single files. */
  directories: readonly string[];
  signal?: AbortSignal | undefined;
  /** Called every so often, and at the end. */
  onProgress?: ((progress: { files: number }) => void) | undefined;
};

export type RepositoriesOptions = SearchOptions & {
  /** The setting `eyaml.command`. */
  eyamlCommand: readonly string[];
  /** What the command gets; this process's own where absent. */
  env?: NodeJS.ProcessEnv | undefined;
  /** For one run of the command. */
  decryptTimeLimitMs?: number | undefined;
};

/** How much of a file is read at once, and for how long the event loop waits for its turn. */
const PIECE_BYTES = 256 * 1024;
const BREATH_MS = 20;

/** Searches folders for access key ids, decrypting hieradata by the operator's command. Rejects only when it is aborted. */
export const searchRepositories =
  ({
    eyamlCommand,
    env = process.env,
    decryptTimeLimitMs = 60_000,
    ...options
  }: RepositoriesOptions): SearchRepositories =>
  async () => {
    const ended = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
    const decrypt = { command: eyamlCommand, env, signal, timeLimitMs: decryptTimeLimitMs };
    const decrypting = pLimit(Math.min(4, availableParallelism()));
    // The command runs beside the search.
    const inClear = async (facts: FileFacts, root: Root): Promise<FileFacts> =>
      facts.finds.some(({ kind }) => kind === 'block') ? decrypting(() => decryptFile(facts, root, decrypt)) : facts;
    try {
      const { facts, ...search } = await readAll({ ...options, signal }, everyUse, inClear);
      return { ...search, uses: usesOf(facts) };
    } finally {
      // Whatever happened, no command is left behind.
      ended.abort();
    }
  };

/** Searches folders for the keys that infrastructure code makes, and for nothing else. Rejects only when it is aborted. */
export const searchInfrastructureCode =
  (options: SearchOptions): SearchInfrastructureCode =>
  async () => {
    const { facts, failures } = await readAll(options, infrastructureCode);
    return { keysInCode: keysInCodeOf(facts), failures };
  };

type AllRead = Pick<RepositorySearch, 'repositories' | 'files' | 'failures'> & { facts: FileFacts[] };

const readAll = async (
  { directories, signal, onProgress }: SearchOptions,
  purpose: Purpose,
  complete: (facts: FileFacts, root: Root) => Promise<FileFacts> = async (facts) => facts,
): Promise<AllRead> => {
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
    if (!purpose.opens(file)) continue;
    const found = await readOne(root, file, { reading, purpose, fail });
    if (found === undefined) continue;
    files++;
    if (found !== 'nothing') read.push(complete(found, root));
  }
  const facts = await Promise.all(read);
  signal?.throwIfAborted();
  onProgress?.({ files });
  const found = [...failures, ...facts.flatMap((each) => each.failures)];
  return { repositories, files, facts, failures: found.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id))) };
};

/** The files of all folders; those of a folder that is in another one once. */
function* filesOf(roots: readonly Root[], fail: (failure: Failure) => void): Generator<{ root: Root; file: string }> {
  const seen = new Set<string>();
  const links = linkedFolders(roots);
  for (const root of roots) {
    for (const file of walk(root, links, fail)) {
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
  { reading, purpose, fail }: { reading: Reading; purpose: Purpose; fail: (failure: Failure) => void },
): Promise<FileFacts | 'nothing' | undefined> => {
  try {
    const content = await readFile(pathOf(path, file), reading, purpose.textWanted(file));
    return purpose.factsOf(repository, file, content) ?? 'nothing';
  } catch (error) {
    // Of the file system only: an abort, or a fault of ours, ends the search.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    if (!isGone(error)) fail(failureOf(pathOf(repository, file), unreadableReason(error)));
    return undefined;
  }
};

/** Lets the event loop have its turn, when it is time: for Ctrl-C, for progress, for the commands that decrypt. */
const breather = (signal: AbortSignal | undefined, onBreath: () => void): Reading['breathe'] => {
  let last = performance.now();
  return () => (performance.now() - last < BREATH_MS ? undefined : breath());
  async function breath(): Promise<void> {
    signal?.throwIfAborted();
    onBreath();
    await setImmediate();
    signal?.throwIfAborted();
    last = performance.now();
  }
};
