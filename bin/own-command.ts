import { shellQuoted } from '../lambda/domain/shell.ts';

/**
 * How a person starts a command of this program: npm finds it in the folder of the clone. A user, or whatever it is about, may be
 * called like an option.
 */
export const keyaudit = (command: string, about: string, ...options: string[]): string => {
  const words = about.startsWith('-') ? [...options, '--', about] : [about, ...options];
  return ['npm run -s keyaudit --', ...[command, ...words].map(shellQuoted)].join(' ');
};
