/** Who makes use of an access key id by naming the Hiera key that it stands at. */

/** An id at a Hiera key. `via` is where it stands, when it does not stand there itself. */
export type HieraUse = {
  accessKeyId: string;
  repository: string;
  file: string;
  line: number | null;
  hieraKey?: string;
  environment?: string;
  via?: string;
};
/** A value that is interpolated from the Hiera key `reference`. */
export type HieraReference = {
  reference: string;
  repository: string;
  file: string;
  line: number;
  hieraKey?: string;
  environment?: string;
};

/**
 * The uses that come about by reference, directly or by way of others, whatever the repository: Puppet reads the data of
 * several as one. A file of one environment does not see the values of another; `common` ones are seen by all. Where
 * the reference is to a hash, the use is of what is below it.
 */
export const usesByReference = (uses: readonly HieraUse[], references: readonly HieraReference[]): HieraUse[] => {
  const byKey = new Map<string, HieraReference[]>();
  for (const reference of references) {
    const same = byKey.get(reference.reference);
    if (same) same.push(reference);
    else byKey.set(reference.reference, [reference]);
  }
  const found: HieraUse[] = [];
  const seen = new Set<string>();
  const queue = [...uses];
  // Grows while it is gone through.
  for (const use of queue) {
    for (const { reference, derived } of usersOf(use, byKey)) {
      // By the key of the reference: a hash that refers to itself would grow one step with each round.
      const { accessKeyId, repository, file, line, via, environment } = derived;
      const identity = JSON.stringify([accessKeyId, repository, file, line, reference.hieraKey, via, environment]);
      if (seen.has(identity) || derived.hieraKey === via) continue;
      seen.add(identity);
      found.push(derived);
      queue.push(derived);
    }
  }
  return found;
};

type Derived = { reference: HieraReference; derived: HieraUse };

const usersOf = (use: HieraUse, byKey: ReadonlyMap<string, readonly HieraReference[]>): Derived[] => {
  const { accessKeyId, hieraKey } = use;
  if (hieraKey === undefined) return [];
  return prefixesOf(hieraKey).flatMap((prefix) =>
    (byKey.get(prefix) ?? [])
      .filter(({ environment }) => sees(environment, use.environment))
      .map((reference) => {
        const { repository, file, line, hieraKey: userKey } = reference;
        // By way of a common file, a value stays that of its environment.
        const environment = isOfOne(reference.environment) ? reference.environment : use.environment;
        const derived = {
          accessKeyId,
          repository,
          file,
          line,
          ...(userKey !== undefined && { hieraKey: userKey + hieraKey.slice(prefix.length) }),
          ...(environment !== undefined && { environment }),
          via: use.via ?? hieraKey,
        };
        return { reference, derived };
      }),
  );
};

/** `a::b.c.0`: `a::b.c.0`, `a::b.c`, `a::b`. */
const prefixesOf = (hieraKey: string): string[] => {
  const steps = hieraKey.split('.');
  return steps.map((_, dropped) => steps.slice(0, steps.length - dropped).join('.'));
};

const sees = (mine: string | undefined, theirs: string | undefined): boolean =>
  mine === theirs || !isOfOne(mine) || !isOfOne(theirs);
const isOfOne = (environment: string | undefined): boolean => environment !== undefined && environment !== 'common';
