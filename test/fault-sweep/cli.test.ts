import { judgeCli } from './cli-promises.ts';
import { sweptCli } from './cli-run.ts';
import { sweep } from './sweep.ts';

/**
 * `keyaudit scan`, with each fault of the first and of every call of each operation that it makes. It audits and tells by the same
 * code as the Lambda, whose calls are swept one by one; its own are the printing, the history and the exit code.
 */

await sweep({
  title: 'Faults of keyaudit scan',
  start: sweptCli,
  isChosen: ({ position }) => position === 'first' || position === 'every',
  judge: judgeCli,
});
