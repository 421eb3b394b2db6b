/**
 * The embedded AWS: one HTTP server on the loopback interface that speaks the wire protocol of just the calls keyaudit makes.
 *
 * Every service has the same address (the SDK's `endpoint`, or AWS_ENDPOINT_URL). Which service is meant stands in the credential scope
 * of the SigV4 signature, which account is asked follows from the access key id in it, as with the real ones. Signatures are not
 * verified.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Call, type Calls, recordCalls } from './calls.ts';
import { fakeCloudTrail } from './cloudtrail.ts';
import { refusalOf } from './fault-errors.ts';
import { type Fault, type Faults, injectFaults } from './faults.ts';
import { type HttpAnswer, type HttpRequest, type Outcome, outcomeUnder, serve, wait } from './http.ts';
import { fakeIam } from './iam.ts';
import { fakeLambda } from './lambda.ts';
import { type Limits, limitCalls } from './limits.ts';
import { fakeOrganizations } from './organizations.ts';
import { type FakeObjects, fakeS3 } from './s3.ts';
import { fakeSecretsManager } from './secrets-manager.ts';
import { fakeSns } from './sns.ts';
import { fakeSts, hubCaller, type Sessions } from './sts.ts';
import { type Caller, readRequest, type Service, WireError, writeAnswer, writeError } from './wire.ts';
import { type FakePublished, type FakeWorld, fakeAccount, fakeWorld, HUB_CREDENTIALS } from './world.ts';

export interface FakeAwsOptions {
  /** Kept, not copied: changes to it are seen by the next call. Default: an empty hub account. */
  world?: FakeWorld;
  /** The clock of report caching and session expiry. Default: the real one. */
  now?: () => Date;
  /** How long every call takes. Default 0. */
  latencyMs?: number;
  /** What is throttled, by the machine's own clock. Default: nothing. */
  limits?: Limits;
}

export interface FakeAws {
  /** For `endpoint` of a client, or AWS_ENDPOINT_URL. */
  url: string;
  world: FakeWorld;
  calls: Calls;
  /** Those of `calls` that `limits` throttled. */
  throttled: Calls;
  faults: Faults;
  sns: { published: FakePublished[] };
  s3: { objects: FakeObjects };
  /** Every secret access key that CreateAccessKey gave out, also of keys that are gone: for tests that nothing leaks one. */
  secretAccessKeys: string[];
  /** What to give an SDK client that acts as the hub. */
  clientConfig: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  /** The same for a process: the environment variables that the SDK reads. */
  env: Record<string, string>;
  close: () => Promise<void>;
}

const REGION = 'us-east-1';

export const startFakeAws = async ({
  world = fakeWorld(),
  now = () => new Date(),
  latencyMs = 0,
  limits = {},
}: FakeAwsOptions = {}): Promise<FakeAws> => {
  const calls = recordCalls();
  const throttled = recordCalls();
  const isOver = limitCalls(limits, () => performance.now());
  const faults = injectFaults();
  const published: FakePublished[] = [];
  const objects: FakeObjects = new Map();
  const secretAccessKeys: string[] = [];
  const sessions: Sessions = new Map();
  const services = [
    fakeIam(secretAccessKeys),
    fakeSts(sessions),
    fakeOrganizations,
    fakeSns(published),
    fakeS3(objects),
    fakeSecretsManager,
    fakeCloudTrail,
    fakeLambda,
  ];

  const throttle = (call: Call, region: string): Fault | undefined => {
    if (!isOver(call, region)) return undefined;
    throttled.record(call);
    return { operation: call.operation, kind: 'throttle' };
  };

  const handle = async (request: HttpRequest): Promise<Outcome> => {
    const scope = credentialScope(request.headers);
    const service = services.find(({ name }) => name === scope?.service);
    if (!scope || !service) return { whole: unsigned(scope?.service) };
    const { action, params } = readRequest(service, request);
    const accountId = accountOf(scope.accessKeyId, world, sessions);
    const call = { operation: `${service.name}:${action}`, account: accountId ?? '', params };
    calls.record(call);
    const fault = faults.meet(call) ?? throttle(call, scope.region);
    await wait(latencyMs);
    const work = (): HttpAnswer => {
      try {
        const caller = identify(service, scope, request.headers, world, sessions, now());
        const operation = service.operations[action];
        if (!operation)
          throw new WireError(400, 'InvalidAction', `Could not find operation ${action} in the fake ${service.name}`);
        const account =
          world.accounts.find(({ id }) => id === caller.accountId) ?? fakeAccount({ id: caller.accountId });
        const userAgent = request.headers['user-agent'] ?? '';
        return writeAnswer(service, action, operation(params, { world, caller, account, userAgent, now }));
      } catch (error) {
        if (error instanceof WireError) return writeError(service, error);
        throw error;
      }
    };
    return outcomeUnder(fault, work, refusalOf(service, action));
  };

  const { url, close } = await serve(handle);
  return {
    url,
    world,
    calls,
    throttled,
    faults,
    sns: { published },
    s3: { objects },
    secretAccessKeys,
    clientConfig: { endpoint: url, region: REGION, credentials: { ...HUB_CREDENTIALS } },
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: HUB_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: HUB_CREDENTIALS.secretAccessKey,
    },
    close,
  };
};

interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** `AWS4-HMAC-SHA256 Credential=AKIA…/20261123/us-east-1/iam/aws4_request, SignedHeaders=…, Signature=…` */
const credentialScope = ({ authorization = '' }: IncomingHttpHeaders): Scope | undefined => {
  const [, accessKeyId, region, service] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request/.exec(authorization) ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
};

const unsigned = (service: string | undefined): HttpAnswer => ({
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    __type: 'MissingAuthenticationTokenException',
    message: service ? `The fake AWS has no service ${service}` : 'Missing Authentication Token',
  }),
});

const accountOf = (accessKeyId: string, world: FakeWorld, sessions: Sessions): string | undefined =>
  accessKeyId === HUB_CREDENTIALS.accessKeyId ? world.hubAccountId : sessions.get(accessKeyId)?.accountId;

/** @throws WireError in the service's words when the credentials are not known, or no longer good. */
const identify = (
  service: Service,
  { accessKeyId, region }: Scope,
  headers: IncomingHttpHeaders,
  world: FakeWorld,
  sessions: Sessions,
  now: Date,
): Caller => {
  if (accessKeyId === HUB_CREDENTIALS.accessKeyId) return { ...hubCaller(world), region };
  const session = sessions.get(accessKeyId);
  if (!session || headers['x-amz-security-token'] !== session.sessionToken) {
    const message = 'The security token included in the request is invalid.';
    throw service.protocol !== 'query'
      ? new WireError(400, 'UnrecognizedClientException', message)
      : new WireError(403, 'InvalidClientTokenId', message);
  }
  if (now.getTime() - session.issuedAt.getTime() >= session.durationMs) {
    const message = 'The security token included in the request is expired';
    throw service.protocol !== 'query'
      ? new WireError(400, 'ExpiredTokenException', message)
      : new WireError(403, 'ExpiredToken', message);
  }
  return { ...session, region };
};
