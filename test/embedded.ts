import { afterEach } from '@jest/globals';
import { type Audit, audit } from '../lambda/audit.ts';
import { connectAws } from '../lambda/aws/index.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { locators } from '../lambda/locators/index.ts';
import type { History, Progress } from '../lambda/ports.ts';
import { findingContextOf, parseSettings } from '../lambda/settings.ts';
import { NOW } from './builders.ts';
import { type FakeAws, type FakeAwsOptions, startFakeAws } from './fake-aws/index.ts';

/** Tests on the embedded AWS: started for a test, stopped after it, and what the SDK finds in its environment. */

let running: FakeAws[] = [];
afterEach(async () => {
  await Promise.all(running.map((aws) => aws.close()));
  running = [];
});

/** Starts an AWS whose time is NOW; from now on the SDK's ordinary settings lead to it. */
export const embeddedAws = async (options: FakeAwsOptions = {}): Promise<FakeAws> => {
  const aws = await startFakeAws({ now: () => NOW, ...options });
  running.push(aws);
  Object.assign(process.env, aws.env);
  return aws;
};

type Scan = {
  settings?: unknown;
  users?: string[];
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  history?: Pick<History, 'recall'>;
  now?: Date;
};

/** The audit with the real adapters, as both shells run it; polls of the credential report do not wait. */
export const scan = async (options: Scan = {}): Promise<AuditReport> => (await scanToRemember(options)).report;

/** The same with what it leaves for the next one. */
export const scanToRemember = async ({
  settings: input = {},
  users,
  signal = new AbortController().signal,
  onProgress = () => {},
  history,
  now = NOW,
}: Scan): Promise<Audit> => {
  const settings = parseSettings(input);
  const clock = () => now;
  let waited = 0;
  const aws = await connectAws({
    settings,
    signal,
    sleep: async (ms) => {
      waited += ms;
    },
    random: () => 0,
    elapsed: () => waited,
  });
  const context = findingContextOf(settings, now);
  return audit({ scanId: 'scan-1', context, users }, { ...aws, locators, history, clock, signal, onProgress });
};

/** `user: rule, rule` for every finding, ranked. */
export const found = (report: AuditReport): string[] =>
  report.findings.map(({ userName, rules }) => `${userName}: ${rules.map(({ id }) => id).join(', ')}`);
