/**
 * STS: who am I, and a session in another account. The sessions that AssumeRole gives out are known to the whole fake, which finds
 * the account of every later call by them.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import { findKey } from './lookup.ts';
import { type Caller, type Operation, optional, required, type Service, WireError } from './wire.ts';
import { exampleSessionKeyId, type FakeWorld, HUB_CREDENTIALS } from './world.ts';

export interface Session extends Omit<Caller, 'region'> {
  sessionToken: string;
  issuedAt: Date;
  durationMs: number;
}

/** Keyed by access key id. */
export type Sessions = Map<string, Session>;

/** Without DurationSeconds; also MaxSessionDuration of a role that sets none, and the most that role chaining allows. */
const ONE_HOUR_S = 3600;
const SHORTEST_SESSION_S = 900;
const ROLE_ARN = /^arn:(?<partition>[\w-]+):iam::(?<accountId>\d{12}):role\/(?<roleName>[\w+=,.@/-]+)$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

export const fakeSts = (sessions: Sessions): Service => ({
  name: 'sts',
  protocol: 'query',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: {
    GetCallerIdentity: getCallerIdentity,
    AssumeRole: assumeRole(sessions),
    GetAccessKeyInfo: getAccessKeyInfo(sessions),
  },
});

/** The hub's long-lived credentials: an IAM user `hub` of the hub account. */
export const hubCaller = (world: FakeWorld): Omit<Caller, 'region'> => ({
  accessKeyId: HUB_CREDENTIALS.accessKeyId,
  accountId: world.hubAccountId,
  arn: `arn:aws:iam::${world.hubAccountId}:user/hub`,
  userId: 'AIDAHUBEXAMPLE',
  isRole: false,
});

const getCallerIdentity: Operation = (_, { caller }) => ({
  Arn: caller.arn,
  UserId: caller.userId,
  Account: caller.accountId,
});

/**
 * The account of any key, whoever asks: of a user, of root, or of a session. For an id that is none of these the answer is the
 * same as for credentials that are not known.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
const getAccessKeyInfo =
  (sessions: Sessions): Operation =>
  (params, { world }) => {
    const accessKeyId = required(params, 'AccessKeyId');
    if (!/^\w{16,128}$/.test(accessKeyId)) throw invalid(constraint(accessKeyId, 'accessKeyId', String(/\w{16,128}/)));
    const owner = world.accounts.find(
      (account) => findKey(account, accessKeyId) ?? account.root.keys.some((key) => key.accessKeyId === accessKeyId),
    );
    const own = accessKeyId === HUB_CREDENTIALS.accessKeyId ? world.hubAccountId : undefined;
    const Account = owner?.id ?? sessions.get(accessKeyId)?.accountId ?? own;
    if (Account) return { Account };
    throw new WireError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  };

const assumeRole =
  (sessions: Sessions): Operation =>
  (params, { world, caller, now }) => {
    const arn = required(params, 'RoleArn');
    const sessionName = required(params, 'RoleSessionName');
    const externalId = optional(params, 'ExternalId');
    const durationSeconds = Number(params['DurationSeconds'] ?? ONE_HOUR_S);
    const { partition, accountId, roleName } = ROLE_ARN.exec(arn)?.groups ?? {};
    if (!partition || !accountId || !roleName) throw invalid(`${arn} is invalid`);
    if (!SESSION_NAME.test(sessionName))
      throw invalid(constraint(sessionName, 'roleSessionName', String(SESSION_NAME)));
    if (externalId !== undefined && !EXTERNAL_ID.test(externalId))
      throw invalid(constraint(externalId, 'externalId', String(EXTERNAL_ID)));
    if (durationSeconds < SHORTEST_SESSION_S)
      throw invalid(constraint(durationSeconds, 'durationSeconds', 'at least 900'));
    if (durationSeconds > ONE_HOUR_S) {
      throw invalid(
        caller.isRole
          ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
          : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    }

    const account = world.accounts.find(({ id }) => id === accountId);
    const role = account?.roles.find((candidate) => candidate.roleName === roleName);
    // One answer for "no such role" and "its trust policy does not let you": STS does not say which.
    if (
      !account ||
      account.partition !== partition ||
      !role ||
      (role.externalId !== undefined && role.externalId !== externalId)
    ) {
      throw new WireError(
        403,
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      );
    }

    const number = sessions.size + 1;
    const session: Session = {
      accessKeyId: exampleSessionKeyId(number),
      accountId,
      arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName.split('/').at(-1)}/${sessionName}`,
      userId: `AROAEXAMPLE:${sessionName}`,
      isRole: true,
      sessionToken: `EXAMPLE-SESSION-TOKEN-${number}`,
      issuedAt: now(),
      durationMs: durationSeconds * 1000,
    };
    sessions.set(session.accessKeyId, session);
    return {
      AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: `${HUB_CREDENTIALS.secretAccessKey}${number}`,
        SessionToken: session.sessionToken,
        // By the real clock: the SDK's credential cache looks at that one, whatever the injected clock says.
        Expiration: new Date(Date.now() + session.durationMs),
      },
    };
  };

const invalid = (message: string): WireError => new WireError(400, 'ValidationError', message);

const constraint = (value: string | number, member: string, rule: string): string =>
  `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy ${rule}`;
