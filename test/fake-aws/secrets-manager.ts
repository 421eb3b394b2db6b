/**
 * Secrets Manager's GetSecretValue, by name, ARN, or ARN without its random end.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
import { optional, type Service, WireError } from './wire.ts';
import { LONG_AGO } from './world.ts';

export const fakeSecretsManager: Service = {
  name: 'secretsmanager',
  protocol: 'json',
  namespace: '',
  operations: {
    GetSecretValue: (params, { world, caller }) => {
      const secretId = optional(params, 'SecretId');
      if (!secretId)
        throw new WireError(400, 'InvalidParameterException', 'You must provide a value for the SecretId parameter.');
      const secret = world.secrets.find(
        ({ name, arn }) =>
          arn.split(':')[4] === caller.accountId && [name, arn, arn.replace(/-\w{6}$/, '')].includes(secretId),
      );
      if (!secret) throw notFound('the specified secret.');
      if (secret.value === undefined) throw notFound('the specified secret value for staging label: AWSCURRENT');
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: '00000000-0000-4000-8000-000000000000',
        SecretString: secret.value,
        VersionStages: ['AWSCURRENT'],
        CreatedDate: LONG_AGO,
      };
    },
  },
};

const notFound = (what: string): WireError =>
  new WireError(400, 'ResourceNotFoundException', `Secrets Manager can't find ${what}`);
