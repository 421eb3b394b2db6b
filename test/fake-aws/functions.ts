/** What a Lambda function was given; `undecryptable` where the caller may not use its KMS key. */
export type FakeEnvironment = Record<string, string> | 'undecryptable';

/** A Lambda function, and its environment. */
export interface FakeFunction {
  region: string;
  functionName: string;
  environment: FakeEnvironment;
  /** Those of its published versions 1, 2 and so on, which keep what they were published with. */
  published: FakeEnvironment[];
}

/** Functions without an environment, unless they are given one. */
export const fakeFunctions = (given: readonly Partial<FakeFunction>[]): FakeFunction[] =>
  given.map((overrides, at) => ({
    region: 'us-east-1',
    functionName: `function-${at + 1}`,
    environment: {},
    published: [],
    ...overrides,
  }));
