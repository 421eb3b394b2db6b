import { type Answer, answerOf } from './answer.ts';
import { audit } from './audit.ts';
import { type Delivery, deliver } from './deliver.ts';
import type { Failure } from './domain/model.ts';
import type { AuditReport } from './domain/report.ts';
import { keepWhole, rememberWhole } from './keep.ts';
import type { Locator } from './locators/locator.ts';
import { type RunMetrics, runMetrics } from './metrics.ts';
import type { Notifier, NotifierContext } from './notifiers/notifier.ts';
import type { FindAccounts, History, KeepReport, OpenAccount, OpenRun } from './ports.ts';
import { coverageSentence, headline } from './render/summary.ts';
import { scanOnce } from './runs.ts';
import { findingContextOf, overrideSettings, parseEvent, type Settings } from './settings.ts';
import { takeTurn } from './turns.ts';

/** What the handler needs of the world. */
export type Auditor = {
  settings: Settings;
  connectAws: (options: { settings: Settings; signal: AbortSignal }) => Promise<{
    findAccounts: FindAccounts;
    openAccount: OpenAccount;
    /** AWS calls made so far. */
    callCount: () => number;
  }>;
  /** What is kept, remembered and noted. Absent where nothing is: then a repeated run tells everybody again. */
  openStore?: (() => { keepReport: KeepReport; history: History; openRun: OpenRun }) | undefined;
  locators: readonly Locator[];
  notifiers: readonly Notifier[];
  notifierContext: Omit<NotifierContext, 'signal' | 'once'>;
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
    const { users, notify, scheduledTime, ...choice } = parseEvent(event);
    const settings = overrideSettings(auditor.settings, choice);
    const remaining = getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(Math.max(0, Math.floor(remaining - Math.min(DELIVERY_TIME, remaining / 2))));
    const aws = await auditor.connectAws({ settings, signal });
    const { clock, locators } = auditor;
    const { keepReport, history, openRun } = auditor.openStore?.() ?? {};
    const context = findingContextOf(settings, clock());
    const ports = { ...aws, locators, history, clock, signal };
    // What was asked of some accounts, some users or by another policy is no measure of the whole, and no history of it.
    const isWhole = !users && !choice.accounts && !choice.policy;
    const runId = (isWhole && scheduledTime) || awsRequestId;
    const notes = notify ? openRun?.(runId) : undefined;
    const scan = await scanOnce(notes, () => audit({ scanId: awsRequestId, context, users }, ports));
    const { report, unnoted } = scan;
    logReport(report, auditor);
    if (!notify) return answerOf(report, { delivered: [], toldBefore: [], notSetUp: [] });

    const kept = isWhole ? await keepWhole(report, keepReport) : { failures: [], causes: [] };
    const before = [...kept.failures, ...(unnoted ? [unnoted] : [])];
    const warn = (reason: string): void => auditor.log.warn('not noted', { reason });
    const delivery = await deliver(
      { ...report, failures: [...report.failures, ...before] },
      auditor.notifiers,
      { ...auditor.notifierContext, ...(kept.location && { wholeReport: kept.location }) },
      () => getRemainingTimeInMillis() - ANSWER_TIME,
      notes && !unnoted ? (channel) => takeTurn(channel, { invocationId: awsRequestId, notes, warn }) : undefined,
    );
    // What was not told is news to the next scan as well.
    const isTold = delivery.failures.every(isOfS3);
    const after = isWhole && isTold ? (await rememberWhole(scan, history)).failures : [];
    for (const { reason } of [...before, ...after]) auditor.log.warn('not kept', { reason });
    if (isWhole) {
      const DurationMs = clock().getTime() - context.now.getTime();
      const DeliveriesFailed = before.length + delivery.failures.length + after.length;
      auditor.publishMetrics(runMetrics(report, { DeliveriesFailed, ApiCalls: aws.callCount(), DurationMs }));
    }
    for (const channel of delivery.notSetUp) auditor.log.warn('not set up', channel);
    raise(delivery);
    const failures = [...report.failures, ...before, ...delivery.failures, ...after];
    return answerOf({ ...report, failures }, delivery);
  };

const logReport = (report: AuditReport, { log }: Auditor): void => {
  log.info(headline(report), { coverage: coverageSentence(report), summary: report.summary });
  for (const failure of report.failures) log.warn('not read', failure);
};

const isOfS3 = ({ id }: Failure): boolean => id === 's3';

/**
 * All together, and only now. Telling nobody at all is a failure too. What S3 did not take is none: Lambda would repeat the run,
 * and people who know already would be told again. The metric of failed deliveries has it.
 */
const raise = ({ delivered, toldBefore, failures, causes, notSetUp }: Delivery): void => {
  const reasons = [
    ...failures.filter((failure) => !isOfS3(failure)).map(({ reason }) => reason),
    ...(delivered.length + toldBefore.length + failures.length === 0
      ? notSetUp.map(({ id, why }) => `${id}: ${why}`)
      : []),
  ];
  if (reasons.length === 0) return;
  throw new Error(`The audit is done, but not everybody could be told. ${reasons.join(' ')}`, {
    cause: causes.length > 1 ? new AggregateError(causes) : causes[0],
  });
};
