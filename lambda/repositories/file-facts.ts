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

/** What a search is for: which files it opens, of which of them the text matters and not only the ids, and what they say. */
export type Purpose = {
  opens: (file: string) => boolean;
  textWanted: (file: string) => TextWanted | undefined;
  /** `undefined` for the most of files, which say nothing. */
  factsOf: (repository: string, file: string, read: FileRead) => FileFacts | undefined;
};

const MEGABYTE = 1024 * 1024;
const YAML_LIMIT = 32 * MEGABYTE;
/** The largest template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const CODE_LIMIT = MEGABYTE;

const isYaml = (file: string): boolean => /\.(ya?ml|eyaml)$/i.test(file);
const isTerraform = (file: string): boolean => /\.tf$/i.test(file);

const nothingIn = (repository: string, file: string): FileFacts => ({
  repository,
  file,
  ids: [],
  isHieradata: false,
  finds: [],
  template: [],
  failures: [],
});

const codeWanted = (file: string): TextWanted | undefined => {
  if (isTerraform(file)) return { limit: CODE_LIMIT, wanted: mayBeTerraform };
  return isYaml(file) || /\.(json|template)$/i.test(file) ? { limit: CODE_LIMIT, wanted: mayBeTemplate } : undefined;
};

const codeIn = (file: string, text: string): Pick<FileFacts, 'terraform' | 'template'> => {
  if (isTerraform(file)) return { terraform: readTerraform(text), template: [] };
  return { template: keysInTemplate(text) };
};

/** Keys that infrastructure code makes: nothing else is opened, and hieradata is not looked into. */
export const infrastructureCode: Purpose = {
  opens: (file) => codeWanted(file) !== undefined,
  textWanted: codeWanted,
  factsOf: (repository, file, { text, tooLarge }) => {
    const nothing = nothingIn(repository, file);
    if (text !== undefined) return { ...nothing, ...codeIn(file, text) };
    // There is no template of that size; nothing limits a file of Terraform's.
    return tooLarge && isTerraform(file)
      ? { ...nothing, failures: [failureOf(pathOf(repository, file), 'it is larger than 1 MB: not read')] }
      : undefined;
  },
};

/** Every use of a key, in any file. */
export const everyUse: Purpose = {
  opens: () => true,
  textWanted: (file) =>
    isYaml(file) ? { limit: YAML_LIMIT, wanted: (bytes, found) => found || mayBeHieradata(bytes) } : undefined,
  factsOf: (repository, file, { ids, text, tooLarge }) => {
    const nothing = { ...nothingIn(repository, file), ids };
    const fail = (reason: string): Failure => failureOf(pathOf(repository, file), reason);
    if (tooLarge && isYaml(file)) {
      return { ...nothing, failures: [fail('it is larger than 32 MB: searched for ids in clear only')] };
    }
    if (text === undefined) return ids.length > 0 ? nothing : undefined;
    const { finds, problem } = readHieradata(text);
    const isHieradata =
      belowHieradata(repository, file) ||
      mayBeHieradata(Buffer.from(text)) ||
      finds.some(({ hieraKey }) => hieraKey?.includes('::'));
    // What is no hieradata (a chart's template, for example) has no Hiera keys to miss: its ids are found all the same.
    const failures = problem !== undefined && isHieradata ? [fail(`it was read without Hiera keys: ${problem}`)] : [];
    return { ...nothing, isHieradata, finds, failures };
  },
};

/** `DIR/FILE`, as a person at the command line would write it. */
export const pathOf = (repository: string, file: string): string =>
  repository.endsWith('/') ? `${repository}${file}` : `${repository}/${file}`;
