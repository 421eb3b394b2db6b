import { type IamUser, isRoot } from './model.ts';
import { DAY, isCalendarDay } from './time.ts';

/** An exemption from the settings. `account` is an id or a name; in `account` and `user`, `*` stands for any characters. */
export type ExemptionSetting = { account: string; user: string; until: string; reason: string };

export type Exemption = { until: string; reason: string };

/** `exemption`: the one in force. `notes`: why others, which somebody may count on, are not. */
export type ExemptionVerdict = { exemption?: Exemption; notes: string[] };

export const EXEMPT_UNTIL_TAG = 'keyaudit:exempt-until';
export const EXEMPT_REASON_TAG = 'keyaudit:exempt-reason';

/** An exemption with so many days left, or fewer, announces that it ends; in words: within two weeks. */
export const ANNOUNCED_DAYS = 14;

/**
 * Whole days that an exemption still counts after today, in UTC: `0` on its last day, which counts through its end. `undefined`
 * where it is past, or `until` is no calendar date.
 */
export const daysLeft = (until: string, now: Date): number | undefined => {
  const ends = endOfDay(until);
  return ends === undefined || now.getTime() >= ends ? undefined : Math.ceil((ends - now.getTime()) / DAY) - 1;
};

/** Whether an exemption is in its last `ANNOUNCED_DAYS`. */
export const endsSoon = ({ until }: Pick<Exemption, 'until'>, now: Date): boolean => {
  const left = daysLeft(until, now);
  return left !== undefined && left <= ANNOUNCED_DAYS;
};

/**
 * Whether a user is exempt at `now`, by settings or by tags. Exemptions fail closed: one that is past its date, has no
 * readable date or gives no reason exempts nobody, and says so. The root user is exempt only where it is named in full.
 */
export const exemptionOf = (user: IamUser, settings: readonly ExemptionSetting[], now: Date): ExemptionVerdict => {
  const claims = [...settings.filter((setting) => concerns(setting, user)).map(fromSetting), ...fromTags(user)].map(
    (claim) => ({ ...claim, ends: endOfDay(claim.until) }),
  );
  const inForce = claims
    .filter(({ ends, reason }) => reason && ends !== undefined && now.getTime() < ends)
    .sort((a, b) => (b.ends ?? 0) - (a.ends ?? 0))[0];
  if (inForce) return { exemption: { until: inForce.until, reason: inForce.reason }, notes: [] };
  const notes = claims.map(({ source, until, reason, ends }) => {
    if (ends === undefined) return `${source} “${until}” is not a date like 2027-01-31: it exempts nobody.`;
    if (!reason) return `${source} ${until} gives no reason (${EXEMPT_REASON_TAG}): it exempts nobody.`;
    return `${source} ${until} (${reason}) has ended.`;
  });
  return { notes: [...notes, ...withoutDate(user)] };
};

/** Somebody who wrote a reason counts on an exemption. */
const withoutDate = ({ tags }: IamUser): string[] =>
  tags[EXEMPT_REASON_TAG] !== undefined && tags[EXEMPT_UNTIL_TAG] === undefined
    ? [`The tag ${EXEMPT_REASON_TAG} has no date beside it (${EXEMPT_UNTIL_TAG}): it exempts nobody.`]
    : [];

type Claim = { source: string; until: string; reason: string };

const fromSetting = ({ until, reason }: ExemptionSetting): Claim => ({ source: 'The exemption until', until, reason });

const fromTags = ({ tags }: IamUser): Claim[] => {
  const until = tags[EXEMPT_UNTIL_TAG];
  return until === undefined
    ? []
    : [{ source: `The tag ${EXEMPT_UNTIL_TAG}`, until, reason: tags[EXEMPT_REASON_TAG]?.trim() ?? '' }];
};

const concerns = (setting: ExemptionSetting, user: IamUser): boolean => {
  const accountMatches = [user.account.id, user.account.name].some((word) => matches(setting.account, word));
  return accountMatches && (isRoot(user) ? setting.user === user.userName : matches(setting.user, user.userName));
};

const matches = (pattern: string, word: string): boolean => {
  const literals = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's').test(word);
};

/** The first instant after the day in UTC; `undefined` where the text is no calendar date. */
const endOfDay = (until: string): number | undefined =>
  /^\d{4}-\d{2}-\d{2}$/.test(until) && isCalendarDay(until) ? Date.parse(`${until}T00:00:00Z`) + DAY : undefined;
