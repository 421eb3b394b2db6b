import type { Audit } from '../lambda/audit.ts';
import { reasonOf } from '../lambda/domain/failure.ts';
import { plural } from '../lambda/domain/time.ts';
import { remember } from '../lambda/history.ts';
import type { History } from '../lambda/ports.ts';
import { accountLabel } from '../lambda/render/wording.ts';

/** Writes what a scan leaves for the next one. What could not be written is said, and then it is false. */
export const rememberScan = async (
  { report, memories }: Audit,
  history: History,
  say: (line: string) => void,
): Promise<boolean> => {
  const failures: string[] = [];
  for (const { memory, recalled } of memories) {
    try {
      await remember(memory, recalled, history);
    } catch (error) {
      const account = report.accounts.find(({ id }) => id === memory.accountId);
      failures.push(`${account ? accountLabel(account) : memory.accountId}: ${reasonOf(error)}`);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return true;
  const more = others.length > 0 ? `, and so it is with ${plural(others.length, 'more account', 'more accounts')}` : '';
  say(`keyaudit: Not remembered: ${first}${more}.`);
  return false;
};
