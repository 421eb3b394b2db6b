import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Where a result goes: the name of a file; `-` and nothing are stdout. */
export const isFile = (output: string | undefined): output is string => output !== undefined && output !== '-';

/** Throws a `UsageError` where the file would be written over what is read. */
export const refuseToOverwrite = (output: string | undefined, inputs: readonly (string | undefined)[]): void => {
  if (output === '') throw new UsageError('--output needs the name of a file');
  if (!isFile(output)) return;
  if (inputs.some((input) => input !== undefined && input !== '-' && resolve(input) === resolve(output))) {
    throw new UsageError(`--output ${output} would overwrite what is read from it`);
  }
};

/** Writes a text that ends in a newline. What cannot be written to its file is printed, so that nothing is lost; then it is false. */
export const writeOutput = (text: string, output: string | undefined, { print, say }: Terminal): boolean => {
  const withoutNewline = text.replace(/\n$/, '');
  if (!isFile(output)) {
    print(withoutNewline);
    return true;
  }
  try {
    writeFileSync(output, text);
    say(`keyaudit: Written to ${output}.`);
    return true;
  } catch (error) {
    say(`keyaudit: Cannot write ${output}: ${(error as Error).message}. Here it is instead:`);
    print(withoutNewline);
    return false;
  }
};
