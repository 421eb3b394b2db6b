import { inspect } from 'node:util';
import type { Answer } from '../../lambda/answer.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { NOW } from '../builders.ts';
import { coldStart, type Handler } from '../cold-start.ts';
import { type FakeAws, type FakeSlack, type FakeWorld, startFakeAws, startFakeSlack } from '../fake-aws/index.ts';
import { fastForward } from '../fast-forward.ts';
import { inject } from './matrix.ts';
import { arrivedAt, captureOutput, forget, type Outcome } from './outcome.ts';
import type { Swept } from './sweep.ts';
import { BUCKET, goOnToToday, type Scenario, TOPIC, YESTERDAY } from './world.ts';

/** Lambda's longest run, in ms: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
export const LONGEST_RUN = 900_000;

export type LambdaOutcome = Outcome & {
  answer?: Answer;
  /** The last that was published of each. */
  metrics: Record<string, number>;
  /** The paths of the objects in S3. */
  stored: string[];
  /** What the next scan will know, by path. */
  history: Record<string, string>;
};

/** The scheduled run of today, and, where it failed, Lambda's repetition without the fault, with all that was told by then. */
export type LambdaRun = {
  outcome: LambdaOutcome;
  repeated?: LambdaOutcome;
  /** What yesterday's left in the history. */
  yesterday: LambdaOutcome['history'];
  world: FakeWorld;
  slackToken: string;
};

/** A deployment that scanned yesterday, whose runs have so many ms. Its clock is the one that `fastForward` moves. */
export const sweptLambda = async (
  { world: makeWorld, settings, refusals }: Scenario,
  time = LONGEST_RUN,
): Promise<Swept<LambdaRun>> => {
  const slack = await startFakeSlack();
  const world = makeWorld(slack.token);
  const aws = await startFakeAws({ world, now: () => new Date() });
  const secretArn = world.secrets[0]?.arn ?? '';
  const environment = { POWERTOOLS_LOG_LEVEL: 'DEBUG', POWERTOOLS_METRICS_DISABLED: 'false' };
  const handler = await coldStart({ aws, slack, settings, topicArn: TOPIC, secretArn, bucket: BUCKET, environment });
  const invoke = invokes(handler, { aws, slack });

  const makeWhole = (): void => {
    slack.faults.clear();
    aws.faults.clear();
    for (const refusal of refusals) aws.faults.add(refusal);
  };
  makeWhole();
  const { error, history: yesterday } = await invoke(YESTERDAY, LONGEST_RUN);
  if (error) throw error;
  goOnToToday(world);
  const remembered = [...aws.s3.objects];

  const given = { yesterday, world, slackToken: slack.token };
  return {
    run: async (cell) => {
      forget({ aws, slack });
      aws.s3.objects.clear();
      for (const [path, text] of remembered) aws.s3.objects.set(path, text);
      makeWhole();
      if (cell) inject(cell, { aws: aws.faults, slack: slack.faults });
      const outcome = await invoke(NOW, time);
      if (!outcome.error) return { ...given, outcome };
      makeWhole();
      return { ...given, outcome, repeated: await invoke(NOW, LONGEST_RUN) };
    },
    close: async () => {
      await Promise.all([aws.close(), slack.close()]);
    },
  };
};

type Services = { aws: FakeAws; slack: FakeSlack };

const invokes =
  (handler: Handler, { aws, slack }: Services) =>
  async (now: Date, time: number): Promise<LambdaOutcome> => {
    aws.calls.reset();
    slack.calls.reset();
    const output = captureOutput();
    const result: Pick<LambdaOutcome, 'answer' | 'error'> = {};
    const context = {
      awsRequestId: `request-of-${now.toISOString().slice(0, 10)}`,
      getRemainingTimeInMillis: () => now.getTime() + time - Date.now(),
    };
    const elapsed = await fastForward(async () => {
      try {
        result.answer = await handler({ scheduledTime: now.toISOString() }, context);
      } catch (error) {
        result.error = error as Error;
      }
      return Date.now() - now.getTime();
    }, now).finally(output.release);
    const arrived = arrivedAt({ aws, slack });
    const report = keptReport(aws.s3.objects, now) ?? arrived.told;
    return {
      ...result,
      ...arrived,
      ...(report && { report }),
      metrics: metricsIn(output.stdout),
      stored: [...aws.s3.objects.keys()].sort(),
      history: Object.fromEntries([...aws.s3.objects].filter(([path]) => path.startsWith(`${BUCKET}/latest/`))),
      everything: [
        ...output.stdout,
        ...output.stderr,
        ...[...aws.s3.objects].flat(),
        inspect([result, slack.messages, slack.files, aws.sns.published], { depth: 20, showHidden: true }),
        asLambdaLogs(result.error),
      ].join('\n'),
      elapsed,
    };
  };

const keptReport = (objects: ReadonlyMap<string, string>, now: Date): AuditReport | undefined => {
  const day = `${BUCKET}/reports/${now.toISOString().slice(0, 10).replaceAll('-', '/')}/`;
  const [, text] = [...objects].find(([path]) => path.startsWith(day)) ?? [];
  return text === undefined ? undefined : (JSON.parse(text) as AuditReport);
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const metricsIn = (lines: readonly string[]): Record<string, number> => {
  const published = lines.filter((line) => line.includes('"CloudWatchMetrics"')).map((line) => JSON.parse(line));
  return Object.assign({}, ...published) as Record<string, number>;
};

/** Lambda's runtime logs an error with all its enumerable properties, and so those of its causes. */
const asLambdaLogs = (error: unknown): string =>
  JSON.stringify(error, (_key, value) =>
    value instanceof Error ? Object.assign({ text: String(value.stack), cause: value.cause }, value) : value,
  ) ?? '';
