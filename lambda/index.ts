import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { bucketHistory } from './aws/history.ts';
import { connectAws } from './aws/index.ts';
import { objectsIn } from './aws/objects.ts';
import { keepReport } from './aws/reports.ts';
import { bucketRuns } from './aws/runs.ts';
import { readSecret } from './aws/secret.ts';
import { plainError } from './domain/plain-error.ts';
import { handle } from './handle.ts';
import { locators } from './locators/index.ts';
import type { RunMetrics } from './metrics.ts';
import { notifierContext } from './notifiers/context.ts';
import { notifiers } from './notifiers/index.ts';
import { indentedLines } from './render/safe-text.ts';
import { METRICS_NAMESPACE, parseSettings } from './settings.ts';

/** The Lambda's entry: wiring on cold start, nothing else. */

const { REPORT_BUCKET, SETTINGS_FILE, SLACK_TOKEN_SECRET_ARN } = process.env;
const logger = new Logger({
  serviceName: 'keyaudit',
  // Names and messages of others are in the log as well.
  jsonReplacerFn: (_name, value) => (typeof value === 'string' ? indentedLines(value) : value),
});
const settings = parseSettings(
  JSON.parse(readFileSync(SETTINGS_FILE ?? new URL('settings.json', import.meta.url), 'utf8')),
);
/** The SDK's defaults wait for ever. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: 'keyaudit' });

/** With clients of this run: one that lost its patience in the run before would hardly try again. */
const storeIn = (bucket: string) => {
  const objects = objectsIn(new S3Client({ requestHandler, maxAttempts: 2 }), bucket);
  return { keepReport: keepReport(objects, bucket), history: bucketHistory(objects), openRun: bucketRuns(objects) };
};

const publishMetrics = (measured: RunMetrics): void => {
  for (const [name, value] of Object.entries(measured)) {
    metrics.addMetric(name, name.endsWith('Ms') ? MetricUnit.Milliseconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
};

const audit = handle({
  settings,
  connectAws,
  openStore: REPORT_BUCKET ? () => storeIn(REPORT_BUCKET) : undefined,
  locators,
  notifiers,
  notifierContext: notifierContext(settings, process.env, async () =>
    SLACK_TOKEN_SECRET_ARN
      ? readSecret(new SecretsManagerClient({ requestHandler }), SLACK_TOKEN_SECRET_ARN)
      : undefined,
  ),
  publishMetrics,
  clock: () => new Date(),
  log: logger,
});

/** What Lambda calls. A run that fails is logged with its error and its cause, and fails visibly: Lambda logs the error once more. */
export const handler = middy(audit).onError((request) => {
  const error = plainError(request.error);
  request.error = error;
  logger.error('the run failed', error);
});
