import { reasonOf } from './domain/failure.ts';
import type { Failure } from './domain/model.ts';
import type { AuditReport } from './domain/report.ts';
import type { Notifier, NotifierContext } from './notifiers/notifier.ts';

export type Delivery = {
  /** Ids of the notifiers that told all they had to tell. */
  delivered: string[];
  notSetUp: { id: string; why: string }[];
  failures: Failure[];
  /** What was thrown for each failure, for the `cause` of the error that the caller raises. */
  causes: unknown[];
};

/**
 * Tells every channel, one after the other. One that fails does not stop the next, which is told of it: the e-mail says that Slack
 * failed. Never rejects; the failures are the caller's to raise once everything was tried.
 */
export const deliver = async (
  report: AuditReport,
  notifiers: readonly Notifier[],
  context: NotifierContext,
): Promise<Delivery> => {
  const delivery: Delivery = { delivered: [], notSetUp: [], failures: [], causes: [] };
  for (const { id, connect } of notifiers) {
    try {
      const connection = await connect(context);
      if (connection.ready) {
        await connection.notify({ ...report, failures: [...report.failures, ...delivery.failures] });
        delivery.delivered.push(id);
      } else {
        delivery.notSetUp.push({ id, why: connection.why });
      }
    } catch (cause) {
      delivery.failures.push({ scope: 'notifier', id, reason: reasonOf(cause) });
      delivery.causes.push(cause);
    }
  }
  return delivery;
};
