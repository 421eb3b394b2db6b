/**
 * What an answer must have. An answer without it is not an empty answer: the SDK takes a proxy's page, if it is XML or JSON, for one
 * without anything.
 */
export const given = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`AWS's answer has no ${name}`);
  return value;
};
