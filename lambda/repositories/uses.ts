import { dirname } from 'node:path/posix';
import type { RepositoryPlace } from '../domain/location.ts';
import type { KeyInCode, RepositoryUse } from '../ports.ts';
import { type FileFacts, pathOf } from './file-facts.ts';
import { placeOf } from './place.ts';
import { type HieraReference, type HieraUse, usesByReference } from './references.ts';
import { terraformUser } from './terraform.ts';

/**
 * Every use in the repositories, which see each other's Hiera keys. In order of repository, file and line; an id that stands
 * twice on a line is one use.
 */
export const usesOf = (files: readonly FileFacts[]): RepositoryUse[] => {
  const places = new Map(files.map((facts) => [pathOf(facts.repository, facts.file), placeIn(facts)]));
  const standing = files.flatMap(usesInFile);
  const references = files.flatMap(referencesInFile);
  const byReference = usesByReference(standing, references);
  const uses = [...standing, ...byReference].map(
    ({ accessKeyId, repository, file, line, hieraKey, encrypted, via }: StandingUse): RepositoryUse => ({
      accessKeyId,
      place: {
        ...places.get(pathOf(repository, file)),
        repository,
        file,
        line,
        ...(hieraKey !== undefined && { hieraKey }),
      },
      ...(encrypted && via === undefined && { encrypted }),
      ...(via !== undefined && { via }),
    }),
  );
  return inOrder([...new Map(uses.map((use) => [JSON.stringify(use), use])).values()], files);
};

type StandingUse = HieraUse & { encrypted?: true };

const placeIn = (facts: FileFacts): { environment?: string; namespace?: string } =>
  facts.isHieradata ? placeOf(facts.file) : {};

/** At Hiera keys, and beside them: in comments, in the names of keys, in files that are no YAML. */
const usesInFile = (facts: FileFacts): StandingUse[] => {
  const { repository, file, ids, finds } = facts;
  const { environment } = placeIn(facts);
  const atKeys = finds
    .filter(({ kind }) => kind === 'id')
    .map(({ text, line, hieraKey, via, encrypted }) => ({
      accessKeyId: text,
      repository,
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
    ...ids
      .filter(({ accessKeyId, line }) => !known.has(`${accessKeyId} ${line}`))
      .map((id) => ({ ...id, repository, file })),
  ];
};

const referencesInFile = (facts: FileFacts): HieraReference[] => {
  const { repository, file, finds } = facts;
  const { environment } = placeIn(facts);
  return finds
    .filter(({ kind }) => kind === 'reference')
    .map(({ text, line, hieraKey }) => ({
      reference: text,
      repository,
      file,
      line,
      ...(hieraKey !== undefined && { hieraKey }),
      ...(environment !== undefined && { environment }),
    }));
};

/** Every key that infrastructure code makes, in order of repository, file and line. Terraform files of one folder are one module. */
export const keysInCodeOf = (files: readonly FileFacts[]): KeyInCode[] => {
  const moduleOf = ({ repository, file }: FileFacts): string => pathOf(repository, dirname(file));
  const modules = new Map<string, Map<string, string | null>>();
  for (const facts of files) {
    const users = modules.get(moduleOf(facts)) ?? new Map<string, string | null>();
    for (const [label, name] of facts.terraform?.users ?? []) users.set(label, name);
    modules.set(moduleOf(facts), users);
  }
  const keys = files.flatMap((facts): KeyInCode[] => {
    const { repository, file, terraform, template } = facts;
    return [
      ...(terraform?.keys ?? []).map(({ user, line }) => ({
        tool: 'Terraform',
        userName: terraformUser(user, modules.get(moduleOf(facts)) ?? new Map()),
        place: { repository, file, line },
      })),
      ...template.map(({ userName, line }) => ({
        tool: 'CloudFormation',
        userName,
        place: { repository, file, line },
      })),
    ];
  });
  return inOrder(keys, files);
};

/** Repositories as they were searched. Within one by code units, not a language's order: the same everywhere. */
const inOrder = <Found extends { place: RepositoryPlace }>(found: Found[], files: readonly FileFacts[]): Found[] => {
  const repositories = [...new Set(files.map(({ repository }) => repository))];
  const order = ({ place, ...rest }: Found): (string | number)[] => [
    repositories.indexOf(place.repository),
    place.file,
    place.line ?? 0,
    place.hieraKey ?? '',
    JSON.stringify(rest),
  ];
  return found
    .map((each) => ({ each, keys: order(each) }))
    .sort((a, b) => compare(a.keys, b.keys))
    .map(({ each }) => each);
};

const compare = (ours: readonly (string | number)[], theirs: readonly (string | number)[]): number => {
  for (const [at, mine] of ours.entries()) {
    const other = theirs[at] ?? '';
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return 0;
};
