import type { KeepReport, Objects } from '../ports.ts';

/** Keeps every report in the bucket, by the day it was made. Resolves to where it is: `s3://…`. */
export const keepReport =
  ({ put }: Pick<Objects, 'put'>, bucket: string): KeepReport =>
  async (report) => {
    const day = report.startedAt.slice(0, 10).replaceAll('-', '/');
    const key = `reports/${day}/${report.startedAt}-${report.scanId}.json`;
    await put(key, JSON.stringify(report));
    return `s3://${bucket}/${key}`;
  };
