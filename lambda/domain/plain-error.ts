/**
 * The error as it may leave the program: names, messages, stacks and causes. Not what HTTP clients hang on to theirs, such as the
 * answer, which may repeat the request with its credentials, or the request itself.
 */
export const plainError = (error: unknown, depth = 0): Error => {
  if (!(error instanceof Error)) return new Error(withoutSecrets(String(error)));
  const { name, stack = '', cause } = error;
  const message = withoutSecrets(error.message);
  // Nobody reads so far, and a cause may be its own.
  const isDeep = depth === DEEPEST;
  const options = cause === undefined || isDeep ? {} : { cause: plainError(cause, depth + 1) };
  const plain =
    error instanceof AggregateError
      ? new AggregateError(isDeep ? [] : error.errors.map((each) => plainError(each, depth + 1)), message, options)
      : new Error(message, options);
  const frames = /(\n +at .*)*$/.exec(stack)?.[0] ?? '';
  const own = { writable: true, configurable: true };
  Object.defineProperty(plain, 'name', { ...own, value: name });
  Object.defineProperty(plain, 'stack', { ...own, value: `${name}: ${message}${frames}` });
  return plain;
};

/** Causes of causes. */
const DEEPEST = 10;

/**
 * The text without the credentials of a request that an answer repeats. AWS does where it finds a signature wrong:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\s*The (Canonical String for this request|String-to-Sign) should have been.*$/s, '')
    .replaceAll(
      /(x-amz-security-token|authorization)(["']?\s*[:=]\s*["']?|["'],\s*["'])((Bearer|AWS4-HMAC-SHA256)\s+)?\S+/gi,
      '$1$2…',
    )
    .replaceAll(/\bxox[\w.]*-[\w.-]{4,}/g, 'xox…');
