import { reasonOf } from '../../lambda/domain/failure.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import { formatInstant, plural } from '../../lambda/domain/time.ts';
import { lastUsedWords } from '../../lambda/render/wording.ts';
import type { Terminal } from '../terminal.ts';
import type { Proposal } from './change.ts';
import { changeWords, refusalLines } from './words.ts';

/** How often IAM is asked while somebody watches, in ms: it records a key's use once in 15 minutes at most. */
const LOOK_EVERY = 60_000;

export type Watching = {
  look: () => Promise<Seen>;
  clock: () => Date;
  sleep: (ms: number) => Promise<void>;
  terminal: Pick<Terminal, 'print' | 'say' | 'progress'>;
};

/** A user as IAM has it, and what is proposed for it. */
export type Seen = { user: IamUser; proposal: Proposal };

/**
 * Looks again and again for `duration` ms, or until nothing speaks against the change any more, or another one comes next.
 * Every use of a key is a line. A look that fails is said, and made again: rejects only where the last one failed. Resolves
 * to what is proposed in the end.
 */
export const watch = async (
  duration: number,
  shown: Proposal,
  { look, clock, sleep, terminal }: Watching,
): Promise<Proposal> => {
  const end = clock().getTime() + duration;
  let seen: Seen = await look();
  let failed: unknown;
  const isOver = (): boolean =>
    seen.proposal.refusals.length === 0 || changeWords(seen.proposal.change) !== changeWords(shown.change);
  if (!isOver()) {
    terminal.print('Waiting for:');
    for (const line of refusalLines(seen.proposal.refusals)) terminal.print(line);
  }
  for (let left = end - clock().getTime(); !isOver() && left > 0; left = end - clock().getTime()) {
    terminal.progress(
      `Watching for ${plural(Math.ceil(left / 60_000), 'more minute')}: ${plural(seen.proposal.refusals.length, 'reason')} to wait …`,
    );
    await sleep(Math.min(LOOK_EVERY, left));
    try {
      const next = await look();
      failed = undefined;
      terminal.progress('');
      for (const line of changes(seen.user, next.user, clock())) terminal.print(`${formatInstant(clock())}  ${line}`);
      seen = next;
    } catch (error) {
      failed = error;
      terminal.progress('');
      terminal.say(`${formatInstant(clock())}  IAM could not be asked, it is tried again: ${reasonOf(error)}`);
    }
  }
  terminal.progress('');
  if (failed !== undefined) throw failed;
  return seen.proposal;
};

/** What happened to the keys between two looks. */
const changes = (before: IamUser, after: IamUser, now: Date): string[] => [
  ...before.accessKeys
    .filter((old) => !after.accessKeys.some(({ accessKeyId }) => accessKeyId === old.accessKeyId))
    .map(({ accessKeyId }) => `${accessKeyId} is gone`),
  ...after.accessKeys.flatMap((key) => {
    const old = before.accessKeys.find(({ accessKeyId }) => accessKeyId === key.accessKeyId);
    const moved = JSON.stringify(old?.lastUsed) !== JSON.stringify(key.lastUsed);
    const use =
      key.lastUsed.state === 'used' ? { ...key.lastUsed, date: key.lastUsed.date.toISOString() } : key.lastUsed;
    return [
      ...(old ? [] : [`${key.accessKeyId} is new`]),
      ...(old && old.status !== key.status ? [`${key.accessKeyId} is ${key.status.toLowerCase()} now`] : []),
      ...(moved ? [`${key.accessKeyId}: ${lastUsedWords(use, now)}`] : []),
    ];
  }),
];
