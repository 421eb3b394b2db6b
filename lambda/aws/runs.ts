import type { Objects, OpenRun } from '../ports.ts';

/** What runs note for their repetitions, in the bucket of reports: under `runs/`. */
export const bucketRuns =
  ({ get, put, putFirst }: Objects): OpenRun =>
  (runId) => {
    const key = (name: string): string => `runs/${encodeURIComponent(runId)}/${name}.json`;
    const read = (name: string): Promise<string | undefined> => get(key(name));
    return {
      read,
      writeFirst: async (name, text) => {
        if (await putFirst(key(name), text)) return text;
        const there = await read(name);
        if (there === undefined) throw new Error(`${key(name)} was there, and is gone`);
        return there;
      },
      overwrite: (name, text) => put(key(name), text),
    };
  };
