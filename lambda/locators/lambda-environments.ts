import { reasonOf } from '../domain/failure.ts';
import type { KeyLocation } from '../domain/location.ts';
import type { Failure } from '../domain/model.ts';
import type { FunctionUse } from '../ports.ts';
import type { Locator, LocatorContext, WantedKey } from './locator.ts';

const NOT_ASKED = 'Lambda functions are not asked here';

/** Functions of the keys' account that are given a key by their environment, in the regions where the keys were last used. */
export const lambdaEnvironments: Locator = {
  id: 'lambda-environments',
  inAudit: 'never',
  whyNot: ({ aws, withoutAws }) => (aws?.findFunctions ? undefined : (withoutAws ?? NOT_ASKED)),
  locate: async (keys, { aws }) => {
    if (!aws?.findFunctions) throw new Error(NOT_ASKED);
    const regions = regionsOf(keys, aws);
    if (regions.length === 0) throw new Error('no region is known to look in: set AWS_REGION');
    const ids = keys.map(({ accessKeyId }) => accessKeyId);
    const ask = aws.findFunctions;
    const answers = await Promise.all(regions.map((region) => askRegion(ask, ids, region, aws.account.id)));
    const read = answers.filter(({ isRead }) => isRead).map(({ region }) => region);
    return {
      locations: new Map(
        ids.map((id) => {
          const uses = answers.flatMap(({ found, region }) =>
            found.filter(({ accessKeyId }) => accessKeyId === id).map((use) => seen(use, region)),
          );
          return [id, [...uses, ...restUnseen(read, uses.length > 0)]];
        }),
      ),
      failures: answers.flatMap(({ failures }) => failures),
    };
  },
};

type Asked = NonNullable<LocatorContext['aws']>;

const regionsOf = (keys: readonly WantedKey[], { region }: Asked): string[] => {
  const lastUsedIn = keys.flatMap(({ owner }) =>
    owner?.key.lastUsed.state === 'used' ? [owner.key.lastUsed.region] : [],
  );
  return [...new Set([...lastUsedIn, region].filter((each) => each !== undefined))];
};

/** A region that cannot be asked says nothing: it is a failure, and no proof of absence. */
const askRegion = async (
  ask: NonNullable<Asked['findFunctions']>,
  ids: readonly string[],
  region: string,
  accountId: string,
): Promise<{ region: string; isRead: boolean; found: FunctionUse[]; failures: Failure[] }> => {
  try {
    const { found, unreadable } = await ask(ids, region);
    const failures = unreadable.map(
      ({ functionName, reason }): Failure => ({
        scope: 'locator',
        id: `Lambda function ${functionName} of ${accountId} in ${region}`,
        reason,
      }),
    );
    return { region, isRead: true, found, failures };
  } catch (error) {
    const id = `Lambda functions of ${accountId} in ${region}`;
    return { region, isRead: false, found: [], failures: [{ scope: 'locator', id, reason: reasonOf(error) }] };
  }
};

const seen = ({ functionName, variable, versions }: FunctionUse, region: string): KeyLocation => ({
  source: 'lambda-environments',
  state: 'seen',
  text: [`function ${functionName} in ${region}`, `variable ${variable}`, ...versionWords(versions)].join(', '),
});

/** Published versions that are told one by one: some functions have hundreds. */
const VERSIONS_TOLD = 5;

/** Nothing where it is the function as it is now, and none of its published versions: that is what everybody expects. */
const versionWords = (versions: readonly string[]): string[] => {
  const published = versions.filter((version) => version !== LATEST);
  if (published.length === 0) return [];
  const [first, ...others] = published;
  const told =
    others.length === 0
      ? `published version ${first}`
      : published.length <= VERSIONS_TOLD
        ? `published versions ${published.join(', ')}`
        : `${published.length} published versions up to ${Math.max(...published.map(Number))}`;
  return [`in ${versions.includes(LATEST) ? `${LATEST} and ` : ''}${told}`];
};

/** The function as it is now: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
const LATEST = '$LATEST';

/** Which regions were asked, as there are others. Nothing where none could be. */
const restUnseen = (regions: readonly string[], isSeen: boolean): KeyLocation[] =>
  regions.length === 0
    ? []
    : [
        {
          source: 'lambda-environments',
          state: 'nothing-seen',
          text: `in no ${isSeen ? 'other ' : ''}Lambda function of ${regions.join(' and ')}; no other region was asked`,
        },
      ];
