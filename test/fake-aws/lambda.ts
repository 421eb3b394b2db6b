/**
 * Lambda's ListFunctions, of the region that is asked.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
 */
import type { FakeEnvironment, FakeFunction } from './functions.ts';
import { cutPage } from './paging.ts';
import { type Answer, type Operation, optional, type Service, WireError } from './wire.ts';

/** "MaxItems: … ListFunctions returns a maximum of 50 items in each response, even if you set the number higher." */
const LARGEST_PAGE = 50;

const listFunctions: Operation = (params, { world, account, caller }) => {
  const requested = Math.min(Number(params['MaxItems'] ?? LARGEST_PAGE), LARGEST_PAGE);
  const wanted = optional(params, 'FunctionVersion');
  const here = account.functions
    .filter(({ region }) => region === caller.region)
    .flatMap((each) => (wanted === 'ALL' ? everyVersionOf(each) : everyVersionOf(each).slice(0, 1)));
  const page = requested >= 1 ? cutPage(here, optional(params, 'Marker'), world.paging, requested) : undefined;
  if (!page || (wanted !== undefined && wanted !== 'ALL')) {
    throw new WireError(400, 'InvalidParameterValueException', 'One of the parameters in the request is not valid.');
  }
  return {
    Functions: page.items.map(({ functionName, environment, region, version }) => ({
      FunctionName: functionName,
      FunctionArn: `arn:${account.partition}:lambda:${region}:${account.id}:function:${functionName}${wanted ? `:${version}` : ''}`,
      Runtime: 'nodejs24.x',
      Version: version,
      Environment: environmentAnswer(environment),
    })),
    NextMarker: page.next,
  };
};

/** "Set FunctionVersion to ALL to include all published versions of each function in addition to the unpublished version." */
const everyVersionOf = (each: FakeFunction) => [
  { ...each, version: '$LATEST' },
  ...each.published.map((environment, at) => ({ ...each, environment, version: `${at + 1}` })),
];

/** A function without variables has no environment; one whose key the caller may not use says so, and is listed all the same. */
const environmentAnswer = (environment: FakeEnvironment): Answer | undefined => {
  if (environment === 'undecryptable') {
    const Message =
      'Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function’s KMS key settings.';
    return { Error: { ErrorCode: 'AccessDeniedException', Message } };
  }
  return Object.keys(environment).length > 0 ? { Variables: environment } : undefined;
};

export const fakeLambda: Service = {
  name: 'lambda',
  protocol: 'rest-json',
  namespace: '',
  routes: { 'GET /2015-03-31/functions': 'ListFunctions' },
  operations: { ListFunctions: listFunctions },
};
