import { oneLine } from './one-line.ts';

/**
 * A word as a shell reads it back: plain where that is safe, in single quotes elsewhere. Characters that nobody would see, or that a
 * terminal would obey, stand as numbers in `$'…'`, which bash, zsh and POSIX.1-2024 know; in an older shell that is another word, but
 * one word. To zsh, `=ls` is the path of a program.
 */
export const shellQuoted = (word: string): string => {
  if (/^(?!=)[\w+=,.@:/-]+$/.test(word)) return word;
  return word === oneLine(word) ? `'${word.replaceAll("'", `'\\''`)}'` : `$'${word.replace(UNSEEN, octal)}'`;
};

/** And whatever means something between the quotes. */
const UNSEEN = /[^\p{L}\p{N}_+=,.@:/-]/gu;

/** `\303\251`: the bytes of a character. */
const octal = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
