import { activeKeys } from '../domain/model.ts';
import type { Rule } from './rule.ts';

export const rootAccessKey: Rule = {
  id: 'root-access-key',
  severity: 'critical',
  statement: 'The root user has no active access key.',
  remediation: 'Sign in as root, check that nothing uses the key, make it inactive, then delete it.',
  appliesTo: 'root',
  evaluate: (user) =>
    activeKeys(user).map((key) => ({
      key,
      message:
        key.createDate === null
          ? 'the root user has an access key (without a report it is not known whether it is active)'
          : 'the root user has an active access key',
    })),
};
