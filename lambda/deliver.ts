import { reasonOf } from './domain/failure.ts';
import type { Failure } from './domain/model.ts';
import { type AuditReport, withoutUsage } from './domain/report.ts';
import type { Connection, Notifier, NotifierContext } from './notifiers/notifier.ts';
import { everyTurn, type Turn } from './turns.ts';

/** What became of the messages, channel by channel. */
export type Delivery = {
  /** Ids of the notifiers that told all they had to tell. */
  delivered: string[];
  /** Ids of those that another invocation for the same tick, or an earlier attempt of this one, tells or has told. */
  toldBefore: string[];
  notSetUp: { id: string; why: string }[];
  failures: Failure[];
  /** What was thrown for each failure, for the `cause` of the error that the caller raises. */
  causes: unknown[];
};

/** The share of the time left that a channel may take while others wait for their turn. */
const SHARE = 0.75;

/**
 * Tells every channel, one after the other. One that fails or hangs does not stop the next, which is told of it: the e-mail says that
 * Slack failed. Never rejects; the failures are the caller's to raise once everything was tried. `timeLeft` is in ms; `takeTurn`
 * says whose turn a channel is, and where that cannot be told, it is told rather twice than not at all.
 */
export const deliver = async (
  report: AuditReport,
  notifiers: readonly Notifier[],
  context: Omit<NotifierContext, 'signal' | 'once'>,
  timeLeft: () => number,
  takeTurn: (channel: string) => Promise<Turn> = async () => everyTurn,
): Promise<Delivery> => {
  const shown = context.slack.showUsage ? report : withoutUsage(report);
  const delivery: Delivery = { delivered: [], toldBefore: [], notSetUp: [], failures: [], causes: [] };
  for (const [position, { id, connect }] of notifiers.entries()) {
    const turn = await takeTurn(id).catch((cause: unknown) => {
      delivery.failures.push({
        scope: 'notifier',
        id: 's3',
        reason: `who tells ${id} could not be noted: ${reasonOf(cause)}`,
      });
      delivery.causes.push(cause);
      return everyTurn;
    });
    if (!turn.isOurs) {
      delivery.toldBefore.push(id);
      continue;
    }
    const limit = timeLeft() * (position < notifiers.length - 1 ? SHARE : 1);
    try {
      const told = { ...shown, failures: [...shown.failures, ...delivery.failures] };
      const signal = AbortSignal.timeout(Math.max(0, Math.floor(limit)));
      const connection = await Promise.race([
        tell(connect, { ...context, once: turn.once, signal }, told),
        expiry(id, limit, signal),
      ]);
      if (connection.ready) {
        await turn.end();
        delivery.delivered.push(id);
      } else delivery.notSetUp.push({ id, why: connection.why });
    } catch (cause) {
      delivery.failures.push({ scope: 'notifier', id, reason: reasonOf(cause) });
      delivery.causes.push(cause);
    }
  }
  return delivery;
};

const tell = async (
  connect: Notifier['connect'],
  context: NotifierContext,
  report: AuditReport,
): Promise<Connection> => {
  const connection = await connect(context);
  if (connection.ready) await connection.notify(report);
  return connection;
};

/** Rejects when the time of a channel is over. */
const expiry = (id: string, limit: number, signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const seconds = Math.round(limit / 1000);
    signal.addEventListener('abort', () =>
      reject(new Error(`${id} did not take everything within ${seconds} seconds: look there what arrived`)),
    );
  });
