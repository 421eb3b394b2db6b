import type { Call } from '../fake-aws/index.ts';
import { type Cell, cellsOf } from './matrix.ts';
import type { ScenarioName } from './world.ts';

/** What is swept of one operation, and where. */
export type Part = { operation: string; scenario: ScenarioName; cells: Cell[] };

/**
 * Every operation that any of the runs made, in the scenario that makes the most of it: no list of operations is written down
 * anywhere. What goes on after a fault comes first: a client that met many that do not has no patience left.
 */
export const planOf = (runs: ReadonlyMap<ScenarioName, readonly Call[]>): Part[] => {
  const parts = new Map<string, Part>();
  for (const [scenario, calls] of runs) {
    for (const operation of new Set(calls.map((call) => call.operation))) {
      const cells = cellsOf(operation, calls).sort((a, b) => Number(b.once) - Number(a.once));
      const known = parts.get(operation);
      if (!known || known.cells.length < cells.length) parts.set(operation, { operation, scenario, cells });
    }
  }
  return [...parts.values()];
};
