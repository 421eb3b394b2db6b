import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { parseArn } from '../domain/partition.ts';
import type { Settings } from '../settings.ts';
import type { NotifierContext } from './notifier.ts';
import { slackClient } from './slack-client.ts';

/** Names and addresses that a deployment gives the program. */
export type Environment = {
  SNS_TOPIC_ARN?: string | undefined;
  /** A Slack that is not slack.com: for tests and the demo. */
  SLACK_API_URL?: string | undefined;
};

/** What the notifiers need, by real clients. */
export const notifierContext = (
  { slack }: Pick<Settings, 'slack'>,
  { SNS_TOPIC_ARN: snsTopicArn, SLACK_API_URL: slackApiUrl }: Environment,
  getSlackToken: NotifierContext['getSlackToken'],
): NotifierContext => ({
  slack,
  getSlackToken,
  createSlackClient: slackClient(slackApiUrl ? { slackApiUrl } : {}),
  snsTopicArn,
  createSnsClient: () => new SNSClient({ region: parseArn(snsTopicArn ?? '').region, maxAttempts: 5 }),
  sleep: (duration) => sleep(duration),
});
