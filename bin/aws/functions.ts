import { type FunctionConfiguration, type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { FindFunctions, FunctionUse } from '../../lambda/ports.ts';

/**
 * Looks into the environments of Lambda functions. Their values are compared where they are read: none is kept, returned
 * or put into an error.
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
    const found: FunctionUse[] = [];
    const unreadable: { functionName: string; reason: string }[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client: clientIn(region) }, {}, { abortSignal })) {
      for (const each of Functions) {
        const functionName = each.FunctionName ?? 'a function without a name';
        found.push(...usesIn(each, accessKeyIds).map((use) => ({ ...use, functionName })));
        const { Error: refusal } = each.Environment ?? {};
        if (refusal) unreadable.push({ functionName, reason: reasonOf(refusal) });
      }
    }
    return { found, unreadable };
  };

const usesIn = (
  { Environment }: FunctionConfiguration,
  accessKeyIds: readonly string[],
): Omit<FunctionUse, 'functionName'>[] =>
  Object.entries(Environment?.Variables ?? {}).flatMap(([variable, value]) =>
    accessKeyIds.filter((id) => value.includes(id)).map((accessKeyId) => ({ accessKeyId, variable })),
  );

const reasonOf = ({ ErrorCode = 'Error', Message = 'its environment could not be decrypted' }): string =>
  `${ErrorCode}: ${Message}`;
