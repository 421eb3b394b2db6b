import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { scanCommand } from '../../bin/commands/scan.ts';
import { exitCodes } from '../../bin/exit-codes.ts';
import { explanation } from '../../bin/explain.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { NOW } from '../builders.ts';
import { type FakeWorld, startFakeAws, startFakeSlack } from '../fake-aws/index.ts';
import { fastForward } from '../fast-forward.ts';
import { inject } from './matrix.ts';
import { arrivedAt, captureOutput, forget, type Outcome } from './outcome.ts';
import type { Swept } from './sweep.ts';
import { goOnToToday, type Scenario, TOPIC, YESTERDAY } from './world.ts';

export type CliOutcome = Outcome & { exitCode: number; stderr: string; history: Record<string, string> };

/** `keyaudit scan --notify --history … --format json` of today, and what yesterday's left in its history. */
export type CliRun = { outcome: CliOutcome; yesterday: CliOutcome['history']; world: FakeWorld; slackToken: string };

/** The command itself, as `bin/keyaudit.ts` runs it, where yesterday's scan is remembered. Its clock is the one that `fastForward` moves. */
export const sweptCli = async ({ world: makeWorld, settings, refusals }: Scenario): Promise<Swept<CliRun>> => {
  const slack = await startFakeSlack();
  const world = makeWorld(slack.token);
  const aws = await startFakeAws({ world, now: () => new Date() });
  const folder = mkdtempSync(join(tmpdir(), 'keyaudit-sweep-'));
  const [config, history, yesterday] = ['settings.json', 'history', 'yesterday'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(config, JSON.stringify(settings));
  Object.assign(process.env, aws.env, {
    SLACK_TOKEN: slack.token,
    SLACK_API_URL: slack.url,
    SNS_TOPIC_ARN: TOPIC,
    DEBUG: 'keyaudit',
  });

  const scan = async (now: Date): Promise<CliOutcome> => {
    aws.calls.reset();
    slack.calls.reset();
    const output = captureOutput();
    const before = process.exitCode;
    let error: Error | undefined;
    const command = scanCommand({ clock: () => new Date() }).exitOverride();
    const args = ['--config', config, '--notify', '--history', history, '--format', 'json'];
    const elapsed = await fastForward(async () => {
      await command.parseAsync(args, { from: 'user' }).catch((thrown: Error) => {
        error = thrown;
      });
      return Date.now() - now.getTime();
    }, now).finally(output.release);
    const exitCode = error ? exitCodes.incomplete : Number(process.exitCode);
    process.exitCode = before;
    const stdout = output.stdout.join('');
    const stderr = `${output.stderr.join('')}${error ? explanation(error) : ''}`;
    const remembered = filesIn(history);
    return {
      ...arrivedAt({ aws, slack }),
      ...(error && { error }),
      ...(stdout && { report: JSON.parse(stdout) as AuditReport }),
      exitCode,
      stderr,
      history: remembered,
      elapsed,
      everything: [
        stdout,
        stderr,
        ...Object.values(remembered),
        inspect([error, slack.messages, slack.files, aws.sns.published], { depth: 20, showHidden: true }),
      ].join('\n'),
    };
  };

  const makeWhole = (): void => {
    slack.faults.clear();
    aws.faults.clear();
    for (const refusal of refusals) aws.faults.add(refusal);
  };
  makeWhole();
  const { error, stderr, history: remembered } = await scan(YESTERDAY);
  if (error) throw error;
  if (Object.keys(remembered).length === 0) throw new Error(`yesterday's scan remembered nothing: ${stderr}`);
  goOnToToday(world);
  cpSync(history, yesterday, { recursive: true });

  return {
    run: async (cell) => {
      forget({ aws, slack });
      rmSync(history, { recursive: true });
      cpSync(yesterday, history, { recursive: true });
      makeWhole();
      if (cell) inject(cell, { aws: aws.faults, slack: slack.faults });
      return { outcome: await scan(NOW), yesterday: remembered, world, slackToken: slack.token };
    },
    close: async () => {
      rmSync(folder, { recursive: true });
      await Promise.all([aws.close(), slack.close()]);
    },
  };
};

const filesIn = (folder: string): Record<string, string> =>
  !existsSync(folder)
    ? {}
    : Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
