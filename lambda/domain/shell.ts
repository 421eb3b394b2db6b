/** A word as a POSIX shell reads it back: plain where that is safe, in single quotes elsewhere. */
export const shellQuoted = (word: string): string =>
  /^[\w+=,.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
