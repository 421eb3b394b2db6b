import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountName } from '../../lambda/render/wording.ts';
import { UsageError } from '../exit-codes.ts';
import { looksLikeKeyId } from '../find-key.ts';
import type { Operator } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import type { Terminal } from '../terminal.ts';
import { agreed, perform, rotateExitCodes, showSteps } from './perform.ts';
import { reactivationSteps } from './steps.ts';
import { keyLines } from './words.ts';

export type ReactivateRequest = {
  accessKeyId: string;
  userName?: string | undefined;
  dryRun: boolean;
  assumeYes: boolean;
};
export type ReactivateWorld = { operator: Operator; terminal: Terminal; clock: () => Date };

/** Makes a key active again. Resolves to the exit code. */
export const reactivate = async (request: ReactivateRequest, world: ReactivateWorld): Promise<number> => {
  const { accessKeyId } = request;
  const { operator, terminal, clock } = world;
  const { account } = operator;
  if (!looksLikeKeyId(accessKeyId))
    throw new UsageError(`${accessKeyId} is no access key id: one looks like AKIAIOSFODNN7EXAMPLE`);
  const userName = request.userName ?? (await (await operator.open(account)).findKeyUser(accessKeyId));
  if (userName === undefined) {
    throw new UsageError(
      `Account ${account.id}, which you are signed in to, does not say whose ${accessKeyId} is: name the user with --user. In which account it is: ${keyaudit('whose', accessKeyId)}`,
    );
  }
  // Somebody waits for the key: what CloudTrail knows decides nothing here.
  const reading = await operator.readUser(account, userName, clock(), true);
  const key = reading?.user.accessKeys.find((each) => each.accessKeyId === accessKeyId);
  if (!reading)
    throw new UsageError(`Account ${account.id}, which you are signed in to, has no user ${oneLine(userName)}`);
  if (!key) throw new UsageError(`${oneLine(userName)} in account ${account.id} has no key ${accessKeyId}`);
  const { user } = reading;
  terminal.print(`${oneLine(userName)} in ${accountName(account)}:`);
  for (const line of keyLines(user, clock())) terminal.print(line);
  for (const { reason } of reading.failures) terminal.say(`Not known: ${oneLine(reason)}.`);
  if (key.status === 'Expired') {
    terminal.print('AWS lets nobody make an expired key active again.');
    return rotateExitCodes.failed;
  }
  const steps = reactivationSteps({ ...key, accessKeyId }, user, reading.failures.length === 0, operator);
  if (steps.length === 0) {
    terminal.print('Nothing to do: it is active.');
    return rotateExitCodes.done;
  }
  showSteps(steps, request.dryRun ? 'This would be done:' : 'This will be done:', terminal);
  if (request.dryRun) return rotateExitCodes.done;
  if (!(await agreed(request.assumeYes, terminal))) return rotateExitCodes.notNow;
  await perform(steps, terminal);
  terminal.print(`${accessKeyId} is active again.`);
  return rotateExitCodes.done;
};
