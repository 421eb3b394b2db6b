import { judgeLambda } from './lambda-promises.ts';
import { sweptLambda } from './lambda-run.ts';
import { isOfReading } from './matrix.ts';
import { sweep } from './sweep.ts';

/** The Lambda, with each fault of each call by which it reads. */

await sweep({
  title: 'Faults of what the Lambda reads',
  start: sweptLambda,
  isChosen: isOfReading,
  judge: judgeLambda,
});
