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

/** The defaults wait for ever. */
const timeouts = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** What the notifiers need, by real clients. */
export const notifierContext = (
  { slack }: Pick<Settings, 'slack'>,
  { SNS_TOPIC_ARN: snsTopicArn, SLACK_API_URL: slackApiUrl }: Environment,
  getSlackToken: NotifierContext['getSlackToken'],
): Omit<NotifierContext, 'signal' | 'once'> => ({
  slack,
  getSlackToken,
  createSlackClient: slackClient(slackApiUrl ? { slackApiUrl } : {}),
  snsTopicArn,
  createSnsClient: () =>
    new SNSClient({ region: parseArn(snsTopicArn ?? '').region, maxAttempts: 5, requestHandler: timeouts }),
  // The global timer: where tests make time pass faster, this goes with it.
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
});
