import type { AccessKey, IamUser, Severity } from '../domain/model.ts';
import type { Clock } from '../domain/rotation.ts';

/** What a rule saw: one of the user's own `accessKeys`, and the evidence in a few words. */
export type Observation = { key: AccessKey; message: string };

/**
 * A rule is words plus one pure function. `id` is the file's name. For a user with at most one Active key a rule must not
 * stop firing when a key is older than it seemed: screening judges such keys at their greatest possible age.
 */
export type Rule = {
  id: string;
  severity: Severity;
  /** What is true where the rule does not fire. */
  statement: string;
  /** What to do where it fires. */
  remediation: string;
  /** Whom it judges; `users` where it does not say. */
  appliesTo?: 'users' | 'root';
  evaluate: (user: IamUser, clock: Clock) => Observation[];
};
