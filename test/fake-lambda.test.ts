import { LambdaClient, ListFunctionsCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { fakeWorld } from './fake-aws/index.ts';
import { collect, once, refusal, start } from './fake-aws-clients.ts';

describe('ListFunctions', () => {
  it('answers the functions of the region asked, with their environments as far as they can be read', async () => {
    const aws = await start({
      world: fakeWorld({
        accounts: [
          {
            functions: [
              { functionName: 'import', environment: { BUCKET: 'b', STAGE: 'é"<' } },
              { functionName: 'bare' },
              { functionName: 'locked', environment: 'undecryptable' },
              { functionName: 'elsewhere', region: 'eu-west-1' },
            ],
          },
        ],
      }),
    });
    const { Functions } = await new LambdaClient(once(aws)).send(new ListFunctionsCommand({}));
    expect(Functions?.map(({ FunctionName, Environment }) => ({ FunctionName, Environment }))).toEqual([
      { FunctionName: 'import', Environment: { Variables: { BUCKET: 'b', STAGE: 'é"<' } } },
      { FunctionName: 'bare', Environment: undefined },
      {
        FunctionName: 'locked',
        Environment: {
          Error: {
            ErrorCode: 'AccessDeniedException',
            Message: expect.stringContaining('Lambda was unable to decrypt'),
          },
        },
      },
    ]);
    expect(aws.calls.byOperation()).toEqual({ 'lambda:ListFunctions': 1 });
  });

  it.each([{}, { size: 3, short: true, empty: true }])('gives every function once, in pages %j', async (paging) => {
    const functions = Array.from({ length: 120 }, (_, number) => ({ functionName: `f-${number}` }));
    const aws = await start({ world: fakeWorld({ accounts: [{ functions }], paging }) });
    const client = new LambdaClient(once(aws));
    const names = await collect(paginateListFunctions({ client, pageSize: 1000 }, {}), ({ Functions }) =>
      Functions?.map(({ FunctionName }) => FunctionName),
    );
    expect(names).toEqual(functions.map(({ functionName }) => functionName));
    expect(aws.calls.of('lambda:ListFunctions')[0]?.params).toEqual({ MaxItems: '1000' });
  });

  it('refuses a strange Marker', async () => {
    const aws = await start();
    const client = new LambdaClient(once(aws));
    expect(await refusal(client.send(new ListFunctionsCommand({ Marker: 'x' })))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });

  it.each([
    ['deny', 'AccessDeniedException', 403],
    ['throttle', 'TooManyRequestsException', 429],
    ['error500', 'ServiceException', 500],
    ['expired-token', 'ExpiredTokenException', 403],
  ] as const)('%s is %s', async (kind, name, status) => {
    const aws = await start();
    aws.faults.add({ operation: 'lambda:*', kind });
    const client = new LambdaClient(once(aws));
    expect(await refusal(client.send(new ListFunctionsCommand({})))).toMatchObject({ name, status });
  });
});
