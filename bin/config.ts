import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseSettings, type Settings } from '../lambda/settings.ts';
import { UsageError } from './exit-codes.ts';

/**
 * The settings in a JSON file: the settings object itself, or a `cdk.json` that has it as its context `keyaudit`.
 * Without a file, the defaults. Throws a `UsageError` or, with every problem of the settings, a `SettingsError`.
 */
export const loadSettings = (file: string | undefined): Settings => {
  if (file === undefined) return parseSettings({});
  return parseSettings(settingsIn(readJson(file), file), `The settings in ${file} are wrong`);
};

const settingsIn = (content: unknown, file: string): unknown => {
  const { context } = (content ?? {}) as { context?: Record<string, unknown> };
  if (context === undefined) return content;
  if (context['keyaudit'] === undefined) throw new UsageError(`${file} has no context "keyaudit"`);
  return context['keyaudit'];
};

const readJson = (file: string): unknown => {
  const text = readInput(file).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
};

/** A file that the caller named, or `-` for stdin. Throws a `UsageError` when it cannot be read. */
export const readInput = (file: string): Buffer => {
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'you may not read it',
      EISDIR: 'it is a directory',
    };
    throw new UsageError(`Cannot read ${file === '-' ? 'stdin' : resolve(file)}: ${why[code ?? ''] ?? message}`);
  }
};
