import { AssumeRoleCommand, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { reasonOf } from '../domain/failure.ts';
import { parseArn } from '../domain/partition.ts';

/** Who the program is: what its own credentials belong to. */
export type Identity = { accountId: string; partition: string; arn: string; accessKeyId: string };

/** Rejects when there are no credentials, or AWS does not accept them. */
export const readIdentity = async (sts: STSClient, abortSignal: AbortSignal): Promise<Identity> => {
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
  if (!Account || !Arn) throw new Error('STS gave no account for the credentials');
  const { accessKeyId } = await sts.config.credentials();
  return { accountId: Account, partition: parseArn(Arn).partition, arn: Arn, accessKeyId };
};

export type AssumedCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration?: Date;
};

export type AuditRole = { name: string; externalId?: string | undefined };

/**
 * Credentials for an account's audit role, for an hour: the most that role chaining allows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export const assumeAuditRole = async (
  sts: STSClient,
  { accountId, partition }: Pick<Identity, 'accountId' | 'partition'>,
  role: AuditRole,
  abortSignal: AbortSignal,
): Promise<AssumedCredentials> => {
  const roleArn = `arn:${partition}:iam::${accountId}:role/${role.name}`;
  const cannotAssume = `cannot assume ${roleArn}`;
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: 'keyaudit',
    ...(role.externalId && { ExternalId: role.externalId }),
  });
  const { Credentials } = await sts.send(command, { abortSignal }).catch((cause: unknown) => {
    throw new Error(
      `${cannotAssume}: deploy the role there, let it trust this caller, or leave the account out (${refusal(cause)})`,
      {
        cause,
      },
    );
  });
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.SessionToken) {
    throw new Error(`${cannotAssume}: STS gave no credentials`);
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
    ...(Credentials.Expiration && { expiration: Credentials.Expiration }),
  };
};

/** STS's AccessDenied says in many words that it is one; its other refusals explain themselves. */
const refusal = (error: unknown): string =>
  error instanceof Error && error.name === 'AccessDenied' ? error.name : reasonOf(error);
