import { describe, expect, it } from '@jest/globals';
import { lambdaEnvironments } from '../lambda/locators/lambda-environments.ts';
import type { LocatorContext, WantedKey } from '../lambda/locators/locator.ts';
import type { FindFunctions } from '../lambda/ports.ts';
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
const nowhere = (regions: string) => [
  { source: 'lambda-environments', state: 'nothing-seen', text: `in no Lambda function of ${regions}` },
];

describe('Lambda environments', () => {
  it('are told by function, region and variable, and keys that none holds are told too', async () => {
    const find: FindFunctions = async (_, region) => ({
      found: region === 'eu-west-1' ? [{ accessKeyId: FIRST_KEY, functionName: 'import', variable: 'AWS_KEY' }] : [],
      unreadable: [],
    });
    const keys = [keyUsedIn(FIRST_KEY, 'eu-west-1'), keyUsedIn(SECOND_KEY)];
    expect(await lambdaEnvironments.locate(keys, inAccount(find))).toEqual({
      locations: new Map([
        [
          FIRST_KEY,
          [
            {
              source: 'lambda-environments',
              state: 'seen',
              text: 'function import in eu-west-1, variable AWS_KEY',
            },
          ],
        ],
        [SECOND_KEY, nowhere('eu-west-1, us-east-1')],
      ]),
      failures: [],
    });
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
      found: [{ accessKeyId: FIRST_KEY, functionName: 'import', variable: 'AWS_KEY' }],
      unreadable: [{ functionName: 'locked', reason: 'AccessDeniedException: no' }],
    });
    const { locations, failures } = await lambdaEnvironments.locate([keyUsedIn(FIRST_KEY)], inAccount(find));
    expect(locations.get(FIRST_KEY)?.map(({ text }) => text)).toEqual([
      'function import in us-east-1, variable AWS_KEY',
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
      locations: new Map([[FIRST_KEY, nowhere('us-east-1')]]),
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
