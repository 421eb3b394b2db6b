import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { connectAws } from './aws/index.ts';
import { readSecret } from './aws/secret.ts';
import { handle } from './handle.ts';
import { notifierContext } from './notifiers/context.ts';
import { notifiers } from './notifiers/index.ts';
import { parseSettings } from './settings.ts';

/** The Lambda's entry: wiring on cold start, nothing else. */

const { SETTINGS_FILE, SLACK_TOKEN_SECRET_ARN } = process.env;
const logger = new Logger({ serviceName: 'keyaudit' });
const settings = parseSettings(
  JSON.parse(readFileSync(SETTINGS_FILE ?? new URL('settings.json', import.meta.url), 'utf8')),
);
const secrets = new SecretsManagerClient({
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});

const audit = handle({
  settings,
  connectAws,
  notifiers,
  notifierContext: notifierContext(settings, process.env, async () =>
    SLACK_TOKEN_SECRET_ARN ? readSecret(secrets, SLACK_TOKEN_SECRET_ARN) : undefined,
  ),
  clock: () => new Date(),
  log: logger,
});

export const handler = middy(audit).onError(({ error }) => {
  logger.error('the run failed', error as Error);
});
