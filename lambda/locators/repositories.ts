import type { KeyLocation } from '../domain/location.ts';
import type { RepositorySearch, RepositoryUse } from '../ports.ts';
import type { Locator } from './locator.ts';

/** Files that hold the key's id, in clear or encrypted, and values that get it by reference. */
export const repositories: Locator = {
  id: 'repositories',
  inAudit: 'never',
  whyNot: ({ searchRepositories }) => (searchRepositories ? undefined : 'no --repo was given'),
  locate: async (keys, { searchRepositories }) => {
    if (!searchRepositories) return { locations: new Map(), failures: [] };
    const search = await searchRepositories();
    const locations = new Map(
      keys.map(({ accessKeyId }): [string, KeyLocation[]] => {
        const seen = search.uses.filter((use) => use.accessKeyId === accessKeyId).map(seenAt);
        return [accessKeyId, seen.length > 0 ? seen : [notSeen(search)]];
      }),
    );
    return { locations, failures: search.failures };
  },
};

const seenAt = ({ place, encrypted, via }: RepositoryUse): KeyLocation => {
  const { repository, file, line, hieraKey } = place;
  const where = `${repository.replace(/\/$/, '')}/${file}${line === null ? '' : `:${line}`}`;
  const text = [where, hieraKey, encrypted && '(encrypted)', via !== undefined && `via ${via}`]
    .filter(Boolean)
    .join(' ');
  const details = { ...place, ...(encrypted && { encrypted }), ...(via !== undefined && { via }) };
  return { source: 'repositories', state: 'seen', text, place: details };
};

const notSeen = ({ files, repositories: searched }: RepositorySearch): KeyLocation => {
  const count = `${files.toLocaleString('en-GB')} ${files === 1 ? 'file' : 'files'}`;
  return { source: 'repositories', state: 'nothing-seen', text: `not in the ${count} of ${searched.join(', ')}` };
};
