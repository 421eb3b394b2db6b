import type { KeyLocation } from '../domain/location.ts';
import type { Locator } from './locator.ts';

/**
 * The IAM user's tag named by the access key id, which the console writes as the key's description:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
 */
export const keyDescription: Locator = {
  id: 'key-description',
  inAudit: 'every-finding',
  whyNot: ({ withoutAws }) => withoutAws,
  locate: async (keys) => ({
    locations: new Map(
      keys.flatMap(({ accessKeyId, owner }): [string, KeyLocation[]][] => {
        const text = owner?.tags[accessKeyId];
        return text ? [[accessKeyId, [{ source: 'key-description', state: 'seen', text }]]] : [];
      }),
    ),
    failures: [],
  }),
};
