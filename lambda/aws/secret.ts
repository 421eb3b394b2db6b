import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { reasonOf } from '../domain/failure.ts';
import { given } from '../domain/given.ts';

/** The text of a secret; `undefined` where it holds none. Rejects with its name, and never with the text. */
export const readSecret = async (client: SecretsManagerClient, secretArn: string): Promise<string | undefined> => {
  try {
    const { ARN, SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    given(ARN, 'ARN');
    return SecretString;
  } catch (error) {
    throw new Error(`Slack's token could not be read from ${secretArn}: ${reasonOf(error)}`, { cause: error });
  }
};
