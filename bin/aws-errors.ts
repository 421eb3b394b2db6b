import { reasonOf } from '../lambda/domain/failure.ts';
import { UsageError } from './exit-codes.ts';

/** Why AWS could not be reached or let nobody in, as a sentence that says what to do. */
export const connectionProblem = (error: unknown): UsageError => {
  const reason = reasonOf(error);
  const advice = advices.find(([pattern]) => pattern.test(reason))?.[1];
  return new UsageError(advice ? `${advice} (${reason})` : `AWS could not be asked who you are: ${reason}`, {
    cause: error,
  });
};

const advices: readonly [pattern: RegExp, advice: string][] = [
  [
    /Region is missing/i,
    'There is no AWS region: set AWS_REGION, for example AWS_REGION=eu-west-1; any region of your partition will do',
  ],
  [
    /CredentialsProviderError/,
    'There are no usable AWS credentials: sign in (aws sso login), check AWS_PROFILE, or audit a downloaded report with --credential-report FILE',
  ],
  [
    /RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|Signature (expired|not yet current)/,
    'AWS’s clock differs from this machine’s: set this one right',
  ],
  [
    /ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature/,
    'AWS does not accept these credentials: sign in again',
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|TimeoutError|ETIMEDOUT/,
    'AWS cannot be reached: check the network, proxy and AWS_ENDPOINT_URL',
  ],
];
