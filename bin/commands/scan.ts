import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { type Audit, audit, reportOn } from '../../lambda/audit.ts';
import { connectAws } from '../../lambda/aws/index.ts';
import { deliver } from '../../lambda/deliver.ts';
import { CredentialReportError } from '../../lambda/domain/credential-report.ts';
import { type Account, type Failure, type Severity, severities } from '../../lambda/domain/model.ts';
import { type AuditReport, withoutUsage } from '../../lambda/domain/report.ts';
import { isCalendarDay } from '../../lambda/domain/time.ts';
import { locators } from '../../lambda/locators/index.ts';
import { notifierContext } from '../../lambda/notifiers/context.ts';
import { notifiers } from '../../lambda/notifiers/index.ts';
import type { History } from '../../lambda/ports.ts';
import type { AccountReading } from '../../lambda/read-account.ts';
import { readReportFile } from '../../lambda/read-report-file.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import { headline } from '../../lambda/render/summary.ts';
import {
  findingContextOf,
  isProduction,
  overrideSettings,
  parseSettings,
  type Settings,
} from '../../lambda/settings.ts';
import { connectionProblem } from '../aws-errors.ts';
import { loadSettings, readInput } from '../config.ts';
import { exitCodeOf, exitCodes, UsageError } from '../exit-codes.ts';
import { type Format, formats, render } from '../formats.ts';
import { folderHistory } from '../history-folder.ts';
import { isFile, refuseToOverwrite } from '../output.ts';
import { showProgress } from '../progress.ts';
import { rememberScan } from '../remember-scan.ts';
import { slackTokenFrom } from '../slack-token.ts';

type ScanOptions = {
  credentialReport?: string[];
  config?: string;
  account?: string[];
  organization?: true;
  user?: string[];
  now?: Date;
  history?: string;
  format: Format;
  output?: string;
  notify?: true;
  failOn: Severity;
};

/** `keyaudit scan`. `clock` tells the instant to judge at where `--now` does not. */
export const scanCommand = ({ clock }: { clock: () => Date }): Command =>
  new Command('scan')
    .summary('find the access keys that need attention, and say what to do')
    .description(
      'Finds the access keys that need attention. Reads the account of your AWS credentials, the accounts that --config ' +
        'or the flags name, or a credential report that you downloaded. Reads only: no key is ever changed.',
    )
    .addOption(
      new Option(
        '--credential-report <file...>',
        'audit downloaded credential reports, without any access to AWS',
      ).conflicts(['account', 'organization', 'user']),
    )
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .addOption(
      new Option('--account <id...>', 'audit these accounts: ids, or names from the settings').conflicts(
        'organization',
      ),
    )
    .option('--organization', 'audit every account of the AWS organization')
    .option('--user <name...>', 'audit these IAM users only')
    .option('--now <instant>', 'judge ages as of this instant, like 2026-11-23T09:00:00Z', parseInstant)
    .addOption(
      new Option(
        '--history <folder>',
        'say what changed since the last scan, and remember this one there for the next; scans of some accounts or users ' +
          'are compared and not remembered; not with --now or --credential-report',
      ).conflicts(['now', 'credentialReport']),
    )
    .addOption(new Option('--format <format>', 'what to print').choices([...formats]).default('table'))
    .option('--output <file>', 'write there instead of to stdout')
    .option('--notify', 'post to Slack (SLACK_TOKEN) and SNS (SNS_TOPIC_ARN), as the Lambda would')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for findings of this severity or above')
        .choices([...severities])
        .default('low'),
    )
    .addHelpText(
      'after',
      `
Exit codes:
  0  nothing found at or above --fail-on (exempt keys do not count)
  1  something found
  2  incomplete, not remembered, or could not run, whatever was found: what could be audited is printed all the same

Examples:
  npm run -s keyaudit -- scan
  npm run -s keyaudit -- scan --account 111122223333 444455556666 --format csv --output keys.csv
  npm run -s keyaudit -- scan --organization --format html --output report.html
  npm run -s keyaudit -- scan --config cdk.json --history ~/.keyaudit
  npm run -s keyaudit -- scan --credential-report report.csv --format json | jq '.findings[].userName'
  npm run -s keyaudit -- scan --config cdk.json --format slack | jq '{blocks}'`,
    )
    .action(async (options: ScanOptions) => {
      process.exitCode = await scan(options, clock);
    });

const scan = async (options: ScanOptions, realClock: () => Date): Promise<number> => {
  const { now } = options;
  const clock = now ? () => now : realClock;
  refuseToOverwrite(options.output, [...(options.credentialReport ?? []), options.config]);
  if (options.history === '') throw new UsageError('--history needs the name of a folder');
  const settings = chosenSettings(options);
  const history = options.history === undefined ? undefined : folderHistory(options.history);
  const audited = options.credentialReport
    ? { report: auditFiles(options.credentialReport, settings, clock), memories: [] }
    : await auditLive(options, settings, clock, history);
  const report = options.notify ? await notified(audited.report, settings) : audited.report;
  const isForSlack = options.format === 'slack' && !settings.slack.showUsage;
  const written = write(isForSlack ? withoutUsage(report) : report, options);
  const remembered = !history || (await remembers({ ...audited, report }, options, history));
  return written && remembered ? exitCodeOf(report, options.failOn) : exitCodes.incomplete;
};

