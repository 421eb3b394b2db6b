import type { Failure } from '../domain/model.ts';
import { keysInTemplate, mayBeTemplate } from './cloudformation.ts';
import { failureOf } from './files.ts';
import { mayBeHieradata } from './hiera-values.ts';
import { type HieraFind, readHieradata } from './hieradata.ts';
import { belowHieradata } from './place.ts';
import type { FileRead, IdOnLine, TextWanted } from './read-file.ts';
import { mayBeTerraform, readTerraform, type TerraformFile } from './terraform.ts';

/** What one file says, as far as it says anything. */
export type FileFacts = {
  /** The folder searched, as the caller named it, and the path below it. */
  repository: string;
  file: string;
  ids: readonly IdOnLine[];
  /** Whether its path tells an environment and a namespace. */
  isHieradata: boolean;
  finds: readonly (HieraFind & { encrypted?: true })[];
  terraform?: TerraformFile;
  template: readonly { userName: string | null; line: number }[];
  failures: readonly Failure[];
};

const MEGABYTE = 1024 * 1024;
const YAML_LIMIT = 32 * MEGABYTE;
/** The largest template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const CODE_LIMIT = MEGABYTE;

const isYaml = (file: string): boolean => /\.(ya?ml|eyaml)$/i.test(file);

/** Of which files the text matters, not only the ids in it. */
export const textWanted = (file: string): TextWanted | undefined => {
  if (isYaml(file)) {
    return { limit: YAML_LIMIT, wanted: (bytes, found) => found || mayBeHieradata(bytes) || mayBeTemplate(bytes) };
  }
  if (/\.(json|template)$/i.test(file)) return { limit: CODE_LIMIT, wanted: mayBeTemplate };
  return /\.tf$/i.test(file) ? { limit: CODE_LIMIT, wanted: mayBeTerraform } : undefined;
};

/** `undefined` for the most of files, which say nothing. */
export const factsOf = (repository: string, file: string, { ids, text, tooLarge }: FileRead): FileFacts | undefined => {
  const nothing = { repository, file, ids, isHieradata: false, finds: [], template: [], failures: [] };
  const fail = (reason: string): Failure => failureOf(pathOf(repository, file), reason);
  if (tooLarge && isYaml(file)) {
    return { ...nothing, failures: [fail('it is larger than 32 MB: searched for ids in clear only')] };
  }
  if (text === undefined) return ids.length > 0 ? nothing : undefined;
  if (/\.tf$/i.test(file)) return { ...nothing, terraform: readTerraform(text) };
  const template = mayBeTemplate(Buffer.from(text)) ? keysInTemplate(text) : [];
  if (!isYaml(file)) return { ...nothing, template };
  const { finds, problem } = readHieradata(text);
  const isHieradata =
    belowHieradata(repository, file) ||
    mayBeHieradata(Buffer.from(text)) ||
    finds.some(({ hieraKey }) => hieraKey?.includes('::'));
  // What is no hieradata (a chart's template, for example) has no Hiera keys to miss: its ids are found all the same.
  const failures = problem !== undefined && isHieradata ? [fail(`it was read without Hiera keys: ${problem}`)] : [];
  return { ...nothing, isHieradata, finds, template, failures };
};

/** `DIR/FILE`, as a person at the command line would write it. */
export const pathOf = (repository: string, file: string): string =>
  repository.endsWith('/') ? `${repository}${file}` : `${repository}/${file}`;
