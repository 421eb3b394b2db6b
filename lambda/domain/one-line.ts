/**
 * The text on one line: no control or invisible formatting character (they can move a terminal's cursor or turn the
 * reading direction), no broken surrogate, single spaces, none at either end.
 */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
