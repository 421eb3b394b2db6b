import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { findFunctions } from '../bin/aws/functions.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeAccountOverrides, fakeWorld } from './fake-aws/index.ts';

const account = async (functions: FakeAccountOverrides['functions'] & {}, size = 100) => {
  const aws = await embeddedAws({ world: fakeWorld({ accounts: [{ functions }], paging: { size } }) });
  const find = findFunctions({
    clientIn: (region) => new LambdaClient({ ...aws.clientConfig, region, maxAttempts: 1 }),
    abortSignal: new AbortController().signal,
  });
  return { aws, find };
};

describe('functions', () => {
  it('are found by every variable whose value is a key, or holds one', async () => {
    const { find } = await account([
      { functionName: 'import', environment: { KEY: FIRST_KEY, URL: `https://${SECOND_KEY}:p@example.com`, A: 'b' } },
      { functionName: 'export', environment: { BOTH: `${FIRST_KEY} ${SECOND_KEY}` } },
      { functionName: 'none', environment: { KEY: 'AKIAIOSFODNN7', EMPTY: '' } },
      { functionName: 'bare' },
      { functionName: 'elsewhere', environment: { KEY: FIRST_KEY }, region: 'eu-west-1' },
    ]);
    const versions = ['$LATEST'];
    expect(await find([FIRST_KEY, SECOND_KEY], 'us-east-1')).toEqual({
      found: [
        { accessKeyId: FIRST_KEY, functionName: 'import', variable: 'KEY', versions },
        { accessKeyId: SECOND_KEY, functionName: 'import', variable: 'URL', versions },
        { accessKeyId: FIRST_KEY, functionName: 'export', variable: 'BOTH', versions },
        { accessKeyId: SECOND_KEY, functionName: 'export', variable: 'BOTH', versions },
      ],
      unreadable: [],
    });
    expect(await find([SECOND_KEY], 'eu-west-1')).toEqual({ found: [], unreadable: [] });
  });

  it('are found by their published versions, too, and told once', async () => {
    const { find } = await account(
      [
        { functionName: 'both', environment: { KEY: FIRST_KEY }, published: [{}, { KEY: FIRST_KEY, OLD: FIRST_KEY }] },
        { functionName: 'once', published: [{ KEY: FIRST_KEY }, { KEY: SECOND_KEY }, { KEY: FIRST_KEY }] },
      ],
      2,
    );
    expect((await find([FIRST_KEY], 'us-east-1')).found).toEqual([
      { accessKeyId: FIRST_KEY, functionName: 'both', variable: 'KEY', versions: ['$LATEST', '2'] },
      { accessKeyId: FIRST_KEY, functionName: 'both', variable: 'OLD', versions: ['2'] },
      { accessKeyId: FIRST_KEY, functionName: 'once', variable: 'KEY', versions: ['1', '3'] },
    ]);
  });

  it('whose environment cannot be decrypted are named, once for all their versions', async () => {
    const { find } = await account([
      { functionName: 'locked', environment: 'undecryptable', published: ['undecryptable', {}] },
    ]);
    expect(await find([FIRST_KEY], 'us-east-1')).toEqual({
      found: [],
      unreadable: [
        {
          functionName: 'locked',
          reason: expect.stringMatching(/^AccessDeniedException: Lambda was unable to decrypt the environment/),
        },
      ],
    });
  });

  it('of every page are looked into', async () => {
    const functions = Array.from({ length: 5 }, (_, at) => ({
      functionName: `f-${at}`,
      environment: { KEY: FIRST_KEY },
    }));
    const { find } = await account(functions, 2);
    const { found } = await find([FIRST_KEY], 'us-east-1');
    expect(found.map(({ functionName }) => functionName)).toEqual(functions.map(({ functionName }) => functionName));
  });

  it.each([
    ['deny', 'AccessDeniedException'],
    ['throttle', 'TooManyRequestsException'],
  ] as const)('that cannot be listed (%s) are an error', async (kind, name) => {
    const { aws, find } = await account([{ environment: { KEY: FIRST_KEY, OTHER: 'a decrypted value' } }]);
    aws.faults.add({ operation: 'lambda:ListFunctions', kind });
    await expect(find([FIRST_KEY], 'us-east-1')).rejects.toMatchObject({ name });
  });

  it('keep the values of their variables to themselves', async () => {
    const { find } = await account([{ environment: { KEY: `${FIRST_KEY}:a decrypted value` } }]);
    expect(JSON.stringify(await find([FIRST_KEY], 'us-east-1'))).not.toContain('a decrypted value');
  });
});
