import { judgeLambda } from './lambda-promises.ts';
import { sweptLambda } from './lambda-run.ts';
import { isOfReading } from './matrix.ts';
import { sweep } from './sweep.ts';

/** The Lambda, with each fault of each call by which it remembers and tells: of all that it does not read by. */

await sweep({
  title: 'Faults of what the Lambda remembers and tells',
  start: sweptLambda,
  isChosen: (cell) => !isOfReading(cell),
  judge: judgeLambda,
});
