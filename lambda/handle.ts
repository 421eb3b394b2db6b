import pLimit from 'p-limit';
import { type Answer, answerOf } from './answer.ts';
import { type Audit, audit } from './audit.ts';
import { type Delivery, deliver } from './deliver.ts';
import { reasonOf } from './domain/failure.ts';
import type { AuditReport } from './domain/report.ts';
import { remember } from './history.ts';
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
  /** Absent where reports are kept nowhere. */
  keepReport?: KeepReport | undefined;
  /** Absent where nothing is remembered from one scan to the next. */
  history?: History | undefined;
  /** Absent where nothing is noted: then a repeated run tells everybody again. */
  openRun?: OpenRun | undefined;
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
/** Accounts whose memory is written at the same time. */
const MEMORIES_AT_ONCE = 8;
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
    const signal = AbortSignal.timeout(Math.max(0, remaining - Math.min(DELIVERY_TIME, remaining / 2)));
    const aws = await auditor.connectAws({ settings, signal });
    const { clock, locators, history } = auditor;
    const context = findingContextOf(settings, clock());
    const ports = { ...aws, locators, history, clock, signal };
    const notes = notify ? auditor.openRun?.(scheduledTime ?? awsRequestId) : undefined;
    const scan = await scanOnce(notes, () => audit({ scanId: awsRequestId, context, users }, ports));
    const { report, unnoted } = scan;
    logReport(report, auditor);
    if (!notify) return answerOf(report, { delivered: [], toldBefore: [], notSetUp: [] });

    // What was asked of some accounts, some users or by another policy is no measure of the whole, and no history of it.
    const isWhole = !users && !choice.accounts && !choice.policy;
    const kept = isWhole ? await keep(scan, auditor) : { failures: [], causes: [] };
    if (unnoted) kept.failures.push(unnoted.failure);
    if (unnoted) kept.causes.push(unnoted.cause);
    const warn = (reason: string): void => auditor.log.warn('not noted', { reason });
    const timeLeft = (): number => getRemainingTimeInMillis() - ANSWER_TIME;
    const told = await deliver(
      { ...report, failures: [...report.failures, ...kept.failures] },
      auditor.notifiers,
      { ...auditor.notifierContext, ...(kept.location && { wholeReport: kept.location }) },
      timeLeft,
      notes && !unnoted ? (channel) => takeTurn(channel, { invocationId: awsRequestId, notes, warn }) : undefined,
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

/** A report that cannot be kept is told all the same, and so is one that the next scan will not remember. */
const keep = async ({ report, memories }: Audit, { keepReport, history }: Auditor): Promise<Kept> => {
  const kept: Kept = { failures: [], causes: [] };
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      kept.failures.push({ scope: 'notifier', id: 's3', reason: `${what}: ${reasonOf(cause)}` });
      kept.causes.push(cause);
    }
  };
  await attempt('the report could not be kept', async () => {
    const location = await keepReport?.(report);
    if (location) kept.location = location;
  });
  const limit = pLimit(MEMORIES_AT_ONCE);
  if (history) {
    await Promise.all(
      memories.map(({ memory, recalled }) =>
        limit(() =>
          attempt(`what was seen in ${memory.accountId} could not be remembered`, () =>
            remember(memory, recalled, history),
          ),
        ),
      ),
    );
  }
  return kept;
};

const logReport = (report: AuditReport, { log }: Auditor): void => {
  log.info(headline(report), { coverage: coverageSentence(report), summary: report.summary });
  for (const failure of report.failures) log.warn('not read', failure);
};

/** All together, and only now. Telling nobody at all is a failure too. */
const raise = ({ delivered, toldBefore, failures, causes, notSetUp }: Delivery): void => {
  const reasons = [
    ...failures.map(({ reason }) => reason),
    ...(delivered.length + toldBefore.length + failures.length === 0
      ? notSetUp.map(({ id, why }) => `${id}: ${why}`)
      : []),
  ];
  if (reasons.length === 0) return;
  throw new Error(`The audit is done, but not everybody could be told. ${reasons.join(' ')}`, {
    cause: causes.length > 1 ? new AggregateError(causes) : causes[0],
  });
};
