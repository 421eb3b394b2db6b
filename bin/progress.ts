import { plural } from '../lambda/domain/time.ts';
import type { Progress } from '../lambda/ports.ts';

/** A line on a terminal that says how far a scan is; nothing where stderr is not a terminal. */
export const showProgress = (stream: NodeJS.WriteStream): { show: (progress: Progress) => void; clear: () => void } => {
  const rewrite = (line: string): void => {
    if (stream.isTTY) stream.write(`\r\u001B[K${line}`);
  };
  return {
    show: ({ accountsRead, accounts, usersRead }) =>
      rewrite(`Read ${accountsRead} of ${plural(accounts, 'account')}; looked at ${plural(usersRead, 'user')} …`),
    clear: () => rewrite(''),
  };
};
