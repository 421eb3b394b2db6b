/**
 * S3 as far as keyaudit uses it: whole objects put and got, and a put that is refused where an object is there already.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import { createHash } from 'node:crypto';
import { optional, required, type Service, WireError } from './wire.ts';

/** Objects by `bucket/key`. */
export type FakeObjects = Map<string, string>;

export const fakeS3 = (objects: FakeObjects): Service => ({
  name: 's3',
  protocol: 'rest-xml',
  namespace: '',
  operations: {
    PutObject: (params) => {
      const path = required(params, 'Path');
      if (optional(params, 'IfNoneMatch') === '*' && objects.has(path)) {
        const message = 'At least one of the pre-conditions you specified did not hold';
        throw new WireError(412, 'PreconditionFailed', message);
      }
      const body = optional(params, 'Body') ?? '';
      objects.set(path, body);
      return { ETag: etagOf(body) };
    },
    GetObject: (params) => {
      const body = objects.get(required(params, 'Path'));
      if (body === undefined) throw new WireError(404, 'NoSuchKey', 'The specified key does not exist.');
      return { Body: body };
    },
  },
});

/** In quotes, as S3 writes it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;
