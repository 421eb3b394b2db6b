import type { KeyLocation } from '../domain/location.ts';
import type { Locator } from './locator.ts';

/** Services outside AWS into which keys were typed by hand: no program can look there, so each is to be checked. */
export const thirdParties: Locator = {
  id: 'third-parties',
  inAudit: 'never',
  whyNot: ({ settings }) =>
    settings.thirdPartyServices.length > 0 ? undefined : 'the settings name no thirdPartyServices',
  locate: async (keys, { settings }) => {
    const checklist = settings.thirdPartyServices.map(
      ({ name, url }): KeyLocation => ({ source: 'third-parties', state: 'to-check', text: `${name}: ${url}` }),
    );
    return { locations: new Map(keys.map(({ accessKeyId }) => [accessKeyId, checklist])), failures: [] };
  },
};
