import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '../fake-aws/index.ts';
import { type Cell, nameOf } from './matrix.ts';
import type { Outcome } from './outcome.ts';
import { planOf } from './plan.ts';
import { printed } from './print.ts';
import { type Scenario, type ScenarioName, scenarioNames, scenarios } from './world.ts';

/** A program that can be run with any fault, as often as it takes. */
export type Swept<Run extends { outcome: Outcome }> = {
  run: (cell?: Cell) => Promise<Run>;
  close: () => Promise<void>;
};

/** Which promises a run broke, and what else became of it. */
export type Verdict = { broken: string[]; result: string };

type Sweep<Run extends { outcome: Outcome }> = {
  title: string;
  start: (scenario: Scenario) => Promise<Swept<Run>>;
  isChosen?: (cell: Cell) => boolean;
  judge: (cell: Cell, run: Run, clean: Run['outcome']) => Verdict;
};

/** For a run, in ms: it takes a fraction of a second, however long its waits are. */
const PATIENCE = 60_000;

/** A test for each fault of each call that the program was seen to make. To be awaited at the top of a test file. */
export const sweep = async <Run extends { outcome: Outcome }>(options: Sweep<Run>): Promise<void> => {
  const { title, start, isChosen = () => true, judge } = options;
  const clean = new Map<ScenarioName, Run['outcome']>();
  for (const name of scenarioNames) clean.set(name, await runOnce(await start(scenarios[name])));
  const plan = planOf(
    new Map([...clean].map(([name, { calls }]) => [name, calls.filter(isAnswered(scenarios[name]))])),
  );
  const results: { cell: Cell; result: string; elapsed: number }[] = [];
  afterAll(() => void process.stderr.write(printed(title, results)));

  // One after the other: where AWS is stands in the environment of the process.
  describe.each([...new Set(plan.map(({ scenario }) => scenario))])('%s', (name) => {
    const cells = plan.filter(({ scenario }) => scenario === name).flatMap((part) => part.cells.filter(isChosen));
    if (cells.length === 0) return;
    let swept: Swept<Run>;
    beforeAll(async () => {
      swept = await start(scenarios[name]);
    }, PATIENCE);
    afterAll(() => swept.close());

    it.each(cells.map((cell) => [nameOf(cell), cell] as const))(
      '%s',
      async (_name, cell) => {
        const run = await swept.run(cell);
        const { broken, result } = judge(cell, run, clean.get(name) ?? run.outcome);
        results.push({ cell, result: broken.length > 0 ? 'BREAKS A PROMISE' : result, elapsed: run.outcome.elapsed });
        expect(broken).toEqual([]);
      },
      PATIENCE,
    );
  });
};

/** What is refused without a fault as well shows nothing with one. */
const isAnswered =
  ({ refusals }: Scenario) =>
  ({ operation, account }: Call): boolean =>
    !refusals.some((refusal) => refusal.operation === operation && refusal.account === account);

const runOnce = async <Run extends { outcome: Outcome }>({ run, close }: Swept<Run>): Promise<Run['outcome']> => {
  try {
    return (await run()).outcome;
  } finally {
    await close();
  }
};
