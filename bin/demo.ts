import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import type { AuditReport } from '../lambda/domain/report.ts';
import { type FakeAws, type FakeSlack, startFakeAws, startFakeSlack } from '../test/fake-aws/index.ts';
import { viewBlocks } from './demo/slack-view.ts';
import { demoSettings, demoWorld, topicArn, unreadableKeyId } from './demo/world.ts';

/**
 * The whole audit without an AWS account: the real Lambda handler, with the real AWS and Slack clients over HTTP, on an
 * embedded AWS and Slack. Exits 0 when every message arrived.
 */

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const heading = (text: string): void => say(`\n${pc.inverse(` ${text} `)}\n`);

/** Runs the Lambda's own handler as Lambda would, against the embedded services. */
const invoke = async (aws: FakeAws, slack: FakeSlack): Promise<void> => {
  const settingsFile = join(mkdtempSync(join(tmpdir(), 'keyaudit-demo-')), 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(demoSettings));
  // A profile or an endpoint setting of the person who runs the demo must not lead it to a real account.
  for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])
    delete process.env[name];
  Object.assign(process.env, aws.env, {
    SETTINGS_FILE: settingsFile,
    SNS_TOPIC_ARN: topicArn,
    SLACK_TOKEN_SECRET_ARN: aws.world.secrets[0]?.arn,
    SLACK_API_URL: slack.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const { handler } = await import('../lambda/index.ts');
  await handler({}, { awsRequestId: 'demo', getRemainingTimeInMillis: () => 15 * 60 * 1000 } as Parameters<
    typeof handler
  >[1]);
};

const show = (aws: FakeAws, slack: FakeSlack): boolean => {
  const channels = new Map(slack.channels.map(({ id, name }) => [id, name]));
  for (const message of slack.messages) {
    const where = `#${channels.get(message.channel) ?? message.channel}${message.thread_ts ? ', in the thread' : ''}`;
    heading(`Slack ${where}`);
    say(viewBlocks(message.blocks ?? []) || message.text);
  }
  const [published] = aws.sns.published;
  const [csv] = slack.files;
  if (!published || !csv || slack.messages.length === 0) return false;
  const { default: json = '', email = '' } = JSON.parse(published.message) as Record<string, string>;
  heading(`SNS e-mail: ${published.subject}`);
  say(email);
  heading('Files');
  for (const [name, content] of [
    ['report.json', `${JSON.stringify(JSON.parse(json), null, 2)}\n`],
    [csv.name, csv.content.toString()],
  ] as const) {
    mkdirSync('demo-output', { recursive: true });
    const file = join('demo-output', name);
    writeFileSync(file, content);
    say(`${relative('.', file)}`);
  }
  const report = JSON.parse(json) as AuditReport;
  say(
    `\n${report.findings.length} findings in ${aws.calls.all.length} AWS calls. No key was changed: the auditor only reads. Next: npm run -s keyaudit -- scan --help`,
  );
  return true;
};

const slack = await startFakeSlack();
const aws = await startFakeAws({ world: demoWorld(new Date(), slack.token) });
aws.faults.add({
  operation: 'iam:GetAccessKeyLastUsed',
  kind: 'deny',
  when: (params) => params['AccessKeyId'] === unreadableKeyId,
});
try {
  await invoke(aws, slack);
  if (!show(aws, slack)) throw new Error('a message is missing');
} catch (error) {
  console.error('The demo failed:', error);
  process.exitCode = 1;
} finally {
  await Promise.all([aws.close(), slack.close()]);
}
