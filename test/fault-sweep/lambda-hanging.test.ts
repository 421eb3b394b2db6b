import { judgeHanging } from './lambda-promises.ts';
import { sweptLambda } from './lambda-run.ts';
import { sweep } from './sweep.ts';

/** The Lambda with three minutes left, where every call of one operation hangs: it ends in time, and tells what it has. */

const TIME = 180_000;

await sweep({
  title: 'Operations that hang, with three minutes left',
  start: (scenario) => sweptLambda(scenario, TIME),
  isChosen: ({ kind, once, position, calls }) =>
    kind === 'timeout' && !once && (position === 'every' || calls.length === 1),
  judge: judgeHanging(TIME),
});
