import { type Answer, answerOf } from './answer.ts';
import { audit } from './audit.ts';
import { type Delivery, deliver } from './deliver.ts';
import type { AuditReport } from './domain/report.ts';
import type { Notifier, NotifierContext } from './notifiers/notifier.ts';
import type { FindAccounts, OpenAccount } from './ports.ts';
import { coverageSentence, headline } from './render/summary.ts';
import { findingContextOf, overrideSettings, parseEvent, type Settings } from './settings.ts';

/** What the handler needs of the world. */
export type Auditor = {
  settings: Settings;
  connectAws: (options: { settings: Settings; signal: AbortSignal }) => Promise<{
    findAccounts: FindAccounts;
    openAccount: OpenAccount;
  }>;
  notifiers: readonly Notifier[];
  notifierContext: Omit<NotifierContext, 'signal'>;
  clock: () => Date;
  log: Record<'info' | 'warn', (message: string, details: Record<string, unknown>) => void>;
};

/** What is used of Lambda's own context. */
export type Invocation = { awsRequestId: string; getRemainingTimeInMillis: () => number };

/** The time kept for telling people, in ms; half of what is left where that is less. */
const DELIVERY_TIME = 120_000;
/** The time kept for saying what could not be told, in ms. */
const ANSWER_TIME = 500;

/**
 * One invocation: read, decide, tell, answer. Rejects when the event is wrong, when AWS lets nobody in, and, once every
 * channel was tried, when one could not be told: then the run fails where people look for failed runs.
 */
export const handle =
  (auditor: Auditor) =>
  async (event: unknown, { awsRequestId, getRemainingTimeInMillis }: Invocation): Promise<Answer> => {
    const { users, notify, ...choice } = parseEvent(event);
    const settings = overrideSettings(auditor.settings, choice);
    const remaining = getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(Math.max(0, remaining - Math.min(DELIVERY_TIME, remaining / 2)));
    const aws = await auditor.connectAws({ settings, signal });
    const { clock } = auditor;
    const context = findingContextOf(settings, clock());
    const report = await audit({ scanId: awsRequestId, context, users }, { ...aws, clock, signal });
    logReport(report, auditor);
    if (!notify) return answerOf(report, { delivered: [], notSetUp: [] });
    const timeLeft = (): number => getRemainingTimeInMillis() - ANSWER_TIME;
    const delivery = await deliver(report, auditor.notifiers, auditor.notifierContext, timeLeft);
    raise(delivery);
    return answerOf(report, delivery);
  };

const logReport = (report: AuditReport, { log }: Auditor): void => {
  log.info(headline(report), { coverage: coverageSentence(report), summary: report.summary });
  for (const failure of report.failures) log.warn('not read', failure);
};

/** All together, and only now. Telling nobody at all is a failure too. */
const raise = ({ delivered, failures, causes, notSetUp }: Delivery): void => {
  const reasons = [
    ...failures.map(({ reason }) => reason),
    ...(delivered.length === 0 && failures.length === 0 ? notSetUp.map(({ id, why }) => `${id}: ${why}`) : []),
  ];
  if (reasons.length === 0) return;
  throw new Error(`The audit is done, but not everybody could be told. ${reasons.join(' ')}`, {
    cause: causes.length > 1 ? new AggregateError(causes) : causes[0],
  });
};
