import { PublishCommand } from '@aws-sdk/client-sns';
import { reasonOf } from '../domain/failure.ts';
import { given } from '../domain/given.ts';
import { snsMessage } from '../render/sns-message.ts';
import type { Notifier } from './notifier.ts';

/** One message a scan, all-clears included: a scan that says nothing cannot be told from one that did not run. */
export const sns: Notifier = {
  id: 'sns',
  connect: async ({ snsTopicArn, createSnsClient, wholeReport, once, signal }) => {
    if (!snsTopicArn) return { ready: false, why: 'There is no SNS topic: SNS_TOPIC_ARN is not set.' };
    if (!snsTopicArn.startsWith('arn:')) throw new Error(`SNS_TOPIC_ARN is ${snsTopicArn}: that is no ARN.`);
    return {
      ready: true,
      notify: async (report) => {
        const command = new PublishCommand({ TopicArn: snsTopicArn, ...snsMessage(report, wholeReport) });
        try {
          await once('message', async () => {
            given((await createSnsClient().send(command, { abortSignal: signal })).MessageId, 'MessageId');
            return undefined;
          });
        } catch (error) {
          throw new Error(`Nothing was published to the SNS topic ${snsTopicArn}. ${advice(error)}`, { cause: error });
        }
      },
    };
  },
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const advice = (error: unknown): string => {
  const name = error instanceof Error ? error.name : '';
  if (name.startsWith('NotFound')) return 'There is no such topic: deploy keyaudit again, or correct the ARN.';
  if (/^(AuthorizationError|AccessDenied)/.test(name)) {
    return `Allow sns:Publish on it, and the use of its KMS key if it has one (${reasonOf(error)}).`;
  }
  if (name.startsWith('KMS'))
    return `Its KMS key refuses: allow kms:GenerateDataKey* and kms:Decrypt (${reasonOf(error)}).`;
  return reasonOf(error);
};
