import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { notifierContext } from '../../lambda/notifiers/context.ts';
import { searchInfrastructureCode } from '../../lambda/repositories/search.ts';
import { loadSettings } from '../config.ts';
import { UsageError } from '../exit-codes.ts';
import { keyaudit } from '../own-command.ts';
import { requireAws } from '../reach-aws.ts';
import { rotate } from '../rotation/rotate.ts';
import { secretStore } from '../rotation/store.ts';
import { slackTokenFrom } from '../slack-token.ts';
import type { Shell } from '../terminal.ts';

type RotateOptions = {
  config?: string;
  repo?: string[];
  store?: string;
  storeCheck?: string;
  wait?: number;
  confirmedUnused?: true;
  secretLost?: true;
  force?: true;
  reason?: string;
  noticeSent?: true;
  dryRun?: true;
  yes?: true;
};

/** `keyaudit rotate`. */
export const rotateCommand = ({ clock, terminal, ...shell }: Shell): Command =>
  new Command('rotate')
    .summary('do the next step of a rotation, after showing it and asking')
    .description(
      'Does the next step of the rotation of an IAM user’s key, and only that: free a slot, create, verify, deactivate, ' +
        'delete. Shows it first, and asks. Where the rotation stands is read from IAM, so anybody can go on days later on ' +
        'another machine. Acts with your own credentials, in the account that they are of.',
    )
    .argument('<user>', 'the IAM user')
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .option(
      '--repo <dir...>',
      'look in these repositories whether infrastructure code makes the key; give the user before it',
    )
    .option(
      '--store <where>',
      'where a new secret goes: "terminal" (shown once, the default), or "command:…", a shell command that reads the new key on stdin, in JSON as aws iam create-access-key prints it (.AccessKey.SecretAccessKey)',
    )
    .option('--store-check <command>', 'run this before a key is created: it has to succeed')
    .option(
      '--wait <duration>',
      'watch until the step is safe, for so long: 90s, 30m, 2h, 7d; it is not done then',
      parseDuration,
    )
    .option('--confirmed-unused', 'its owner says that nobody needs the unused key')
    .option('--secret-lost', 'the secret of the new key was lost before anybody used it: delete it, create another')
    .addOption(new Option('--force', 'do it although something speaks against it; needs --reason'))
    .option('--reason <text>', 'why it is forced: printed, and posted to Slack')
    .option('--notice-sent', 'you have told on-call, or the team of a forced step, yourself: for want of SLACK_TOKEN')
    .option('--dry-run', 'show every call that would be made, and make none')
    .option('-y, --yes', 'do not ask: for scripts')
    .addHelpText(
      'after',
      `
Before a key is taken away in production, on-call (slack.onCall) is told on Slack, and the team of every forced step: put a
bot token into SLACK_TOKEN, or send the text that is printed; --yes takes --notice-sent for that. Without --config, the
account is treated as production.

Exit codes:
  0  the step is done, or there is nothing to do; with --wait: nothing speaks against it any more
  1  not now: something speaks against it, or you said no
  2  something failed: what was done and what was not is said; run the same command again

Examples:
  npm run -s keyaudit -- rotate support-api --config cdk.json --dry-run
  npm run -s keyaudit -- rotate support-api --config cdk.json --store 'command:pass insert -m aws/support-api'
  npm run -s keyaudit -- rotate support-api --config cdk.json --wait 2h`,
    )
    .action(async (userName: string, options: RotateOptions) => {
      const { signal } = new AbortController();
      const force = reasonToForce(options);
      const settings = loadSettings(options.config);
      const operator = await requireAws(settings, signal);
      if (options.config === undefined) {
        terminal.say('Without --config, nobody knows which account is production: this one is treated as if it were.');
        operator.account.production = true;
      } else if (settings.productionAccounts.length === 0) {
        terminal.say('The settings name no productionAccounts: nobody is told before a key is taken away.');
      }
      const search = options.repo && searchInfrastructureCode({ directories: options.repo, signal });
      process.exitCode = await rotate(
        {
          userName,
          wait: options.wait,
          confirmedUnused: options.confirmedUnused ?? false,
          secretLost: options.secretLost ?? false,
          force,
          noticeSent: options.noticeSent ?? false,
          dryRun: options.dryRun ?? false,
          assumeYes: options.yes ?? false,
        },
        {
          settings,
          operator,
          terminal,
          clock,
          sleep: shell.sleep ?? ((ms) => sleep(ms)),
          store: secretStore(options.store, options.storeCheck, terminal),
          command: (...words) => keyaudit(...words, ...(options.config ? ['--config', options.config] : [])),
          slack: notifierContext(settings, process.env, async () => slackTokenFrom(process.env)),
          ...(search && { searchInfrastructureCode: search }),
        },
      );
    });

const reasonToForce = ({ force, reason }: RotateOptions): string | undefined => {
  if (!force && reason === undefined) return undefined;
  if (force && reason?.trim()) return reason.trim();
  throw new UsageError(force ? '--force needs --reason "why": it is printed and posted' : '--reason goes with --force');
};

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: HOUR, d: DAY };

/** Commander's argument parser for `--wait`: ms. */
function parseDuration(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (ms > 0 && ms <= MOST_MS) return ms;
  throw new InvalidArgumentError('It is not a duration like 90s, 30m, 2h or 7d.');
}

/** Thirty days: credentials end long before. */
const MOST_MS = 30 * DAY;
