import {
  LambdaClient,
  ListFunctionsCommand,
  type ListFunctionsCommandInput,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
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

  it('answers published versions, each with its own environment, only where they are asked for', async () => {
    const functions = [
      { functionName: 'import', environment: { KEY: 'new' }, published: [{ KEY: 'old' }, 'undecryptable' as const] },
      { functionName: 'bare' },
    ];
    const aws = await start({ world: fakeWorld({ accounts: [{ functions }] }) });
    const client = new LambdaClient(once(aws));
    const versions = async (input: ListFunctionsCommandInput) =>
      (await client.send(new ListFunctionsCommand(input))).Functions?.map(
        ({ FunctionArn = '', Version, Environment }) => [
          FunctionArn.split(':function:')[1],
          Version,
          Environment?.Variables ?? Environment?.Error?.ErrorCode,
        ],
      );
    expect(await versions({})).toEqual([
      ['import', '$LATEST', { KEY: 'new' }],
      ['bare', '$LATEST', undefined],
    ]);
    expect(await versions({ FunctionVersion: 'ALL' })).toEqual([
      ['import:$LATEST', '$LATEST', { KEY: 'new' }],
      ['import:1', '1', { KEY: 'old' }],
      ['import:2', '2', 'AccessDeniedException'],
      ['bare:$LATEST', '$LATEST', undefined],
    ]);
    expect(await refusal(versions({ FunctionVersion: 'all' as never }))).toMatchObject({
      name: 'InvalidParameterValueException',
    });
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
