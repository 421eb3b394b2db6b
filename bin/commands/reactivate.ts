import { Command } from 'commander';
import { loadSettings } from '../config.ts';
import { UsageError } from '../exit-codes.ts';
import { requireAws } from '../reach-aws.ts';
import { reactivate } from '../rotation/reactivate.ts';
import type { Shell } from '../terminal.ts';

type ReactivateOptions = { config?: string; user?: string; dryRun?: true; yes?: true };

/** `keyaudit reactivate`. */
export const reactivateCommand = ({ clock, terminal }: Shell): Command =>
  new Command('reactivate')
    .summary('make a deactivated key active again, at once')
    .description(
      'Makes an inactive access key active again, and removes the note of when it was made inactive. No gate stands before it.',
    )
    .argument('<key-id>', 'the access key id')
    .option('--user <name>', 'the IAM user that has the key, where AWS does not say')
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .option('--dry-run', 'show every call that would be made, and make none')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
Exit codes:
  0  the key is active
  1  you said no
  2  it could not be made active

Example:
  npm run -s keyaudit -- reactivate AKIAIOSFODNN7EXAMPLE --yes`,
    )
    .action(async (accessKeyId: string, options: ReactivateOptions) => {
      if (!terminal.interactive && !options.yes && !options.dryRun) {
        throw new UsageError('Nobody is here to be asked: --yes goes on without asking, --dry-run only shows');
      }
      const operator = await requireAws(loadSettings(options.config), new AbortController().signal);
      process.exitCode = await reactivate(
        { accessKeyId, userName: options.user, dryRun: options.dryRun ?? false, assumeYes: options.yes ?? false },
        { operator, terminal, clock },
      );
    });
