import { type FunctionConfiguration, type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { given } from '../../lambda/domain/given.ts';
import type { FindFunctions, FunctionUse } from '../../lambda/ports.ts';

/**
 * Looks into the environments of Lambda functions and of their published versions, each of which keeps the one that it was
 * published with. Values are compared where they are read: none is kept, returned or put into an error.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
 */
export const findFunctions =
  ({
    clientIn,
    abortSignal,
  }: {
    /** Lambda is regional: one client for each. */
    clientIn: (region: string) => LambdaClient;
    abortSignal: AbortSignal;
  }): FindFunctions =>
  async (accessKeyIds, region) => {
    const found = new Map<string, FunctionUse>();
    const unreadable = new Map<string, { functionName: string; reason: string }>();
    const pages = paginateListFunctions({ client: clientIn(region) }, { FunctionVersion: 'ALL' }, { abortSignal });
    for await (const { Functions } of pages) {
      for (const each of given(Functions, 'Functions')) {
        const { FunctionName: functionName = 'a function without a name', Version: version = '$LATEST' } = each;
        for (const { accessKeyId, variable } of usesIn(each, accessKeyIds)) {
          const key = JSON.stringify([functionName, accessKeyId, variable]);
          const use = found.get(key) ?? { accessKeyId, functionName, variable, versions: [] };
          use.versions.push(version);
          found.set(key, use);
        }
        const { Error: refusal } = each.Environment ?? {};
        const reason = refusal && reasonOf(refusal);
        if (reason) unreadable.set(JSON.stringify([functionName, reason]), { functionName, reason });
      }
    }
    return { found: [...found.values()], unreadable: [...unreadable.values()] };
  };

const usesIn = (
  { Environment }: FunctionConfiguration,
  accessKeyIds: readonly string[],
): Pick<FunctionUse, 'accessKeyId' | 'variable'>[] =>
  Object.entries(Environment?.Variables ?? {}).flatMap(([variable, value]) =>
    accessKeyIds.filter((id) => value.includes(id)).map((accessKeyId) => ({ accessKeyId, variable })),
  );

const reasonOf = ({ ErrorCode = 'Error', Message = 'its environment could not be decrypted' }): string =>
  `${ErrorCode}: ${Message}`;
