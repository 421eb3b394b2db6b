/**
 * The protocols that the faked services speak, as the SDK writes and parses them.
 *
 * - query: form-encoded in, XML out (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): IAM, STS, SNS
 * - json: AWS JSON 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html): Organizations, Secrets Manager, CloudTrail
 * - rest-xml: whole objects, by method and path (https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html): S3
 * - rest-json: method and path name the operation (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html): Lambda
 */
import type { HttpAnswer, HttpRequest } from './http.ts';
import type { FakeAccount, FakeWorld } from './world.ts';

export type Params = Readonly<Record<string, unknown>>;

/** Plain data that an operation answers with: written as XML or JSON by the protocol. Absent fields are left out. */
export type Answer = { readonly [field: string]: Value };
type Value = string | number | boolean | Date | undefined | Answer | readonly Value[] | ReadonlyMap<string, number>;

export interface Caller {
  accessKeyId: string;
  accountId: string;
  arn: string;
  userId: string;
  /** Whether these are temporary credentials, that is, another AssumeRole would be role chaining. */
  isRole: boolean;
  /** The region in the credential scope of the signature. */
  region: string;
}

export interface OperationContext {
  world: FakeWorld;
  caller: Caller;
  /** The caller's account. */
  account: FakeAccount;
  /** What the caller's request says it is. */
  userAgent: string;
  now: () => Date;
}

export type Operation = (params: Params, context: OperationContext) => Answer;

export interface Service {
  /** The prefix in `Call.operation`, and the service in the credential scope. */
  name: string;
  protocol: 'query' | 'json' | 'rest-json' | 'rest-xml';
  /** The XML namespace of a query service. */
  namespace: string;
  /** The operations of a rest-json service by method and path: `GET /2015-03-31/functions`. */
  routes?: Readonly<Record<string, string>>;
  operations: Readonly<Record<string, Operation>>;
}

/** A refusal, with the code and status of the wire. */
export class WireError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
  }
}

const REQUEST_ID = '12345678-1234-1234-1234-123456789012';

/** Which operation is asked for, and with what. */
export const readRequest = (
  { protocol, routes = {} }: Service,
  { method, path, headers, body }: HttpRequest,
): { action: string; params: Params } => {
  if (protocol === 'json') {
    const target = String(headers['x-amz-target'] ?? '');
    return { action: target.slice(target.indexOf('.') + 1), params: JSON.parse(body.toString() || '{}') as Params };
  }
  if (protocol === 'rest-json') {
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    const route = `${method} ${pathname.replace(/\/$/, '')}`;
    return { action: routes[route] ?? route, params: Object.fromEntries(searchParams) };
  }
  if (protocol === 'rest-xml') {
    const { pathname } = new URL(path, 'http://localhost');
    const params = {
      Path: decodeURIComponent(pathname.slice(1)),
      Body: body.toString(),
      IfNoneMatch: headers['if-none-match'],
    };
    return { action: method === 'PUT' ? 'PutObject' : method === 'GET' ? 'GetObject' : method, params };
  }
  const { Action: action = '', ...params } = Object.fromEntries(new URLSearchParams(body.toString()));
  delete params['Version'];
  return { action, params };
};

export const writeAnswer = (service: Service, action: string, answer: Answer): HttpAnswer => {
  if (service.protocol === 'rest-xml') {
    const { Body: body, ETag: tag } = answer;
    const headers: Record<string, string> = typeof tag === 'string' ? { etag: tag } : {};
    return { status: 200, headers, body: typeof body === 'string' ? body : '' };
  }
  return service.protocol !== 'query'
    ? json(200, JSON.stringify(answer, epochSeconds))
    : xml(
        200,
        `<${action}Response xmlns="${service.namespace}"><${action}Result>${toXml(answer)}</${action}Result>` +
          `<ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></${action}Response>`,
      );
};

export const writeError = (service: Service, { status, code, message }: WireError): HttpAnswer => {
  if (service.protocol === 'rest-xml') {
    return xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`);
  }
  return service.protocol !== 'query'
    ? json(status, JSON.stringify({ __type: code, Message: message, message }))
    : xml(
        status,
        `<ErrorResponse xmlns="${service.namespace}"><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>` +
          `<Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>`,
      );
};

const xml = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': REQUEST_ID },
  body: `${body}\n`,
});

const json = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': REQUEST_ID },
  body,
});

/** IAM's timestamps have whole seconds. */
export const isoSeconds = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

const escapeXml = (text: string): string =>
  text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);

const toXml = (value: Value): string => {
  if (value === undefined) return '';
  if (value instanceof Date) return isoSeconds(value);
  if (isList(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (value instanceof Map)
    return [...value].map(([key, count]) => `<entry><key>${key}</key><value>${count}</value></entry>`).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, content]) => content !== undefined)
    .map(([tag, content]) => `<${tag}>${toXml(content)}</${tag}>`)
    .join('');
};

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** AWS JSON writes timestamps as seconds since 1970. `JSON.stringify` has made a string of the date before the replacer sees it. */
function epochSeconds(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}

/** A string parameter, or the service's own complaint that it is missing. */
export const required = (params: Params, name: string): string => {
  const value = params[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WireError(
    400,
    'ValidationError',
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
};

export const optional = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};
