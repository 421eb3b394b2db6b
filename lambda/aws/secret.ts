import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The text of a secret; `undefined` where it holds none. */
export const readSecret = async (client: SecretsManagerClient, secretArn: string): Promise<string | undefined> =>
  (await client.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
