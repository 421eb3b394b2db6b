/** Forked by `fake-aws.ts`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { FAKE_SLACK_TOKEN, fakeSecret, HUB_ACCOUNT_ID, startFakeAws, startFakeSlack } from '../fake-aws/index.ts';
import type { FakeAwsToFork, Seen } from './fake-aws.ts';
import { benchWorld } from './worlds.ts';

const { world, latencyMs, limits, bucketFile } = JSON.parse(process.argv[2] ?? '') as Omit<FakeAwsToFork, 'startAt'>;
const topic = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
const bucket = 'reports';
const secret = fakeSecret({ name: 'slack', value: FAKE_SLACK_TOKEN });

const slack = await startFakeSlack({ latencyMs });
const aws = await startFakeAws({
  world: benchWorld(world, { topicArns: [topic], secrets: [secret] }),
  latencyMs,
  ...(limits && { limits }),
});
const { objects } = aws.s3;
if (bucketFile !== undefined && existsSync(bucketFile)) {
  for (const [key, text] of JSON.parse(readFileSync(bucketFile, 'utf8')) as [string, string][]) objects.set(key, text);
}

const newestReport = (): string | undefined => {
  const reports = [...objects.keys()].filter((key) => key.startsWith(`${bucket}/reports/`)).sort();
  return objects.get(reports.at(-1) ?? '');
};

const seen = (): Seen => ({
  calls: { ...aws.calls.byOperation(), ...slack.calls.byOperation() },
  throttled: aws.throttled.byOperation(),
  digests: slack.messages.filter(({ thread_ts }) => thread_ts === undefined).length,
  threadMessages: slack.messages.filter(({ thread_ts }) => thread_ts !== undefined).length,
  files: slack.files.map(({ content }) => content),
  published: aws.sns.published.length,
  report: newestReport(),
});

process.on('message', () => {
  if (bucketFile !== undefined) writeFileSync(bucketFile, JSON.stringify([...objects]));
  process.send?.(seen());
});
process.on('disconnect', async () => {
  await aws.close();
  await slack.close();
});
process.send?.({
  ...aws.env,
  SNS_TOPIC_ARN: topic,
  SLACK_TOKEN_SECRET_ARN: secret.arn,
  SLACK_API_URL: slack.url,
  REPORT_BUCKET: bucket,
});
