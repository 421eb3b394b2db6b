import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import type { AuditReport } from '../lambda/domain/report.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { type FakeAws, type FakeSlack, startFakeAws, startFakeSlack } from '../test/fake-aws/index.ts';
import { viewBlocks } from './demo/slack-view.ts';
import { demoSettings, demoWorld, topicArn, unreadableKeyId } from './demo/world.ts';

/**
 * The whole audit without an AWS account: the real Lambda handler, with the real AWS and Slack clients over HTTP, on an
 * embedded AWS and Slack. Exits 0 when every message arrived.
 */

const INTRODUCTION = `keyaudit looks at the AWS IAM access keys of every account, finds those that are overdue, unused or still in use after
their replacement, and says what to do next. This demo audits four made-up accounts on an AWS and a Slack of its own:
nothing leaves this machine. Below is what the team would see.`;

/** Of the e-mail, so many lines are shown: Slack told the same before. */
const EMAIL_LINES = 24;

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
    POWERTOOLS_METRICS_DISABLED: 'true',
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
  const lines = email.split('\n');
  say(lines.slice(0, EMAIL_LINES).join('\n'));
  if (lines.length > EMAIL_LINES)
    say(pc.dim(`… ${lines.length - EMAIL_LINES} more lines: the same findings, in demo-output/email.txt`));
  heading('Files');
  for (const [name, content] of [
    ['report.json', `${JSON.stringify(JSON.parse(json), null, 2)}\n`],
    ['email.txt', email],
    [csv.name, csv.content.toString()],
    ['report.html', renderHtml(JSON.parse(json))],
  ] as const) {
    mkdirSync('demo-output', { recursive: true });
    const file = join('demo-output', name);
    writeFileSync(file, content);
    say(`${relative('.', file)}`);
  }
  const { findings } = JSON.parse(json) as AuditReport;
  say(
    `\n${findings.length} findings, in ${aws.calls.all.length} AWS calls; no key was changed. Next, on an account of yours: npm run -s keyaudit -- scan`,
  );
  return true;
};

say(INTRODUCTION);
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
