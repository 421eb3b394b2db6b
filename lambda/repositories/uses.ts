import { dirname } from 'node:path/posix';
import type { RepositoryPlace } from '../domain/location.ts';
import type { KeyInCode, RepositoryUse } from '../ports.ts';
import type { FileFacts } from './file-facts.ts';
import { placeOf } from './place.ts';
import { type HieraReference, type HieraUse, usesByReference } from './references.ts';
import { terraformUser } from './terraform.ts';

/** Every use in one repository, in order of file and line; an id that stands twice on a line is one use. */
export const usesOf = (files: readonly FileFacts[]): RepositoryUse[] => {
  const places = new Map(files.map((facts) => [facts.file, placeIn(facts)]));
  const standing = files.flatMap(usesInFile);
  const references = files.flatMap(referencesInFile);
  const byReference = usesByReference(standing, references);
  const uses = [...standing, ...byReference].map(
    ({ accessKeyId, file, line, hieraKey, encrypted, via }: HieraUse & { encrypted?: true }): RepositoryUse => ({
      accessKeyId,
      place: { ...places.get(file), ...placeAt(file, line, hieraKey), repository: files[0]?.repository ?? '' },
      ...(encrypted && via === undefined && { encrypted }),
      ...(via !== undefined && { via }),
    }),
  );
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()].sort(byPlace);
};

const placeAt = (file: string, line: number | null, hieraKey: string | undefined) => ({
  file,
  line,
  ...(hieraKey !== undefined && { hieraKey }),
});

const placeIn = (facts: FileFacts): { environment?: string; namespace?: string } =>
  facts.isHieradata ? placeOf(facts.file) : {};

/** At Hiera keys, and beside them: in comments, in the names of keys, in files that are no YAML. */
const usesInFile = (facts: FileFacts): (HieraUse & { encrypted?: true })[] => {
  const { file, ids, finds } = facts;
  const { environment } = placeIn(facts);
  const atKeys = finds
    .filter(({ kind }) => kind === 'id')
    .map(({ text, line, hieraKey, via, encrypted }) => ({
      accessKeyId: text,
      file,
      line,
      ...(hieraKey !== undefined && { hieraKey }),
      ...(via !== undefined && { via }),
      ...(environment !== undefined && { environment }),
      ...(encrypted && { encrypted }),
    }));
  const known = new Set(
    atKeys.filter(({ encrypted, via }) => !encrypted && !via).map(({ accessKeyId, line }) => `${accessKeyId} ${line}`),
  );
  return [
    ...atKeys,
    ...ids.filter(({ accessKeyId, line }) => !known.has(`${accessKeyId} ${line}`)).map((id) => ({ ...id, file })),
  ];
};

const referencesInFile = (facts: FileFacts): HieraReference[] => {
  const { environment } = placeIn(facts);
  return facts.finds
    .filter(({ kind }) => kind === 'reference')
    .map(({ text, line, hieraKey }) => ({
      reference: text,
      file: facts.file,
      line,
      ...(hieraKey !== undefined && { hieraKey }),
      ...(environment !== undefined && { environment }),
    }));
};

/** Every key that the infrastructure code of one repository makes, in order of file and line. */
export const keysInCodeOf = (files: readonly FileFacts[]): KeyInCode[] => {
  const modules = new Map<string, Map<string, string | null>>();
  for (const { file, terraform } of files) {
    const users = modules.get(dirname(file)) ?? new Map<string, string | null>();
    for (const [label, name] of terraform?.users ?? []) users.set(label, name);
    modules.set(dirname(file), users);
  }
  const keys = files.flatMap(({ repository, file, terraform, template }): KeyInCode[] => [
    ...(terraform?.keys ?? []).map(({ user, line }) => ({
      tool: 'Terraform',
      userName: terraformUser(user, modules.get(dirname(file)) ?? new Map()),
      place: { repository, file, line },
    })),
    ...template.map(({ userName, line }) => ({ tool: 'CloudFormation', userName, place: { repository, file, line } })),
  ]);
  return keys.sort(byPlace);
};

/** Code units, not a language's order: the same everywhere. */
const byPlace = (a: { place: RepositoryPlace }, b: { place: RepositoryPlace }): number => {
  const [ours, theirs] = [a, b].map(({ place, ...rest }) => [
    place.file,
    place.line ?? 0,
    place.hieraKey ?? '',
    JSON.stringify(rest),
  ]);
  for (const [at, mine] of (ours ?? []).entries()) {
    const other = theirs?.[at] ?? '';
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return 0;
};
