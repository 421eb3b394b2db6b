import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { given } from '../domain/given.ts';
import type { Objects } from '../ports.ts';

/**
 * Without `s3:ListBucket`, S3 would refuse to speak of an object that is not there.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const objectsIn = (s3: S3Client, bucket: string): Objects => {
  const put = async (key: string, text: string, condition: { IfNoneMatch?: '*' } = {}): Promise<void> => {
    const object = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
    given((await s3.send(new PutObjectCommand({ ...object, ...condition }))).ETag, 'ETag');
  };
  const bodyOf = async (key: string, abortSignal: AbortSignal | undefined) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      return given(Body, 'Body');
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  return {
    get: async (key, abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        const body = await bodyOf(key, abortSignal);
        try {
          return await body?.transformToString();
        } catch (error) {
          // The SDK tries again until an answer begins: not where it is cut in its middle.
          if (attempt === READS) throw error;
        }
      }
    },
    put,
    putFirst: async (key, text) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await put(key, text, { IfNoneMatch: '*' });
          return true;
        } catch (error) {
          const name = error instanceof S3ServiceException ? error.name : '';
          if (name === 'PreconditionFailed') return false;
          // Somebody else writes at this very moment: S3 wants to be asked again.
          if (name !== 'ConditionalRequestConflict' || attempt === CONFLICTS) throw error;
          await sleep(attempt * CONFLICT_PAUSE);
        }
      }
    },
  };
};

/** How often an object is read whose answer is cut. */
const READS = 2;
/** How often S3 is asked again. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const CONFLICTS = 3;
/** In ms. */
const CONFLICT_PAUSE = 200;
