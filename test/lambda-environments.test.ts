import { describe, expect, it } from '@jest/globals';
import { lambdaEnvironments } from '../lambda/locators/lambda-environments.ts';
import type { LocatorContext, WantedKey } from '../lambda/locators/locator.ts';
import type { FindFunctions, FunctionUse } from '../lambda/ports.ts';
import { accessKey, account, FIRST_KEY, hoursAgo, SECOND_KEY, unknown, used } from './builders.ts';

const keyUsedIn = (accessKeyId: string, region?: string): WantedKey => ({
  accessKeyId,
  owner: {
    userName: 'alice',
    arn: 'arn:aws:iam::111122223333:user/alice',
    tags: {},
    key: accessKey({ accessKeyId, lastUsed: region ? used(hoursAgo(1), { region }) : unknown }),
  },
});
const inAccount = (findFunctions: FindFunctions, region: string | undefined = 'us-east-1'): LocatorContext => ({
  settings: { thirdPartyServices: [] },
  aws: {
    account: account(),
    lookUpEvents: async () => ({ events: [], complete: true }),
    findFunctions,
    region,
  },
});
const nothing = async () => ({ found: [], unreadable: [] });
const nowhere = (regions: string, other = '') => ({
  source: 'lambda-environments',
  state: 'nothing-seen',
  text: `in no ${other}Lambda function of ${regions}; no other region was asked`,
});
const seen = (text: string) => ({ source: 'lambda-environments', state: 'seen', text });
const use = (overrides: Partial<FunctionUse> = {}): FunctionUse => ({
  accessKeyId: FIRST_KEY,
  functionName: 'import',
  variable: 'AWS_KEY',
  versions: ['$LATEST'],
  ...overrides,
});

describe('Lambda environments', () => {
  it('are told by function, region and variable, and keys that none holds are told too', async () => {
    const find: FindFunctions = async (_, region) => ({
      found: region === 'eu-west-1' ? [use()] : [],
      unreadable: [],
    });
    const keys = [keyUsedIn(FIRST_KEY, 'eu-west-1'), keyUsedIn(SECOND_KEY)];
    expect(await lambdaEnvironments.locate(keys, inAccount(find))).toEqual({
      locations: new Map([
        [
          FIRST_KEY,
          [seen('function import in eu-west-1, variable AWS_KEY'), nowhere('eu-west-1 and us-east-1', 'other ')],
        ],
        [SECOND_KEY, [nowhere('eu-west-1 and us-east-1')]],
      ]),
      failures: [],
    });
  });

  it.each([
    [['$LATEST'], ''],
    [['$LATEST', '7'], ', in $LATEST and published version 7'],
    [['7'], ', in published version 7'],
    [['$LATEST', '1', '2'], ', in $LATEST and published versions 1, 2'],
    [['1', '2', '3', '4', '50'], ', in published versions 1, 2, 3, 4, 50'],
    [['1', '2', '3', '4', '5', '60'], ', in 6 published versions up to 60'],
    [['$LATEST', '9', '10', '2', '3', '4', '5'], ', in $LATEST and 6 published versions up to 10'],
  ])('of the versions %j are told in few words', async (versions, words) => {
    const find: FindFunctions = async () => ({ found: [use({ versions })], unreadable: [] });
    const { locations } = await lambdaEnvironments.locate([keyUsedIn(FIRST_KEY)], inAccount(find));
    expect(locations.get(FIRST_KEY)?.[0]?.text).toBe(`function import in us-east-1, variable AWS_KEY${words}`);
  });

  it('are asked of all keys together, in every region where one was last used and in the program’s', async () => {
    const asked: [readonly string[], string][] = [];
    const find: FindFunctions = async (ids, region) => {
      asked.push([ids, region]);
      return nothing();
    };
    const keys = [keyUsedIn(FIRST_KEY, 'eu-west-1'), keyUsedIn(SECOND_KEY, 'eu-west-1'), { accessKeyId: 'third' }];
    await lambdaEnvironments.locate(keys, inAccount(find, 'us-east-1'));
    const ids = [FIRST_KEY, SECOND_KEY, 'third'];
    expect(asked).toEqual([
      [ids, 'eu-west-1'],
      [ids, 'us-east-1'],
    ]);
  });

  it('that cannot be decrypted are a failure by name, and do not hide the others', async () => {
    const find: FindFunctions = async () => ({
      found: [use()],
      unreadable: [{ functionName: 'locked', reason: 'AccessDeniedException: no' }],
    });
    const { locations, failures } = await lambdaEnvironments.locate([keyUsedIn(FIRST_KEY)], inAccount(find));
    expect(locations.get(FIRST_KEY)).toEqual([
      seen('function import in us-east-1, variable AWS_KEY'),
      nowhere('us-east-1', 'other '),
    ]);
    expect(failures).toEqual([
      {
        scope: 'locator',
        id: 'Lambda function locked of 111122223333 in us-east-1',
        reason: 'AccessDeniedException: no',
      },
    ]);
  });

  it('of a region that fails are a failure, and of it nothing is said', async () => {
    const find: FindFunctions = async (_, region) => {
      if (region === 'eu-west-1') throw Object.assign(new Error('Rate exceeded'), { name: 'TooManyRequestsException' });
      return nothing();
    };
    const only = [keyUsedIn(FIRST_KEY, 'eu-west-1')];
    const failure = {
      scope: 'locator',
      id: 'Lambda functions of 111122223333 in eu-west-1',
      reason: 'TooManyRequestsException: Rate exceeded',
    };
    expect(await lambdaEnvironments.locate(only, inAccount(find))).toEqual({
      locations: new Map([[FIRST_KEY, [nowhere('us-east-1')]]]),
      failures: [failure],
    });
    expect(await lambdaEnvironments.locate(only, inAccount(find, 'eu-west-1'))).toEqual({
      locations: new Map([[FIRST_KEY, []]]),
      failures: [failure],
    });
  });

  it('cannot be asked without a region, or where there is nobody to ask', async () => {
    const { aws, settings } = inAccount(nothing);
    const nowhereToLook = { settings, aws: { ...aws!, region: undefined } };
    await expect(lambdaEnvironments.locate([keyUsedIn(FIRST_KEY)], nowhereToLook)).rejects.toThrow(
      'no region is known to look in: set AWS_REGION',
    );
    const { findFunctions: _, ...withoutFunctions } = aws!;
    expect(lambdaEnvironments.whyNot({ settings, aws: withoutFunctions })).toBe('Lambda functions are not asked here');
    expect(lambdaEnvironments.whyNot({ settings, withoutAws: 'there are no credentials' })).toBe(
      'there are no credentials',
    );
    expect(lambdaEnvironments.whyNot(inAccount(nothing))).toBeUndefined();
  });
});
