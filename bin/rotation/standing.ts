import { exemptionOf } from '../../lambda/domain/exemptions.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import { nextStepOf } from '../../lambda/domain/next-step.ts';
import { rotationPosition } from '../../lambda/domain/rotation.ts';
import { plural } from '../../lambda/domain/time.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { findingContextOf } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import { readOwnUser } from '../operator.ts';
import type { ChangeFacts, KeyChange } from './change.ts';
import type { KeyOrigin } from './origin.ts';
import type { RotateRequest, RotateWorld } from './rotate.ts';
import { changeWords, keyLines, standing } from './words.ts';

/** What IAM says of a user now. `unread`: what of it could not be read; `unverified`: what CloudTrail did not tell. In words. */
export type Look = { user: IamUser; unread: string[]; unverified: string[] };

/** Reads it, live. Rejects with a `UsageError` where the account has no such user. */
export const look = async ({ userName }: RotateRequest, { operator, clock }: RotateWorld): Promise<Look> => {
  const { user, failures } = await readOwnUser(userName, operator, clock());
  const ofUser = failures.filter(({ scope }) => scope === 'user');
  return {
    user,
    unread: ofUser.map(({ reason }) => reason),
    unverified: failures.filter((failure) => !ofUser.includes(failure)).map(({ reason }) => reason),
  };
};

/** What else is known beside the user, for `proposeChange`. */
export const factsOf = (
  { confirmedUnused, secretLost, force }: RotateRequest,
  { managedBy, unread: unreadCode }: KeyOrigin,
  { user, unread, unverified }: Look,
  { settings, operator, clock }: RotateWorld,
): ChangeFacts => ({
  policy: settings.policy,
  now: clock(),
  confirmedUnused,
  secretLost,
  force: force !== undefined,
  ownAccessKeyId: operator.ownAccessKeyId,
  managedBy,
  exempt: exemptionOf(user, settings.exemptions, clock()).exemption,
  unread: [...unread, ...unreadCode],
  unverified,
});

/** Who it is, its keys, and what nobody could tell. */
export const tellWhereItStands = (
  { user, unread, unverified }: Look,
  origin: KeyOrigin,
  { terminal, clock, settings, operator }: RotateWorld,
): void => {
  terminal.print(standing(user, rotationPosition(user, findingContextOf(settings, clock())).stage));
  for (const line of keyLines(user, clock())) terminal.print(line);
  for (const note of [...unread, ...unverified, ...origin.unknown, ...origin.unread])
    terminal.say(`Not known: ${oneLine(note)}.`);
  if (operator.isUnlisted) terminal.say(unlistedWords(user));
};

/** The change that comes next, and what to know of it. */
export const tellWhatComes = (
  user: IamUser,
  change: KeyChange,
  { terminal, clock, settings }: Pick<RotateWorld, 'terminal' | 'clock' | 'settings'>,
): void => {
  const { team, ...context } = findingContextOf(settings, clock());
  const { nextStep } = nextStepOf(user, context, team);
  // The stage of a key of which nobody knows since when it is inactive says how to delete it: that does not come next.
  if (change.act !== 'record' && nextStep.action !== 'none') terminal.print(`\n${oneLine(nextStep.text)}`);
  terminal.print(`\nNext: ${changeWords(change)}.`);
};

const unlistedWords = ({ account: { id, production } }: IamUser): string =>
  `Account ${id}, which you are signed in to, is not among the settings’ accounts${
    production ? ', so it is treated as production' : ''
  }.`;

/** As AWS itself allows: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const CLOCK_SKEW_MINUTES = 5;

/** Ages, and the times that keys are waited for, are told by this machine's clock and AWS's together. */
export const refuseWrongClock = (offset: number): void => {
  if (Math.abs(offset) <= CLOCK_SKEW_MINUTES * 60_000) return;
  const minutes = plural(Math.round(Math.abs(offset) / 60_000), 'minute');
  throw new UsageError(
    `This machine’s clock is ${minutes} ${offset > 0 ? 'behind' : 'ahead of'} AWS’s: set it right first, as keys are judged by it`,
  );
};
