import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteAccessKeyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../lambda/answer.ts';
import { objectsIn } from '../../lambda/aws/objects.ts';
import { bucketRuns } from '../../lambda/aws/runs.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { takeTurn } from '../../lambda/turns.ts';
import { never, used } from '../builders.ts';
import { backDateKey, emptyMoto, HUB, iamOf, seedUser } from './moto.ts';
import { type Notification, subscribeQueue } from './queue.ts';

/** What scans remember and runs note, in an S3 that is not ours. */

const BUCKET = 'keyaudit-reports';
const ago = (ms: number): Date => new Date(Date.now() - ms);
const inUse = () => used(ago(HOUR), { serviceName: 's3', region: 'eu-west-1' });
const directory = mkdtempSync(join(tmpdir(), 'keyaudit-'));
afterAll(() => rmSync(directory, { recursive: true }));

const s3 = new S3Client({ forcePathStyle: true });
let received: () => Promise<Notification[]>;
let run: (event: object, awsRequestId: string) => Promise<Answer>;
let ids: Record<string, string>;

beforeAll(async () => {
  await emptyMoto();
  await s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  const { TopicArn } = await new SNSClient().send(new CreateTopicCommand({ Name: 'keyaudit' }));
  received = await subscribeQueue(TopicArn!, 'keyaudit');
  const seed = async (userName: string): Promise<string> =>
    (await seedUser(HUB, { userName, accessKeys: [{ createDate: ago(100 * DAY), lastUsed: inUse() }] }))[0]!;
  ids = { alice: await seed('alice'), bob: await seed('bob') };
  const settingsFile = join(directory, 'settings.json');
  writeFileSync(settingsFile, '{}');
  Object.assign(process.env, {
    SETTINGS_FILE: settingsFile,
    SNS_TOPIC_ARN: TopicArn,
    REPORT_BUCKET: BUCKET,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const { handler } = await import('../../lambda/index.ts');
  run = (event, awsRequestId) =>
    handler(event, { awsRequestId, getRemainingTimeInMillis: () => 900_000 } as never) as Promise<Answer>;
});

describe('S3’s conditional writes', () => {
  it('let one of two take a turn', async () => {
    const open = bucketRuns(objectsIn(s3, BUCKET));
    const turn = (invocationId: string) => takeTurn('slack', { invocationId, notes: open('tick'), warn: () => {} });
    const turns = await Promise.all([turn('a'), turn('b')]);
    expect(turns.filter(({ isOurs }) => isOurs)).toHaveLength(1);
  });
});

describe('two scans', () => {
  it('compare what they found; and each tick is told once', async () => {
    const first = { scheduledTime: '2026-11-23T09:00:00Z' };
    expect((await run(first, 'request-1')).delivered).toEqual(['sns']);
    expect(await run(first, 'request-2')).toMatchObject({ delivered: [], toldBefore: ['slack', 'sns'] });
    expect(await received()).toHaveLength(1);

    const iam = await iamOf(HUB);
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: ids['bob']! }));
    await seedUser(HUB, { userName: 'carol', accessKeys: [{ createDate: ago(20 * DAY), lastUsed: never }] });
    await backDateKey(HUB, 'alice', ids['alice']!, { lastUsed: used(ago(60 * DAY)) });
    await run({ scheduledTime: '2026-11-24T09:00:00Z' }, 'request-3');
    const [message] = await received();
    const report = JSON.parse(message!.Message) as AuditReport;
    expect(report.findings.map(({ userName, change }) => [userName, change])).toEqual([
      ['alice', 'ongoing'],
      ['carol', 'new'],
    ]);
    expect(report.resolved.map(({ userName }) => userName)).toEqual(['bob']);
  });
});
