import { SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { deliver } from '../lambda/deliver.ts';
import { notifiers } from '../lambda/notifiers/index.ts';
import { slackClient } from '../lambda/notifiers/slack-client.ts';
import {
  type FakeAws,
  type FakeSlack,
  fakeWorld,
  HUB_ACCOUNT_ID,
  startFakeAws,
  startFakeSlack,
} from './fake-aws/index.ts';
import { notifierContext } from './notifier-context.ts';
import { auditReport, findings } from './report-builders.ts';

/** More than any message holds, told by the real clients: the embedded Slack and SNS refuse what is over a limit of theirs. */

const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
const TOTAL = 2_000;
const report = auditReport({ findings: findings(TOTAL) });
const names = report.findings.map(({ userName }) => userName);

let slack: FakeSlack;
let aws: FakeAws;
beforeAll(async () => {
  slack = await startFakeSlack();
  aws = await startFakeAws({ world: fakeWorld({ topicArns: [TOPIC] }) });
  const context = notifierContext({
    getSlackToken: async () => slack.token,
    createSlackClient: slackClient({ slackApiUrl: slack.url }),
    snsTopicArn: TOPIC,
    createSnsClient: () => new SNSClient(aws.clientConfig),
    wholeReport: 's3://reports/whole.json',
  });
  const delivery = await deliver(report, notifiers, context, () => 60_000);
  expect(delivery).toMatchObject({ delivered: ['slack', 'sns'], failures: [] });
}, 60_000);
afterAll(() => Promise.all([slack.close(), aws.close()]));

describe('2,000 findings', () => {
  it('are all in the CSV, in their order', () => {
    const rows: Record<string, string>[] = parse(slack.files[0]?.content ?? '', { columns: true });
    const found = rows.filter(({ record }) => record === 'finding').map((row) => row['user']);
    expect(found).toEqual(names);
  });

  it('are counted in the digest: so many here, so many in the thread, the others in the CSV', () => {
    const [digest] = slack.messages;
    const shown = slack.messages.flatMap(({ text, blocks }) => numbersIn(`${text}\n${JSON.stringify(blocks)}`));
    const said = JSON.stringify(digest?.blocks);
    const inThread = Number(/(\d+) of 2000 findings: in the thread/.exec(said)?.[1]);
    const inCsvOnly = Number(/(\d+): in its CSV only/.exec(said)?.[1]);
    expect(inThread).toBeGreaterThan(0);
    expect(new Set(shown).size + inCsvOnly).toBe(TOTAL);
    expect(digest?.text).toContain('2000 access keys need attention');
  });

  it('are in SNS as far as they fit: it says how many are left out of the JSON and of the e-mail, and where they are', () => {
    const { default: json, email } = JSON.parse(aws.sns.published[0]?.message ?? '{}') as Record<string, string>;
    const told = JSON.parse(json ?? '{}') as { findings: unknown[]; leftOut: { findings: number }; note: string };
    expect(told.findings.length).toBeGreaterThan(0);
    expect(told.findings.length + told.leftOut.findings).toBe(TOTAL);
    const note = `Left out: ${told.leftOut.findings} findings. The whole report: s3://reports/whole.json`;
    expect(told.note).toContain(note);
    expect(email?.replaceAll(/\s+/g, ' ')).toContain(note);
    expect(email).toContain('2000 access keys need attention');
  });
});

/** The numbers of the findings that a message tells. */
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/\b(\d+)\. (?:Critical|High|Medium|Low)\b/g)].map(([, number]) => Number(number));
