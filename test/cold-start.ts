import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Answer } from '../lambda/answer.ts';
import type { FakeAws, FakeSlack } from './fake-aws/index.ts';

/** The Lambda's own entry, wired as it is on cold start, on an embedded AWS and Slack. */

export type Handler = (event: unknown, context: object) => Promise<Answer>;

type Deployment = {
  aws: FakeAws;
  slack: FakeSlack;
  settings?: object | undefined;
  topicArn: string;
  secretArn: string;
  /** Without one, nothing is kept or remembered. */
  bucket?: string;
  /** Further environment variables; its logs and metrics are silent unless they say otherwise. */
  environment?: Record<string, string>;
};

/** Rejects where the settings are wrong, as a cold start does. */
export const coldStart = async ({
  aws,
  slack,
  settings = {},
  topicArn,
  secretArn,
  bucket,
  environment,
}: Deployment) => {
  const settingsFile = join(mkdtempSync(join(tmpdir(), 'keyaudit-')), 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(settings));
  delete process.env['REPORT_BUCKET'];
  Object.assign(process.env, aws.env, {
    SETTINGS_FILE: settingsFile,
    SNS_TOPIC_ARN: topicArn,
    SLACK_TOKEN_SECRET_ARN: secretArn,
    SLACK_API_URL: slack.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    ...(bucket && { REPORT_BUCKET: bucket }),
    ...environment,
  });
  jest.resetModules();
  const { handler } = (await import('../lambda/index.ts')) as unknown as { handler: Handler };
  return handler;
};
