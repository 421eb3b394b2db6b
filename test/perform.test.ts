import { describe, expect, it } from '@jest/globals';
import { perform, StoppedError } from '../bin/rotation/perform.ts';
import type { Step } from '../bin/rotation/steps.ts';

const paper = () => {
  const printed: string[] = [];
  const said: string[] = [];
  return {
    printed,
    said,
    print: (line: string) => void printed.push(line),
    say: (line: string) => void said.push(line),
  };
};

describe('steps', () => {
  it('that are bound say nothing in between: a line that nobody reads may end the program', async () => {
    const { printed, ...terminal } = paper();
    let between: string[] | undefined;
    const steps: Step[] = [
      { says: 'create', bindsNext: true, run: async () => 'AKIAIOSFODNN7EXAMPLE' },
      {
        says: 'keep',
        run: async () => {
          between = [...printed];
        },
      },
    ];
    await perform(steps, terminal);
    expect(between).toEqual([]);
    expect(printed).toEqual(['  1. done: AKIAIOSFODNN7EXAMPLE', '  2. done']);
  });

  it('say what was done and what was not, where one fails', async () => {
    const { printed, said, ...terminal } = paper();
    const steps: Step[] = [
      { says: 'look', run: async () => {} },
      { says: 'create', changes: true, bindsNext: true, run: async () => {} },
      { says: 'keep', run: () => Promise.reject(new Error('no room')) },
      { says: 'describe', changes: true, run: async () => {} },
    ];
    const stopped: unknown = await perform(steps, terminal).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(StoppedError);
    expect(stopped).toMatchObject({ reason: 'no room', changes: ['create'] });
    expect(printed).toEqual(['  1. done', '  2. done']);
    expect(said).toEqual(['  3. failed: keep', '  4. not done: describe']);
  });
});
