import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { folderHistory } from '../bin/history-folder.ts';
import { bucketHistory } from '../lambda/aws/history.ts';
import { objectsIn } from '../lambda/aws/objects.ts';
import type { History } from '../lambda/ports.ts';
import { embeddedAws } from './embedded.ts';

/** Where histories are: a folder of the laptop, and the bucket of the Lambda. */

const ID = '111122223333';
const OTHER = '444455556666';

const temporary = (): string => mkdtempSync(join(tmpdir(), 'keyaudit-history-'));
const bucket = async () => {
  const aws = await embeddedAws();
  const history = bucketHistory(objectsIn(new S3Client({ ...aws.clientConfig, maxAttempts: 1 }), 'reports'));
  return { aws, history };
};

describe.each<[string, () => Promise<History>]>([
  ['in a folder that is not there yet', async () => folderHistory(join(temporary(), 'a', 'history'))],
  ['in a bucket', async () => (await bucket()).history],
])('texts %s', (_where, open) => {
  it('are there again as they were written, by account; the last one counts', async () => {
    const history = await open();
    expect(await history.recall(ID)).toBeUndefined();
    await history.remember(ID, 'first');
    await history.remember(OTHER, 'other');
    await history.remember(ID, 'ëven “second”\n');
    expect([await history.recall(ID), await history.recall(OTHER)]).toEqual(['ëven “second”\n', 'other']);
  });

  it('that are set aside are no memory, and written over none', async () => {
    const history = await open();
    await history.remember(ID, 'memory');
    await history.setAside(ID, 'scan-1', 'one');
    await history.setAside(ID, 'scan-2', 'two');
    expect(await history.recall(ID)).toBe('memory');
  });
});

describe('a folder', () => {
  const files = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();

  it('has a file for each account, and apart what was set aside', async () => {
    const folder = temporary();
    const history = folderHistory(folder);
    await history.remember(ID, 'memory');
    await history.setAside(ID, 'scan-1', 'unreadable');
    expect(files(folder)).toEqual([`${ID}.json`, 'unreadable', `unreadable/${ID}-scan-1.json`]);
    expect(readFileSync(join(folder, 'unreadable', `${ID}-scan-1.json`), 'utf8')).toBe('unreadable');
  });

  it('never has half of what is being written', async () => {
    const history = folderHistory(temporary());
    const [before, after] = ['1', '2'].map((digit) => digit.repeat(20_000_000)) as [string, string];
    await history.remember(ID, before);
    let isWritten = false;
    const writing = history.remember(ID, after).then(() => {
      isWritten = true;
    });
    const seen = new Set<number>();
    while (!isWritten) seen.add((await history.recall(ID))?.length ?? 0);
    await writing;
    expect([...seen]).toEqual([before.length]);
    expect(await history.recall(ID)).toBe(after);
  });

  it('in which a write was interrupted has what was there before, and is written to again', async () => {
    const folder = temporary();
    const history = folderHistory(folder);
    await history.remember(ID, 'memory');
    writeFileSync(join(folder, `${ID}.json.part`), 'mem');
    expect(await history.recall(ID)).toBe('memory');
    await history.remember(ID, 'later');
    expect(await history.recall(ID)).toBe('later');
  });

  it('that two scans write to at once has what one of them wrote', async () => {
    const folder = temporary();
    const history = folderHistory(folder);
    const texts = ['1', '2', '3', '4'].map((digit) => digit.repeat(1_000_000));
    await Promise.all(texts.map((text) => history.remember(ID, text)));
    expect(texts).toContain(await history.recall(ID));
    expect(files(folder)).toEqual([`${ID}.json`]);
  });

  it('that cannot be written to leaves nothing half done', async () => {
    const folder = temporary();
    mkdirSync(join(folder, `${ID}.json`, 'in the way'), { recursive: true });
    const history = folderHistory(folder);
    await expect(history.recall(ID)).rejects.toThrow('EISDIR');
    await expect(history.remember(ID, 'memory')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(files(folder)).toEqual([`${ID}.json`, `${ID}.json/in the way`]);
  });

  it('that is a file is refused', async () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    const history = folderHistory(file);
    await expect(history.recall(ID)).rejects.toThrow('ENOTDIR');
    await expect(history.remember(ID, 'memory')).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('a bucket', () => {
  it('has an object for each account, and apart what was set aside', async () => {
    const { aws, history } = await bucket();
    await history.remember(ID, 'memory');
    await history.setAside(ID, 'scan-1', 'unreadable');
    expect(Object.fromEntries(aws.s3.objects)).toEqual({
      [`reports/latest/${ID}.json`]: 'memory',
      [`reports/latest/unreadable/${ID}-scan-1.json`]: 'unreadable',
    });
  });

  it('that refuses to read or to write says so, and keeps what was there', async () => {
    const { aws, history } = await bucket();
    await history.remember(ID, 'memory');
    aws.faults.add({ operation: 's3:*', kind: 'deny' });
    await expect(history.recall(ID)).rejects.toThrow(/AccessDenied|denied|authorized/i);
    await expect(history.remember(ID, 'later')).rejects.toThrow(/AccessDenied|denied|authorized/i);
    aws.faults.clear();
    expect(await history.recall(ID)).toBe('memory');
  });
});
