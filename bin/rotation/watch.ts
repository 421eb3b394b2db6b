import type { IamUser } from '../../lambda/domain/model.ts';
import { formatInstant, plural } from '../../lambda/domain/time.ts';
import { lastUsedWords } from '../../lambda/render/wording.ts';
import type { Terminal } from '../terminal.ts';
import type { Refusal } from './change.ts';
import { refusalLines } from './words.ts';

/** How often IAM is asked while somebody watches, in ms: it records a key's use once in 15 minutes at most. */
const LOOK_EVERY = 60_000;

export type Watching = {
  look: () => Promise<{ user: IamUser; refusals: Refusal[] }>;
  clock: () => Date;
  sleep: (ms: number) => Promise<void>;
  terminal: Pick<Terminal, 'print' | 'progress'>;
};

/**
 * Looks again and again for `duration` ms, or until nothing speaks against the change any more. Every use of a key, and every
 * refusal that falls, is a line. Resolves to what stood in the way at the last look.
 */
export const watch = async (duration: number, { look, clock, sleep, terminal }: Watching): Promise<Refusal[]> => {
  const end = clock().getTime() + duration;
  let seen = await look();
  if (seen.refusals.length > 0) {
    terminal.print('Waiting for:');
    for (const line of refusalLines(seen.refusals)) terminal.print(line);
  }
  for (let left = end - clock().getTime(); seen.refusals.length > 0 && left > 0; left = end - clock().getTime()) {
    terminal.progress(
      `Watching for ${plural(Math.ceil(left / 60_000), 'more minute')}: ${plural(seen.refusals.length, 'reason')} to wait …`,
    );
    await sleep(Math.min(LOOK_EVERY, left));
    const next = await look();
    terminal.progress('');
    for (const line of changes(seen.user, next.user, clock())) terminal.print(`${formatInstant(clock())}  ${line}`);
    seen = next;
  }
  terminal.progress('');
  return seen.refusals;
};

/** What happened to the keys between two looks. */
const changes = (before: IamUser, after: IamUser, now: Date): string[] =>
  after.accessKeys.flatMap((key) => {
    const old = before.accessKeys.find(({ accessKeyId }) => accessKeyId === key.accessKeyId);
    const moved = JSON.stringify(old?.lastUsed) !== JSON.stringify(key.lastUsed);
    const use =
      key.lastUsed.state === 'used' ? { ...key.lastUsed, date: key.lastUsed.date.toISOString() } : key.lastUsed;
    return [
      ...(old ? [] : [`${key.accessKeyId} is new`]),
      ...(old && old.status !== key.status ? [`${key.accessKeyId} is ${key.status.toLowerCase()} now`] : []),
      ...(moved ? [`${key.accessKeyId}: ${lastUsedWords(use, now)}`] : []),
    ];
  });
