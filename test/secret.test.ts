import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readSecret } from '../lambda/aws/secret.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf';
const client = new SecretsManagerClient({ region: 'eu-west-1' });
const secrets = mockClient(client);

it('reads the text of the secret that it is asked for, and nothing where it holds none', async () => {
  secrets
    .on(GetSecretValueCommand, { SecretId: ARN }, true)
    .resolvesOnce({ ARN, SecretString: 'xoxb-example' })
    .resolvesOnce({ ARN, SecretBinary: new Uint8Array(1) });
  expect(await readSecret(client, ARN)).toBe('xoxb-example');
  expect(await readSecret(client, ARN)).toBeUndefined();
});

it('does not take an answer without anything for an empty secret', async () => {
  secrets.on(GetSecretValueCommand).resolves({});
  await expect(readSecret(client, ARN)).rejects.toThrow('has no ARN');
});

it('does not take a secret that may not be read for an empty one', async () => {
  secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'));
  await expect(readSecret(client, ARN)).rejects.toThrow('AccessDeniedException');
});
