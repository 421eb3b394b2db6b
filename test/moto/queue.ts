import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';

/** An SQS queue that is subscribed to a topic, without an SDK client for it: moto reads who is called from the signature's scope. */

const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/${process.env['AWS_REGION']}/sqs/aws4_request`;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html */
const call = async (operation: string, input: object): Promise<unknown> => {
  const response = await fetch(process.env['AWS_ENDPOINT_URL']!, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${operation} answered ${response.status}: ${await response.text()}`);
  return response.json();
};

/** What SNS puts into a queue: https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
export type Notification = {
  TopicArn: string;
  Subject: string;
  Message: string;
  MessageAttributes: Record<string, { Type: string; Value: string }>;
};

/** Subscribes a new queue, and returns how to take out what came. */
export const subscribeQueue = async (
  topicArn: string,
  name: string,
  filterPolicy?: Record<string, unknown>,
): Promise<() => Promise<Notification[]>> => {
  const { QueueUrl } = (await call('CreateQueue', { QueueName: name })) as { QueueUrl: string };
  await new SNSClient().send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: topicArn.replace(/:sns:/, ':sqs:').replace(/[^:]+$/, name),
      ...(filterPolicy && { Attributes: { FilterPolicy: JSON.stringify(filterPolicy) } }),
    }),
  );
  return async () => {
    const received = (await call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 })) as {
      Messages?: { Body: string; ReceiptHandle: string }[];
    };
    const messages = received.Messages ?? [];
    for (const { ReceiptHandle } of messages) await call('DeleteMessage', { QueueUrl, ReceiptHandle });
    return messages.map(({ Body }) => JSON.parse(Body) as Notification);
  };
};
