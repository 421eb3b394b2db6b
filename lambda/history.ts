import * as z from 'zod';
import { reasonOf } from './domain/failure.ts';
import type { AccountMemory } from './domain/memory.ts';
import { severities } from './domain/model.ts';
import { nextActions, rotationStages } from './domain/rotation.ts';
import { formatInstant, isFromTheFuture } from './domain/time.ts';
import type { History } from './ports.ts';

/** What is remembered of an account, and what to say where that is nothing. */
export type Recalled = {
  memory?: AccountMemory;
  /** Why there is nothing to compare with. */
  note?: string;
  /** What was there and could not be understood: it is set aside before anything is written over it. */
  unreadable?: string;
  /** Why what is there could not be read. It may be whole, so nothing is written over it. */
  refusal?: string;
};

/** Reads an account's memory, for a scan of `now`. Never rejects: without one, the audit goes on and says so. */
export const recall = async (
  accountId: string,
  history: Pick<History, 'recall'>,
  now: Date,
  signal?: AbortSignal,
): Promise<Recalled> => {
  let text: string | undefined;
  try {
    text = await history.recall(accountId, signal);
  } catch (error) {
    const refusal = reasonOf(error);
    return { note: `its history could not be read, so nothing is called new or resolved: ${refusal}`, refusal };
  }
  if (text === undefined) return { note: 'its first scan that is remembered: nothing to compare with' };
  try {
    return { memory: parseMemory(text, accountId, now) };
  } catch (error) {
    const note = `its history could not be understood, so nothing is called new or resolved: ${reasonOf(error)}`;
    return { note, unreadable: text };
  }
};

/**
 * Writes an account's memory; what could not be understood is kept beside it. Rejects where that fails, and where nobody knows what
 * it would be written over.
 */
export const remember = async (
  memory: AccountMemory,
  { unreadable, refusal }: Pick<Recalled, 'unreadable' | 'refusal'>,
  history: History,
): Promise<void> => {
  if (refusal !== undefined) throw new Error(`its history could not be read, and is left as it is: ${refusal}`);
  if (unreadable !== undefined) await history.setAside(memory.accountId, memory.scanId, unreadable);
  await history.remember(memory.accountId, JSON.stringify(memory));
};

const instant = z.iso.datetime();
const lastUsed = z.object({
  state: z.enum(['used', 'never', 'unknown']),
  date: instant.optional(),
  serviceName: z.string().optional(),
  region: z.string().optional(),
});
const key = z.object({
  accessKeyId: z.string(),
  status: z.enum(['Active', 'Inactive', 'Expired']),
  createDate: instant,
  lastUsed,
  inactiveSeenAt: instant.optional(),
  seenActive: z.literal(true).optional(),
  deactivatedAt: instant.optional(),
  longestGap: z.number().positive().optional(),
});
const policy = z.object({
  rotateAfterDays: z.number(),
  warnAfterDays: z.number(),
  lingerGraceHours: z.number(),
  settleDays: z.number(),
  unusedAfterDays: z.number(),
  neverUsedAfterDays: z.number(),
  deleteInactiveAfterDays: z.number(),
});
const schema = z.object({
  schemaVersion: z.literal(1),
  accountId: z.string(),
  scanId: z.string(),
  scannedAt: instant,
  policy,
  users: z.array(z.object({ userName: z.string(), seenAt: instant, row: z.string().optional(), keys: z.array(key) })),
  findings: z.array(
    z.object({
      userName: z.string(),
      accessKeyId: z.string().nullable(),
      ruleIds: z.array(z.string()),
      severity: z.enum(severities),
      stage: z.enum(rotationStages),
      action: z.enum(nextActions),
      waiting: z.literal(true).optional(),
      exempt: z.literal(true).optional(),
      firstSeenAt: instant,
      stageSince: instant,
      policy: policy.optional(),
    }),
  ),
});

/** Throws where the text is no memory of this account, of another version, or of a scan whose clock was wrong. */
const parseMemory = (text: string, accountId: string, now: Date): AccountMemory => {
  const { success, data, error } = schema.safeParse(JSON.parse(text));
  if (!success) {
    const [issue] = error.issues;
    throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is wrong'}`);
  }
  if (data.accountId !== accountId) throw new Error(`it is of account ${data.accountId}`);
  const scannedAt = new Date(data.scannedAt);
  if (isFromTheFuture(scannedAt, now)) {
    throw new Error(`it is of ${formatInstant(scannedAt)}, later than ${formatInstant(now)}: check the clock`);
  }
  return data;
};
