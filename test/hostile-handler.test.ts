import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { NOW } from './builders.ts';
import { coldStart } from './cold-start.ts';
import { embeddedAws } from './embedded.ts';
import { type FakeSlack, fakeSecret, HUB_ACCOUNT_ID, startFakeSlack } from './fake-aws/index.ts';
import { fastForward } from './fast-forward.ts';
import { RUNBOOK } from './full-report.ts';
import { anyText, carriedText } from './hostile.ts';
import { asWorld, type HostileWorld, hostileWorld, intendedFor, scans } from './hostile-world.ts';
import { aliveInCsv, rowsExpected } from './inert/csv.ts';
import { aliveInMessage } from './inert/slack.ts';
import { aliveInPublished } from './inert/sns.ts';
import { aliveInLine, aliveInValue, linesOfOthers, stringsIn } from './inert/text.ts';

/** The Lambda's own entry on hostile accounts: what Slack, SNS, S3, the logs and the caller got. */

jest.setTimeout(60_000);

const TOPIC = `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`;
const settings = { accounts: { organization: {} }, runbookUrl: RUNBOOK, slack: { showUsage: true } };

let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(async () => {
  await slack.close();
});

/** A deployment whose world is another one each day. */
const deployment = async () => {
  let now = NOW;
  const secret = fakeSecret({ name: 'slack', value: slack.token });
  const aws = await embeddedAws({ now: () => now });
  const handler = await coldStart({
    aws,
    slack,
    settings,
    topicArn: TOPIC,
    secretArn: secret.arn,
    bucket: 'reports',
    environment: { POWERTOOLS_LOG_LEVEL: 'DEBUG', POWERTOOLS_METRICS_DISABLED: 'false' },
  });
  const live = async (hostile: HostileWorld) => {
    now = new Date(now.getTime() + DAY);
    Object.assign(aws.world, asWorld(hostile), { topicArns: [TOPIC], secrets: [secret] });
    for (const { faults } of [aws, slack]) faults.clear();
    for (const fault of hostile.faults) aws.faults.add(fault);
    slack.messages.length = slack.files.length = aws.sns.published.length = 0;
  };
  const invoke = async () => {
    const logs = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockReturnValue(true));
    const context = { awsRequestId: `request-${now.getTime()}`, getRemainingTimeInMillis: () => 300_000 };
    try {
      const outcome = await fastForward(() => handler({}, context), now).then(
        (answer) => ({ answer, error: undefined }),
        (error: Error) => ({ answer: undefined, error }),
      );
      const written = logs.flatMap(({ mock }) => mock.calls.map(([line]) => String(line).replace(/\n$/, '')));
      // Node's own warnings apart.
      return { ...outcome, lines: written.filter((line) => !line.startsWith('(node:')) };
    } finally {
      for (const log of logs) log.mockRestore();
    }
  };
  return { aws, live, invoke };
};

describe('a run on accounts in which everything has a hostile name', () => {
  it('tells Slack, SNS, S3, the logs and the caller without anything coming alive', async () => {
    const { aws, live, invoke } = await deployment();
    await fc.assert(
      fc.asyncProperty(hostileWorld, async (hostile) => {
        await live(hostile);
        const { answer, error, lines } = await invoke();
        expect(error).toBeUndefined();
        const [published] = aws.sns.published;
        const told = JSON.parse(JSON.parse(published?.message ?? '').default) as AuditReport;
        expect({
          messages: slack.messages.flatMap((message) => aliveInMessage(message, intendedFor(hostile))),
          files: slack.files.flatMap(({ content }) => aliveInCsv(content, rowsExpected(told))),
          mail: aws.sns.published.flatMap(aliveInPublished),
          answer: [...aliveInValue(answer), ...stringsIn(answer).flatMap(linesOfOthers)],
          lines: lines.flatMap(aliveInLine),
        }).toEqual({ messages: [], files: [], mail: [], answer: [], lines: [] });
        expect([slack.messages.length, aws.sns.published.length, lines.length]).not.toContain(0);
        expect(lines.map((line) => typeof JSON.parse(line))).toEqual(lines.map(() => 'object'));
        expect(keptReport(aws.s3.objects, told.scanId)).toEqual(told);
      }),
      scans(12),
    );
  });

  it('that cannot tell anybody says why without anything coming alive', async () => {
    const { aws, live, invoke } = await deployment();
    await fc.assert(
      fc.asyncProperty(hostileWorld, anyText, carriedText(), async (hostile, code, message) => {
        await live(hostile);
        slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'error', code });
        aws.faults.add({ operation: 'sns:Publish', kind: 'error', status: 400, code: 'InvalidParameter', message });
        const { error, lines } = await invoke();
        expect(error?.message).toMatch(/^The audit is done, but not everybody could be told\. /);
        expect([...aliveInLine(error?.message ?? ''), ...lines.flatMap(aliveInLine)]).toEqual([]);
      }),
      scans(8),
    );
  });
});

/** The names of objects hold no name of anybody's. */
const keptReport = (objects: ReadonlyMap<string, string>, scanId: string): unknown => {
  const all = [...objects].map(([key, text]) => ({ key, content: JSON.parse(text) }));
  for (const { key } of all) expect(key).toMatch(/^reports\/[\w/.:-]+\.json$/);
  return all.find(({ key, content }) => key.startsWith('reports/reports/') && content.scanId === scanId)?.content;
};
