import { GenerateCredentialReportCommand, GetCredentialReportCommand, type IAMClient } from '@aws-sdk/client-iam';
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

export type ReportCall = {
  iam: IAMClient;
  abortSignal: AbortSignal;
  /** Waits; rejects when the signal is aborted. */
  sleep: (ms: number) => Promise<void>;
  /** From 0 to below 1, so that many accounts do not poll in step. */
  random: () => number;
};

/** Has a report generated, waits for it, and reads it. Rejects when that takes over ten minutes or AWS refuses. */
export const readCredentialReport =
  (call: ReportCall): ReadCredentialReport =>
  async () => {
    for (let waited = 0; waited < GIVE_UP_AFTER_MS; ) {
      const report = (await isGenerated(call)) ? await fetchReport(call) : undefined;
      if (report) return report;
      const pause = POLL_AT_LEAST_MS + call.random() * (POLL_AT_MOST_MS - POLL_AT_LEAST_MS);
      await call.sleep(pause);
      waited += pause;
    }
    throw new Error('the credential report was not ready after 10 minutes');
  };

const isGenerated = async ({ iam, abortSignal }: ReportCall): Promise<boolean> => {
  const { State } = await iam.send(new GenerateCredentialReportCommand({}), { abortSignal });
  return State === 'COMPLETE';
};

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
