import { reasonOf } from '../domain/failure.ts';
import { type Failure, type IamUser, isRoot, type Violation } from '../domain/model.ts';
import type { Clock } from '../domain/rotation.ts';
import { rules as allRules } from './index.ts';
import type { Rule } from './rule.ts';

/** What a rule's words say of one user, and which rules could not be asked. */
export type Verdict = { violations: Violation[]; failures: Failure[] };

/** Asks every rule about one user. A rule that throws is a failure of that rule for that user; the others still count. */
export const evaluate = (user: IamUser, clock: Clock, rules: readonly Rule[] = allRules): Verdict => {
  const verdict: Verdict = { violations: [], failures: [] };
  const audience = isRoot(user) ? 'root' : 'users';
  for (const rule of rules.filter(({ appliesTo = 'users' }) => appliesTo === audience)) {
    try {
      for (const { key, message } of rule.evaluate(user, clock)) {
        if (!user.accessKeys.includes(key)) throw new Error('it spoke of a key that the user does not have');
        verdict.violations.push({ ruleId: rule.id, severity: rule.severity, key, message });
      }
    } catch (error) {
      verdict.failures.push({
        scope: 'rule',
        id: rule.id,
        reason: `could not judge ${user.account.id}/${user.userName}: ${reasonOf(error)}`,
      });
    }
  }
  return verdict;
};
