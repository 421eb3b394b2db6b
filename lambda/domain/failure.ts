import { oneLine } from './one-line.ts';
import { withoutSecrets } from './plain-error.ts';

/** `Name: message` of anything thrown, on one line: the reason that a `Failure` gives. */
export const reasonOf = (error: unknown): string => {
  const text =
    error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
  return withoutAdviceToProgrammers(withoutSecrets(oneLine(text))).trim() || 'failed without saying why';
};

/** What the AWS SDK adds to an answer that it cannot read: https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/CLIENTS.md */
const withoutAdviceToProgrammers = (text: string): string =>
  text
    .replace(/AWS SDK error wrapper for (Error: )?/, '')
    .replace(/ ?Deserialization error: to see the raw response.*$/, '');
