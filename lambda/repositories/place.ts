/** What the path of a hieradata file says: of which environment it is, and of what. */

const environments = new Set([
  'integration',
  'staging',
  'production',
  'training',
  'development',
  'test',
  'preview',
  'sandbox',
  'common',
]);

/**
 * The environment is the last word of the path that names one; `common` only where no other does, so that
 * `staging/common.yaml` is staging's. The namespace is what else the path says, without `hieradata` and `credentials`:
 * a folder's whole name (`puppet_aws`), or its other words where it holds one of those (`production_apps_credentials`: `apps`).
 */
export const placeOf = (file: string): { environment?: string; namespace?: string } => {
  const segments = file.replace(/\.[^./]+$/, '').split('/');
  const named = segments.flatMap(wordsOf).filter((word) => environments.has(word));
  const environment = named.findLast((word) => word !== 'common') ?? named.at(-1);
  const dropped = new Set(['hieradata', 'credentials', ...(environment ? [environment] : [])]);
  const names = segments.flatMap((segment) => {
    const words = wordsOf(segment);
    return words.some((word) => dropped.has(word)) ? words.filter((word) => !dropped.has(word)) : [segment];
  });
  const namespace = [...new Set(names)].filter((name) => name !== '').join(' ');
  return { ...(environment && { environment }), ...(namespace && { namespace }) };
};

const wordsOf = (segment: string): string[] => segment.toLowerCase().split(/[_.-]+/);

/** Whether the file is below a folder that is named as Puppet's data usually is. */
export const belowHieradata = (repository: string, file: string): boolean => {
  const folders = [...repository.split(/[\\/]/).slice(-1), ...file.split('/').slice(0, -1)];
  return folders.some((folder) => /^hieradata/i.test(folder));
};
