import type { SNSClient } from '@aws-sdk/client-sns';
import type { WebClient } from '@slack/web-api';
import type { Repeat } from '../domain/news.ts';
import type { AuditReport } from '../domain/report.ts';

/** Tells one channel of a report. Rejects with a sentence that says what to do. */
export type Notify = (report: AuditReport) => Promise<void>;

/** A channel that is not set up is no error: `why` says what is missing. */
export type Connection = { ready: true; notify: Notify } | { ready: false; why: string };

/** Does a step of telling people, and notes that it is done; where that was noted before, resolves to what came of it then. */
export type Once = <T extends StepResult>(step: string, work: () => Promise<T>) => Promise<T>;
/** What a step leaves for the steps after it. */
export type StepResult = Record<string, string> | undefined;

/** What notifiers need of the world. Clients are made only where a notifier is set up. */
export type NotifierContext = {
  slack: { channel: string; allClear: boolean; showUsage: boolean; repeat: Repeat };
  /** The bot token; `undefined` where there is none. */
  getSlackToken: () => Promise<string | undefined>;
  createSlackClient: (token: string) => Pick<WebClient, 'chat' | 'files'>;
  snsTopicArn?: string | undefined;
  createSnsClient: () => Pick<SNSClient, 'send'>;
  /** For every message: what an earlier attempt of this run has told is not told again. */
  once: Once;
  /** Aborted when nobody waits for the channel any more: it must not speak then. */
  signal: AbortSignal;
  /** Waits so many milliseconds. */
  sleep: (duration: number) => Promise<void>;
  /** Where the whole report is, for a message that has no room for it: `s3://…`. */
  wholeReport?: string | undefined;
};

/** A way to tell people. `connect` rejects where something is set up wrong. */
export type Notifier = { id: string; connect: (context: NotifierContext) => Promise<Connection> };
