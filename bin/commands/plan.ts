import { Command, Option } from 'commander';
import { loadSettings } from '../config.ts';
import { type PlanRequest, plan } from '../plan/plan.ts';
import { requireAws } from '../reach-aws.ts';
import type { Shell } from '../terminal.ts';

type PlanOptions = { config?: string; format: PlanRequest['format'] };

/** `keyaudit plan`. */
export const planCommand = ({ clock, terminal }: Shell): Command =>
  new Command('plan')
    .summary('say where a user’s rotation stands, and what comes next')
    .description(
      'Says at which stage of its rotation a user’s key is, what that rests on, what the next step is with its exact ' +
        'commands, and what is still unknown. Reads live values, and changes nothing.',
    )
    .argument('<user|key-id>', 'a user of the account you are signed in to, or the id of one of its keys')
    .option('--config <file>', 'settings: a JSON file, or a cdk.json with the context key "keyaudit"')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Without --config, no account is known as production. A key of another account is read by that account's audit role.

Exit codes:
  0  there is nothing to do, or the user is exempt
  1  there is a step to do, or to wait for
  2  something could not be read, or it could not run: what is known is printed all the same

Examples:
  npm run -s keyaudit -- plan support-api --config cdk.json
  npm run -s keyaudit -- plan AKIAIOSFODNN7EXAMPLE --format json | jq -r '.nextStep.commands[]'`,
    )
    .action(async (wanted: string, { config, format }: PlanOptions) => {
      const { signal } = new AbortController();
      const settings = loadSettings(config);
      if (config === undefined) terminal.say('Without --config, no account is known as production.');
      const operator = await requireAws(settings, signal);
      process.exitCode = await plan(
        { wanted, format, configWords: config === undefined ? [] : ['--config', config] },
        { settings, operator, terminal, clock, signal },
      );
    });
