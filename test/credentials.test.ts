import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { assumeAuditRole, readIdentity } from '../lambda/aws/credentials.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const client = new STSClient({ region: 'eu-west-1', credentials });
const sts = mockClient(client);
beforeEach(() => {
  sts.reset();
});

const signal = new AbortController().signal;
const assumed = { AccessKeyId: 'ASIAIOSFODNN7EXAMPLE', SecretAccessKey: 'secret', SessionToken: 'token' };
const assume = (role: { name: string; externalId?: string } = { name: 'keyaudit' }, partition = 'aws') =>
  assumeAuditRole(client, { accountId: '444455556666', partition }, role, signal);

const refusal = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('who the program is', () => {
  it.each([
    ['arn:aws:iam::111122223333:user/hub', 'aws'],
    ['arn:aws-us-gov:sts::111122223333:assumed-role/keyaudit-hub/keyaudit', 'aws-us-gov'],
    ['arn:aws-cn:iam::111122223333:root', 'aws-cn'],
  ])('as %s: the account, its partition and the key', async (Arn, partition) => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn });
    expect(await readIdentity(client, signal)).toEqual({
      accountId: '111122223333',
      partition,
      arn: Arn,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    });
  });

  it('is not guessed where STS does not say', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333' });
    await expect(readIdentity(client, signal)).rejects.toThrow('STS gave no account for the credentials');
  });
});

describe('an account’s audit role', () => {
  it('is asked for by its ARN, without an external id where none is set', async () => {
    sts.on(AssumeRoleCommand).resolves({ Credentials: { ...assumed, Expiration: undefined } });
    expect(await assume()).toEqual({
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
      { RoleArn: 'arn:aws:iam::444455556666:role/keyaudit', RoleSessionName: 'keyaudit' },
    ]);
  });

  it('is asked for in the caller’s own partition, by the name and the external id of the settings', async () => {
    sts.on(AssumeRoleCommand).resolves({ Credentials: { ...assumed, Expiration: undefined } });
    await assume({ name: 'security-audit', externalId: 'keyaudit-example' }, 'aws-us-gov');
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
      {
        RoleArn: 'arn:aws-us-gov:iam::444455556666:role/security-audit',
        RoleSessionName: 'keyaudit',
        ExternalId: 'keyaudit-example',
      },
    ]);
  });

  it('gives credentials that say until when they are good', async () => {
    const Expiration = new Date('2026-11-23T10:00:00Z');
    sts.on(AssumeRoleCommand).resolves({ Credentials: { ...assumed, Expiration } });
    expect(await assume()).toMatchObject({ expiration: Expiration });
  });

  it('that is refused says what to do, and not at length what was refused', async () => {
    const denied = refusal('AccessDenied', 'User: arn:aws:iam::111122223333:user/hub is not authorized to perform …');
    sts.on(AssumeRoleCommand).rejects(denied);
    const error = await assume().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      message:
        'cannot assume arn:aws:iam::444455556666:role/keyaudit: deploy the role there, let it trust this caller, ' +
        'or leave the account out (AccessDenied)',
      cause: denied,
    });
  });

  it('that is refused for another reason gives that reason', async () => {
    sts.on(AssumeRoleCommand).rejects(refusal('RegionDisabledException', 'STS is not activated in this region'));
    await expect(assume()).rejects.toThrow(/out \(RegionDisabledException: STS is not activated in this region\)$/);
  });

  it.each([
    ['none at all', undefined],
    ['no secret', { ...assumed, SecretAccessKey: undefined }],
    ['no session token', { ...assumed, SessionToken: '' }],
  ])('with %s in the answer is not entered by other credentials', async (_what, Credentials) => {
    sts.on(AssumeRoleCommand).resolves({ Credentials: Credentials as never });
    await expect(assume()).rejects.toThrow(
      'cannot assume arn:aws:iam::444455556666:role/keyaudit: STS gave no credentials',
    );
  });
});
