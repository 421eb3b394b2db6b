import { Command, Option } from 'commander';
import { loadSettings } from '../config.ts';
import { requireAws } from '../reach-aws.ts';
import type { Shell } from '../terminal.ts';
import { type WhoseRequest, whose } from '../whose/whose.ts';

type WhoseOptions = { config?: string; format: WhoseRequest['format'] };

/** `keyaudit whose`. */
export const whoseCommand = ({ clock, terminal }: Shell): Command =>
  new Command('whose')
    .summary('tell whose a key is that you found somewhere')
    .description(
      'Tells which AWS account an access key id belongs to, which user has it, how old it is, when it was last used, and ' +
        'what to run next. Asks AWS about the id only: the secret is not needed. Another account is read by its audit role.',
    )
    .argument('<key-id>', 'the access key id')
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Exit codes:
  0  all of it is known
  1  no AWS account has this key
  2  something could not be found out, or it could not run: what is known is printed all the same

Examples:
  npm run -s keyaudit -- whose AKIAIOSFODNN7EXAMPLE
  npm run -s keyaudit -- whose AKIAIOSFODNN7EXAMPLE --config cdk.json --format json | jq -r .userName`,
    )
    .action(async (accessKeyId: string, { config, format }: WhoseOptions) => {
      const { signal } = new AbortController();
      const settings = loadSettings(config);
      const operator = await requireAws(settings, signal);
      process.exitCode = await whose(
        { accessKeyId, format, configWords: config === undefined ? [] : ['--config', config] },
        { settings, operator, terminal, clock, signal },
      );
    });
