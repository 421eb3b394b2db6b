import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
  LimitExceededException,
} from '@aws-sdk/client-iam';
import { given } from '../domain/given.ts';
import type { ReadCredentialReport } from '../ports.ts';

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 * A report takes seconds as a rule and minutes in large accounts; after ten the account is read without one.
 */
const POLL_AT_LEAST_MS = 2_000;
const POLL_AT_MOST_MS = 5_000;
const GIVE_UP_AFTER_MS = 10 * 60 * 1000;

/** Errors of GetCredentialReport that another GenerateCredentialReport mends. The SDK retries none of them. */
const notThereYet = [
  'CredentialReportNotPresentException',
  'CredentialReportNotReadyException',
  'CredentialReportExpiredException',
];

/** How to wait for a report. */
export type Polling = {
  /** Waits; rejects when there is no time left. */
  sleep: (ms: number) => Promise<void>;
  /** From 0 to below 1, so that many accounts do not poll in step. */
  random: () => number;
  /** A clock in ms that only goes forward. */
  elapsed: () => number;
};

export type ReportCall = Polling & { iam: IAMClient; abortSignal: AbortSignal };

/** Has a report generated, waits for it, and reads it. Rejects when that takes over ten minutes or AWS refuses. */
export const readCredentialReport =
  (call: ReportCall): ReadCredentialReport =>
  async () => {
    const start = call.elapsed();
    while (call.elapsed() - start < GIVE_UP_AFTER_MS) {
      const report = (await isGenerated(call)) ? await fetchReport(call) : undefined;
      if (report) return report;
      await call.sleep(POLL_AT_LEAST_MS + call.random() * (POLL_AT_MOST_MS - POLL_AT_LEAST_MS));
    }
    throw new Error('the credential report was not ready after 10 minutes');
  };

/** LimitExceeded: AWS has no capacity to generate one just now. */
const isGenerated = ({ iam, abortSignal }: ReportCall): Promise<boolean> =>
  iam.send(new GenerateCredentialReportCommand({}), { abortSignal }).then(
    ({ State }) => given(State, 'State') === 'COMPLETE',
    (error: unknown) => {
      if (error instanceof LimitExceededException) return false;
      throw error;
    },
  );

const fetchReport = async ({ iam, abortSignal }: ReportCall): ReturnType<typeof getReport> =>
  getReport(iam, abortSignal).catch((error: unknown) => {
    if (error instanceof Error && notThereYet.includes(error.name)) return undefined;
    throw error;
  });

const getReport = async (
  iam: IAMClient,
  abortSignal: AbortSignal,
): Promise<Awaited<ReturnType<ReadCredentialReport>> | undefined> => {
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}), { abortSignal });
  if (!Content || !GeneratedTime) throw new Error('IAM gave a credential report without content or GeneratedTime');
  return { content: Content, generatedAt: GeneratedTime };
};
