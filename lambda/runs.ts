import type { Audit } from './audit.ts';
import { reasonOf } from './domain/failure.ts';
import type { Failure } from './domain/model.ts';
import type { RunNotes } from './ports.ts';

/** What a run found; `unnoted` where a repetition of it will not know. */
export type Scan = Audit & { unnoted?: { failure: Failure; cause: unknown } };

/** The version of what is noted: a run that begins with one version of the program may be repeated by the next. */
const VERSION = 1;

/**
 * Scans, unless an earlier attempt of the run, or another invocation for the same tick, did: then everybody is told the same.
 * Never rejects for the notes' sake: a run without them is told all the same.
 */
export const scanOnce = async (notes: RunNotes | undefined, scan: () => Promise<Audit>): Promise<Scan> => {
  if (!notes) return scan();
  let cause: unknown;
  const earlier = await notes.read('scan').catch((error: unknown) => {
    cause = error;
    return undefined;
  });
  const known = earlier === undefined ? undefined : parse(earlier);
  if (known) return known;
  const found = await scan();
  if (cause === undefined) {
    try {
      return parse(await notes.writeFirst('scan', JSON.stringify({ version: VERSION, ...found }))) ?? found;
    } catch (error) {
      cause = error;
    }
  }
  const reason = `the run could not be noted, so a repetition may tell twice: ${reasonOf(cause)}`;
  return { ...found, unnoted: { failure: { scope: 'notifier', id: 's3', reason }, cause } };
};

/** `undefined` where another version of the program noted it. */
const parse = (text: string): Audit | undefined => {
  const { version, report, memories } = JSON.parse(text) as Audit & { version: number };
  return version === VERSION ? { report, memories } : undefined;
};
