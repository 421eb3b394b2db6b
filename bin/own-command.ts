import { shellQuoted } from '../lambda/domain/shell.ts';

/** How a person starts a command of this program: npm finds it in the folder of the clone. */
export const keyaudit = (...words: string[]): string => ['npm run -s keyaudit --', ...words.map(shellQuoted)].join(' ');
