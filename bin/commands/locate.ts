import { Command, Option } from 'commander';
import { plural } from '../../lambda/domain/time.ts';
import { searchRepositories } from '../../lambda/repositories/search.ts';
import { loadSettings } from '../config.ts';
import { type LocateFormat, locateFormats } from '../locate/formats.ts';
import { locateKeys } from '../locate/locate.ts';
import { refuseToOverwrite } from '../output.ts';
import { reachAws } from '../reach-aws.ts';
import type { Shell } from '../terminal.ts';

type LocateOptions = {
  repo?: string[];
  remember?: string;
  config?: string;
  format: LocateFormat;
  output?: string;
  yes?: true;
};

/** `keyaudit locate`. */
export const locateCommand = ({ clock, terminal }: Shell): Command =>
  new Command('locate')
    .summary('find where a key is used')
    .description(
      'Finds where an access key is used: its description in IAM, CloudTrail, the environments of Lambda functions, and ' +
        'repositories, encrypted hieradata included. Lists the services that only a person can look into. Without AWS ' +
        'credentials, it looks for a key id in repositories alone.',
    )
    .argument('<key-id|user>', 'an access key id, or a user of the account you are signed in to, with all its keys')
    .option('--repo <dir...>', 'look in these folders; encrypted hieradata is decrypted by your own eyaml, in memory')
    .option('--remember <text>', 'write down where the key is used, as its description in IAM')
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .addOption(new Option('--format <format>', 'what to print').choices([...locateFormats]).default('table'))
    .option('--output <file>', 'write there instead of to stdout')
    .option('-y, --yes', 'overwrite the description that --remember finds without asking')
    .addHelpText(
      'after',
      `
Nothing is changed but by --remember, and that only in the account you are signed in to.

Exit codes:
  0  found, and everything that could be asked was
  1  nowhere found
  2  incomplete, or could not run: what was found is printed all the same
What is left for a person to check does not count.

Examples:
  npm run -s keyaudit -- locate AKIAIOSFODNN7EXAMPLE --repo ~/govuk-puppet ~/govuk-secrets
  npm run -s keyaudit -- locate support-api --config cdk.json --format csv --output uses.csv
  npm run -s keyaudit -- locate AKIAIOSFODNN7EXAMPLE --remember 'hieradata of support and support-api - Fastly'`,
    )
    .action(async (wanted: string, options: LocateOptions) => {
      refuseToOverwrite(options.output, [options.config]);
      const { signal } = new AbortController();
      const settings = loadSettings(options.config);
      const search =
        options.repo &&
        searchRepositories({
          directories: options.repo,
          eyamlCommand: settings.eyaml.command,
          signal,
          onProgress: ({ files }) => terminal.progress(`Searched ${plural(files, 'file')} …`),
        });
      process.exitCode = await locateKeys(
        {
          wanted,
          remember: options.remember,
          assumeYes: options.yes ?? false,
          format: options.format,
          output: options.output,
        },
        { settings, reach: () => reachAws(settings, signal), terminal, clock, signal, searchRepositories: search },
      );
    });
