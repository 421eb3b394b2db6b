import { jest } from '@jest/globals';
import type { AuditReport } from '../../lambda/domain/report.ts';
import type { Call, FakeAws, FakeSlack } from '../fake-aws/index.ts';

/** What a run left where people and programs look: the Lambda's and the command line's alike. */
export type Outcome = {
  error?: Error;
  /** As it was kept, or printed; else as SNS was told. */
  report?: AuditReport;
  /** What SNS was told last: the same, and what failed by then. */
  told?: AuditReport;
  /** In the order of posting; those in a thread begin with `↳`. */
  slack: string[];
  csv: string[];
  emails: string[];
  /** Everything that was written and thrown: for whoever looks for what must not be there. */
  everything: string;
  /** In ms. */
  elapsed: number;
  calls: readonly Call[];
};

/** What arrived at the services, to be looked at after a run. */
export const arrivedAt = ({ aws, slack }: { aws: FakeAws; slack: FakeSlack }) => {
  const published = aws.sns.published.map(({ message }) => JSON.parse(message) as { default: string; email: string });
  const told = published.at(-1);
  return {
    ...(told && { told: JSON.parse(told.default) as AuditReport }),
    slack: slack.messages.map(({ text, thread_ts }) => (thread_ts ? `↳ ${text}` : text)),
    csv: slack.files.map(({ content }) => content),
    emails: published.map(({ email }) => email),
    calls: [...aws.calls.all, ...slack.calls.all],
  };
};

/** Before the next run: the services forget what they were told. */
export const forget = ({ aws, slack }: { aws: FakeAws; slack: FakeSlack }): void => {
  slack.messages.length = 0;
  slack.files.length = 0;
  aws.sns.published.length = 0;
};

/** What the program writes to stdout and stderr goes nowhere else meanwhile. */
export const captureOutput = (): { stdout: string[]; stderr: string[]; release: () => void } => {
  const output = { stdout: [] as string[], stderr: [] as string[] };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((chunk) => {
      output[name].push(String(chunk));
      return true;
    }),
  );
  return {
    ...output,
    release: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
};
