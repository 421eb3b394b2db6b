import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { KeepReport } from '../ports.ts';

/** Keeps every report in the bucket, by the day it was made. Resolves to where it is: `s3://…`. */
export const keepReport =
  (s3: S3Client, bucket: string): KeepReport =>
  async (report) => {
    const day = report.startedAt.slice(0, 10).replaceAll('-', '/');
    const key = `reports/${day}/${report.startedAt}-${report.scanId}.json`;
    const body = JSON.stringify(report);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json' }));
    return `s3://${bucket}/${key}`;
  };
