import { reasonOf } from './domain/failure.ts';
import type { KeyLocation } from './domain/location.ts';
import type { Failure } from './domain/model.ts';
import type { Locator, LocatorContext, WantedKey } from './locators/locator.ts';

/** Where keys are used, as far as the locators that could be asked know. */
export type Whereabouts = {
  /** By access key id, in the order of the locators. */
  locations: ReadonlyMap<string, KeyLocation[]>;
  /** Locators that could not be asked here, and why. */
  notAsked: { id: string; why: string }[];
  failures: Failure[];
};

/** Asks every locator about the keys, at the same time. Never rejects: a locator that fails is a failure, not an empty answer. */
export const locate = async (
  keys: readonly WantedKey[],
  locators: readonly Locator[],
  context: LocatorContext,
): Promise<Whereabouts> => {
  const asked = locators.filter((locator) => locator.whyNot(context) === undefined);
  const answers = await Promise.all(
    asked.map(async (locator) => {
      try {
        return await locator.locate(keys, context);
      } catch (error) {
        const failure: Failure = { scope: 'locator', id: locator.id, reason: reasonOf(error) };
        return { locations: new Map<string, KeyLocation[]>(), failures: [failure] };
      }
    }),
  );
  return {
    locations: new Map(
      keys.map(({ accessKeyId }) => [
        accessKeyId,
        answers.flatMap(({ locations }) => locations.get(accessKeyId) ?? []),
      ]),
    ),
    notAsked: locators.flatMap(({ id, whyNot }) => {
      const why = whyNot(context);
      return why === undefined ? [] : [{ id, why }];
    }),
    failures: answers.flatMap(({ failures }) => failures),
  };
};
