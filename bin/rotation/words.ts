import { deactivationTag } from '../../lambda/domain/deactivation.ts';
import type { AccessKey, IamUser } from '../../lambda/domain/model.ts';
import type { RotationStage } from '../../lambda/domain/rotation.ts';
import { ageInDays, formatInstant } from '../../lambda/domain/time.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel, ageWords, lastUsedWords, stageWords } from '../../lambda/render/wording.ts';
import type { KeyChange } from './change.ts';
import type { Refusal } from './refusals.ts';

/** What the commands about one user print. */

/** `support-api in production (777788889999): Old key still used after its replacement.` */
export const standing = (user: IamUser, stage: RotationStage): string =>
  `${oneLine(user.userName)} in ${accountLabel(user.account)}: ${stageWords[stage]} (${stage}).`;

/** `  AKIAIOSFODNN7EXAMPLE  active, 120 days old, last used 2 hours ago (s3, eu-west-1)` for each key, and what its tags say. */
export const keyLines = (user: IamUser, now: Date): string[] =>
  user.accessKeys.flatMap((key) => {
    const description = user.tags[key.accessKeyId ?? ''];
    const note = key.status === 'Active' ? user.tags[deactivationTag(key.accessKeyId ?? '')] : undefined;
    return [
      `  ${key.accessKeyId ?? 'a key without an id'}  ${keyFacts(key, now)}`,
      ...(description ? [`    Key description: ${oneLine(description)}`] : []),
      ...(note
        ? [`    A tag says it was made inactive ${oneLine(note)}: it is active again, so the tag goes next`]
        : []),
    ];
  });

/** `active, 120 days old (2026-07-26 09:00 UTC), last used 2 hours ago (s3, eu-west-1)`. */
export const keyFacts = (key: AccessKey, now: Date): string => {
  const { accessKeyId, status, createDate, deactivatedAt, deactivatedThenOrEarlier, lastUsed } = key;
  const age = ageWords({ accessKeyId, ageDays: createDate && ageInDays(createDate, now) });
  const since = deactivatedAt
    ? ` since ${formatInstant(deactivatedAt)}${deactivatedThenOrEarlier ? ' or longer' : ''}`
    : ' (not known since when)';
  return [
    status === 'Active' ? 'active' : `${status.toLowerCase()}${since}`,
    `${age}${createDate ? ` (${formatInstant(createDate)})` : ''}`,
    lastUsedWords(lastUsed.state === 'used' ? { ...lastUsed, date: lastUsed.date.toISOString() } : lastUsed, now),
  ].join(', ');
};

/** The change in a few words: `deactivate AKIAIOSFODNN7EXAMPLE`. */
export const changeWords = (change: KeyChange): string => {
  switch (change.act) {
    case 'create':
      return `create the replacement of ${change.replaces.accessKeyId}`;
    case 'recreate':
      return `delete ${change.discarded.accessKeyId}, whose secret was lost, and create another ${change.replaces.accessKeyId === change.discarded.accessKeyId ? 'key' : `replacement of ${change.replaces.accessKeyId}`}`;
    case 'deactivate':
      return `make ${change.key.accessKeyId} inactive`;
    case 'record':
      return `write down that ${change.key.accessKeyId} is inactive, from when on it is waited for`;
    case 'delete':
      return `delete ${change.key.accessKeyId} (that cannot be undone)`;
    case 'none':
      return `nothing: ${change.why}`;
  }
};

/** Each refusal, and the earliest instant at which none of them may stand any more. */
export const refusalLines = (refusals: readonly Refusal[]): string[] => {
  const instants = refusals.flatMap(({ notBefore }) => (notBefore ? [notBefore.getTime()] : []));
  return [
    ...refusals.map(({ reason }) => `- ${oneLine(reason)}.`),
    ...(instants.length > 0 ? [`Not before ${formatInstant(new Date(Math.max(...instants)))}.`] : []),
  ];
};