/** Only where it was told: the next scan tells what changed since. What was asked of some is no history of the whole. */
const remembers = async (audited: Audit, { user, account }: ScanOptions, history: History): Promise<boolean> => {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (audited.report.failures.some(({ scope }) => scope === 'notifier')) {
    say('keyaudit: Not remembered: not everybody could be told, so to the next scan it is news as well.');
    return false;
  }
  if (!user && !account) return rememberScan(audited, history, say);
  const some = user ? 'users (--user)' : 'accounts (--account): scans of those that --config names are';
  say(`keyaudit: Compared, but not remembered: this scan is of some ${some}.`);
  return true;
};

const chosenSettings = ({ config, account, organization }: ScanOptions): Settings => {
  const settings = overrideSettings(loadSettings(config), account ? { accounts: account } : {});
  if (!organization) return settings;
  const { accounts } = settings;
  const isConfigured = typeof accounts === 'object' && 'organization' in accounts;
  return isConfigured
    ? settings
    : { ...settings, accounts: parseSettings({ accounts: { organization: {} } }).accounts };
};

const auditFiles = (files: readonly string[], settings: Settings, clock: () => Date): AuditReport => {
  const accountOf = (id: string): Account => {
    const listed = Array.isArray(settings.accounts)
      ? settings.accounts.find((account) => account.id === id)
      : undefined;
    const name = listed?.name ?? id;
    return { id, name, production: isProduction({ id, name }, settings) };
  };
  const seen = new Set<string>();
  const attempts = files.map((file): { reading: AccountReading } | { failure: Failure } => {
    try {
      const reading = readReportFile(readInput(file), accountOf);
      const { id } = reading.account;
      if (seen.has(id)) throw new UsageError(`${file} is of account ${id}, like another file`);
      seen.add(id);
      return { reading };
    } catch (error) {
      if (error instanceof UsageError) return { failure: { scope: 'account', id: file, reason: error.message } };
      if (!(error instanceof CredentialReportError)) throw error;
      return { failure: { scope: 'account', id: file, reason: `${file} ${error.message}. ${HOW_TO_DOWNLOAD}` } };
    }
  });
  const failures = attempts.flatMap((attempt) => ('failure' in attempt ? [attempt.failure] : []));
  if (failures.length === files.length) throw new UsageError(failures.map(({ reason }) => reason).join('\n'));
  const readings = attempts.flatMap((attempt) => ('reading' in attempt ? [attempt.reading] : []));
  return reportOn(readings, { scanId: randomUUID(), context: findingContextOf(settings, clock()) }, failures, clock());
};

const HOW_TO_DOWNLOAD =
  'Download one with: aws iam generate-credential-report; aws iam get-credential-report --query Content --output text | base64 -d > report.csv';

const auditLive = async (
  options: ScanOptions,
  settings: Settings,
  clock: () => Date,
  history: History | undefined,
): Promise<Audit> => {
  const { signal } = new AbortController();
  const aws = await connectAws({ settings, signal }).catch((error: unknown) => {
    throw connectionProblem(error);
  });
  const progress = showProgress(process.stderr);
  try {
    const request = { scanId: randomUUID(), context: findingContextOf(settings, clock()), users: options.user };
    return await audit(request, { ...aws, locators, history, clock, signal, onProgress: progress.show });
  } finally {
    progress.clear();
  }
};

/** How long telling people may take, in ms. */
const DELIVERY_TIME = 5 * 60 * 1000;

/** Tells the channels as the Lambda would; what they refuse is a failure of the report. */
const notified = async (report: AuditReport, settings: Settings): Promise<AuditReport> => {
  const context = notifierContext(settings, process.env, async () => {
    const token = slackTokenFrom(process.env);
    if (token) return token;
    throw new Error('there is no token: put a bot token (xoxb-…) into SLACK_TOKEN');
  });
  const end = performance.now() + DELIVERY_TIME;
  const { delivered, notSetUp, failures } = await deliver(report, notifiers, context, () => end - performance.now());
  for (const id of delivered) process.stderr.write(`keyaudit: Told ${id}.\n`);
  for (const { id, why } of notSetUp) process.stderr.write(`keyaudit: Did not tell ${id}: ${why}\n`);
  return { ...report, failures: [...report.failures, ...failures] };
};

/** Prints the report. What cannot be written to its file goes to stdout: a scan's result is never lost. */
const write = (report: AuditReport, { format, output }: ScanOptions): boolean => {
  const readByPeople = format === 'table' || format === 'text';
  const toFile = isFile(output);
  if (!readByPeople || toFile || !process.stdout.isTTY) {
    for (const line of failureLines(report, { names: 10, reason: 500, lines: 20 }))
      process.stderr.write(`keyaudit: ${line}\n`);
  }
  if (toFile) {
    try {
      writeFileSync(output, render(report, format, pc.createColors(false)));
      process.stderr.write(`keyaudit: ${headline(report)}: written to ${output}.\n`);
      return true;
    } catch (error) {
      process.stderr.write(`keyaudit: Cannot write ${output}: ${(error as Error).message}. Here it is instead:\n`);
    }
  }
  // No terminal is `undefined`, which would mean the default: colours, in CI.
  const colors = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  process.stdout.write(render(report, format, colors, process.stdout.columns));
  return !toFile;
};

/** Commander's argument parser for `--now`. */
function parseInstant(text: string): Date {
  const instant = new Date(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : Number.NaN,
  );
  if (Number.isNaN(instant.getTime()) || !isCalendarDay(text)) {
    throw new InvalidArgumentError('It is not an instant like 2026-11-23T09:00:00Z.');
  }
  return instant;
}
