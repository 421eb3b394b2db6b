import pLimit from 'p-limit';
import type { Audit } from './audit.ts';
import { reasonOf } from './domain/failure.ts';
import type { Failure } from './domain/model.ts';
import type { AuditReport } from './domain/report.ts';
import { remember } from './history.ts';
import type { History, KeepReport } from './ports.ts';

/** What a run leaves in S3. What fails there is told, or measured, and stops nobody from being told. */

export type Kept = { failures: Failure[]; causes: unknown[]; location?: string };

/** Accounts whose memory is written at the same time. */
const AT_ONCE = 8;

/** Keeps the report. Never rejects. */
export const keepWhole = async (report: AuditReport, keepReport: KeepReport | undefined): Promise<Kept> => {
  const kept: Kept = { failures: [], causes: [] };
  const location = await attempt(kept, 'the report could not be kept', async () => keepReport?.(report));
  return { ...kept, ...(location && { location }) };
};

/** Leaves to the next scan what this one saw of each account. Never rejects. */
export const rememberWhole = async ({ memories }: Audit, history: History | undefined): Promise<Kept> => {
  const kept: Kept = { failures: [], causes: [] };
  const limit = pLimit(AT_ONCE);
  const written = (history ? memories : []).map(({ memory, recalled }) =>
    limit(() =>
      attempt(kept, `what was seen in ${memory.accountId} could not be remembered`, async () => {
        if (history) await remember(memory, recalled, history);
      }),
    ),
  );
  await Promise.all(written);
  return kept;
};

const attempt = async <T>({ failures, causes }: Kept, what: string, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (cause) {
    failures.push({ scope: 'notifier', id: 's3', reason: `${what}: ${reasonOf(cause)}` });
    causes.push(cause);
    return undefined;
  }
};
