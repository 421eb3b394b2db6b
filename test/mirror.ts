import type { IncomingHttpHeaders } from 'node:http';
import type { LineAnswer } from './line.ts';

/** Answers that repeat the request, as AWS's do where a signature is wrong, and as pages of proxies may. */

const html =
  (status: number) =>
  (headers: IncomingHttpHeaders): LineAnswer => ({
    status,
    type: 'text/html',
    body: `<html><body>${lines(headers)}</body></html>`,
  });

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html */
const wrongSignature = (headers: IncomingHttpHeaders): string =>
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. ' +
  'Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n' +
  `'POST\n/\n\n${lines(headers)}\n\nhost;x-amz-date;x-amz-security-token\n0123abcd'\n\n` +
  `The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20261123T090000Z\n4567cdef'\n`;

const lines = (headers: IncomingHttpHeaders): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}:${String(value)}`)
    .join('\n');

export const mirrors = {
  'a page': html(200),
  'a page, as HTTP 403': html(403),
  'a page, as HTTP 500': html(500),
  'plain text, as HTTP 403': (headers) => ({ status: 403, type: 'text/plain', body: lines(headers) }),
  'a page in JSON, as HTTP 403': (headers) => ({
    status: 403,
    type: 'application/json',
    body: JSON.stringify({ error: 'forbidden', message: 'not here', request: { headers } }),
  }),
  'a wrong signature, in XML': (headers) => ({
    status: 403,
    type: 'text/xml',
    body:
      '<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>' +
      `<Message>${wrongSignature(headers)}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  }),
  'a wrong signature, in JSON': (headers) => ({
    status: 400,
    type: 'application/x-amz-json-1.1',
    body: JSON.stringify({ __type: 'InvalidSignatureException', message: wrongSignature(headers) }),
  }),
} satisfies Record<string, (headers: IncomingHttpHeaders) => LineAnswer>;

export type Mirror = keyof typeof mirrors;

/** The service that a signed request is for: `iam`. */
export const serviceOf = ({ authorization = '' }: IncomingHttpHeaders): string =>
  /\/([\w-]+)\/aws4_request/.exec(authorization)?.[1] ?? '';
