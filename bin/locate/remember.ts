import { reasonOf } from '../../lambda/domain/failure.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import { UsageError } from '../exit-codes.ts';
import type { Operator } from '../operator.ts';
import { keyaudit } from '../own-command.ts';
import { checkTagText } from '../tag-text.ts';
import type { Terminal } from '../terminal.ts';
import type { LocatedKey } from './answer.ts';

/** A key's description as IAM takes it. Throws a `UsageError` that says what to change in the text. */
export const descriptionFrom = (text: string): string => {
  const checked = checkTagText(text);
  if ('value' in checked) return checked.value;
  const { problems, suggestion } = checked;
  throw new UsageError(
    `--remember becomes a tag of the IAM user, which takes 1 to 256 letters, digits, spaces and _.:/=+-@ only: ` +
      `${problems.join(', ')}.${suggestion === undefined ? '' : ` For example: --remember "${suggestion}"`}`,
  );
};

type KeyToDescribe = Omit<LocatedKey, 'locations'>;

/** Writes a description down, after the answer is told. */
export type Remember = () => Promise<void>;

/**
 * Finds out now whether the description can be written down later, so that a long search is not in vain. Throws a
 * `UsageError` where it can not.
 */
export const prepareRemembering = async (
  description: string,
  keys: readonly KeyToDescribe[],
  assumeYes: boolean,
  { operator, terminal }: { operator: Operator; terminal: Terminal },
): Promise<Remember> => {
  const { accessKeyId, userName } = whoseDescription(keys, operator);
  const reader = await operator.open(operator.account);
  const readDescription = async (): Promise<string | undefined> => {
    const tags = await reader.readUserTags(userName).catch((cause: unknown) => {
      const why = `The tags of ${userName} could not be read, so a description that is there would be lost`;
      throw new UsageError(`${why}: ${reasonOf(cause)}`, { cause });
    });
    return tags?.[accessKeyId];
  };
  const known = await readDescription();
  if (known === description) return async () => terminal.say(`${accessKeyId} is remembered so already.`);
  const overwrites = known !== undefined && known !== '';
  if (overwrites && !assumeYes && !terminal.interactive) {
    throw new UsageError(`${accessKeyId} is described already: "${oneLine(known)}". --yes overwrites that`);
  }
  return async () => {
    if (overwrites) terminal.say(`${accessKeyId} is described already: "${oneLine(known)}".`);
    terminal.say(
      `${overwrites && !assumeYes ? 'To overwrite it' : 'Remembering'}: iam:TagUser UserName=${oneLine(userName)} ${accessKeyId}="${oneLine(description)}"`,
    );
    if (overwrites && !assumeYes && !(await terminal.ask('Overwrite it?'))) {
      terminal.say('The description is left as it was.');
      return;
    }
    // The search took its time, and so did the person.
    if ((await readDescription()) !== known) {
      throw new UsageError(`The description of ${accessKeyId} changed meanwhile, and is left as it is: run it again`);
    }
    await operator.keys.tag(userName, { [accessKeyId]: description }).catch((cause: unknown) => {
      throw new Error(`The description of ${accessKeyId} was not written: ${reasonOf(cause)}`, { cause });
    });
    terminal.say(`${accessKeyId} is described now.`);
  };
};

/** The one key, of a user of the account in which the person can change something. */
const whoseDescription = (
  keys: readonly KeyToDescribe[],
  { account: own }: Operator,
): { accessKeyId: string; userName: string } => {
  const [key, ...others] = keys;
  if (!key) throw new UsageError('--remember needs a key, and this user has none');
  if (others.length > 0) {
    const ids = keys.map(({ accessKeyId }) => accessKeyId);
    throw new UsageError(`--remember describes one key: say which, with keyaudit locate ${ids.join(' or ')}`);
  }
  const { accessKeyId, account, userName, isTemporary, isUnknown } = key;
  const why = `--remember writes a tag of the IAM user`;
  if (isTemporary) throw new UsageError(`${why}, and ${accessKeyId} is of a session, which has none`);
  if (isUnknown) throw new UsageError(`${why}, and no AWS account has ${accessKeyId}`);
  if (account && account.id !== own.id) {
    throw new UsageError(
      `${why}: sign in to account ${accountLabel(account)}, which has ${accessKeyId}; you are signed in to ${accountLabel(own)}`,
    );
  }
  if (userName === undefined) {
    throw new UsageError(
      `${why}, and whose ${accessKeyId} is could not be found out: ${keyaudit('whose', accessKeyId)}`,
    );
  }
  return { accessKeyId, userName };
};
