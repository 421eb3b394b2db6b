import type { Audit } from './audit.ts';
import { reasonOf } from './domain/failure.ts';
import type { Failure } from './domain/model.ts';
import type { RunNotes } from './ports.ts';

/** What a run found; `unnoted` where a repetition of it will not know. */
export type Scan = Audit & { unnoted?: Failure };

/** The version of what is noted: a run that begins with one version of the program may be repeated by the next. */
const VERSION = 1;

/**
 * Scans, unless an earlier attempt of the run, or another invocation for the same tick, did: then everybody is told the same.
 * Never rejects for the notes' sake: a run without them is told all the same.
 */
export const scanOnce = async (notes: RunNotes | undefined, scan: () => Promise<Audit>): Promise<Scan> => {
  if (!notes) return scan();
  // What cannot be read may still be written, and then what is there comes back.
  const known = await notes.read('scan').then(parse, () => undefined);
  if (known) return known;
  const found = await scan();
  try {
    const ours = JSON.stringify({ version: VERSION, ...found });
    const there = await notes.writeFirst('scan', ours);
    // Of hundreds of accounts it is too long to be parsed for nothing.
    return there === ours ? found : (parse(there) ?? found);
  } catch (error) {
    const reason = `the run could not be noted, so a repetition may tell it again: ${reasonOf(error)}`;
    return { ...found, unnoted: { scope: 'notifier', id: 's3', reason } };
  }
};

/** `undefined` where there is none, and where another version of the program noted it. */
const parse = (text: string | undefined): Audit | undefined => {
  try {
    const { version, report, memories } = JSON.parse(text ?? '{}') as Audit & { version?: number };
    return version === VERSION ? { report, memories } : undefined;
  } catch {
    return undefined;
  }
};
