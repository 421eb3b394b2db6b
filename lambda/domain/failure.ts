/** `Name: message` of anything thrown, on one line: the reason that a `Failure` gives. */
export const reasonOf = (error: unknown): string => {
  const text =
    error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
  return text.replaceAll(/\s+/g, ' ').trim() || 'failed without saying why';
};
