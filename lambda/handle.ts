import { type Answer, answerOf } from './answer.ts';
import { audit } from './audit.ts';
import { type Delivery, deliver } from './deliver.ts';
import { reasonOf } from './domain/failure.ts';
import type { AuditReport } from './domain/report.ts';
import type { Locator } from './locators/locator.ts';
import { type RunMetrics, runMetrics } from './metrics.ts';
import type { Notifier, NotifierContext } from './notifiers/notifier.ts';
import type { FindAccounts, KeepReport, OpenAccount } from './ports.ts';
import { coverageSentence, headline } from './render/summary.ts';
import { findingContextOf, overrideSettings, parseEvent, type Settings } from './settings.ts';

/** What the handler needs of the world. */
export type Auditor = {
  settings: Settings;
  connectAws: (options: { settings: Settings; signal: AbortSignal }) => Promise<{
    findAccounts: FindAccounts;
    openAccount: OpenAccount;
    /** AWS calls made so far. */
    callCount: () => number;
  }>;
  /** Absent where reports are kept nowhere. */
  keepReport?: KeepReport | undefined;
  locators: readonly Locator[];
  notifiers: readonly Notifier[];
  notifierContext: Omit<NotifierContext, 'signal'>;
  publishMetrics: (metrics: RunMetrics) => void;
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
 * One invocation: read, decide, keep, tell, measure, answer. Rejects when the event is wrong, when AWS lets nobody in, and,
 * once everything was tried, when a channel could not be told: then the run fails where people look for failed runs.
 */
export const handle =
  (auditor: Auditor) =>
  async (event: unknown, { awsRequestId, getRemainingTimeInMillis }: Invocation): Promise<Answer> => {
    const { users, notify, ...choice } = parseEvent(event);
    const settings = overrideSettings(auditor.settings, choice);
    const remaining = getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(Math.max(0, remaining - Math.min(DELIVERY_TIME, remaining / 2)));
    const aws = await auditor.connectAws({ settings, signal });
    const { clock, locators } = auditor;
    const context = findingContextOf(settings, clock());
    const report = await audit({ scanId: awsRequestId, context, users }, { ...aws, locators, clock, signal });
    logReport(report, auditor);
    if (!notify) return answerOf(report, { delivered: [], notSetUp: [] });

    // What was asked of some accounts, some users or by another policy is no measure of the whole, and no history of it.
    const isWhole = !users && !choice.accounts && !choice.policy;
    const kept = isWhole ? await keep(report, auditor) : { failures: [], causes: [] };
    const timeLeft = (): number => getRemainingTimeInMillis() - ANSWER_TIME;
    const told = await deliver(
      { ...report, failures: [...report.failures, ...kept.failures] },
      auditor.notifiers,
      { ...auditor.notifierContext, ...(kept.location && { wholeReport: kept.location }) },
      timeLeft,
    );
    const delivery = {
      ...told,
      failures: [...kept.failures, ...told.failures],
      causes: [...kept.causes, ...told.causes],
    };
    if (isWhole) {
      const DurationMs = clock().getTime() - context.now.getTime();
      auditor.publishMetrics(
        runMetrics(report, { DeliveriesFailed: delivery.failures.length, ApiCalls: aws.callCount(), DurationMs }),
      );
    }
    for (const channel of delivery.notSetUp) auditor.log.warn('not set up', channel);
    raise(delivery);
    return answerOf(report, delivery);
  };

type Kept = Pick<Delivery, 'failures' | 'causes'> & { location?: string };

/** A report that cannot be kept is told all the same. */
const keep = async (report: AuditReport, { keepReport }: Auditor): Promise<Kept> => {
  try {
    const location = await keepReport?.(report);
    return { failures: [], causes: [], ...(location && { location }) };
  } catch (cause) {
    const reason = `the report could not be kept: ${reasonOf(cause)}`;
    return { failures: [{ scope: 'notifier', id: 's3', reason }], causes: [cause] };
  }
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
