/**
 * The words of the product, which are AWS's own. Plain data: read once at the border, decided upon by pure functions.
 * Instants are `Date`s in UTC; durations are milliseconds unless a name says days or hours.
 */

/** An AWS account that is audited. `name` falls back to the id where nobody named it. */
export type Account = { id: string; name: string; production: boolean };

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html */
export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

/** When a key was last used. `unknown` is an answer that could not be had: it is never read as `never`. */
export type LastUsed =
  | { state: 'used'; date: Date; serviceName?: string; region?: string }
  | { state: 'never' }
  | { state: 'unknown' };

/** Movements of a last use below this are noise: IAM records the first use in 15 minutes only, and is minutes late. In ms. */
export const USE_NOISE = 30 * 60 * 1000;

/** One access key as it was read: never its secret, which nobody can read again. */
export type AccessKey = {
  /** `null` where only a credential report was read: it carries no key ids. */
  accessKeyId: string | null;
  status: KeyStatus;
  /** `null` only where no source tells it: the root user's key without a report, a report row without a date. */
  createDate: Date | null;
  lastUsed: LastUsed;
  /** When the key was made inactive, if anything recorded it. IAM itself does not. */
  deactivatedAt?: Date;
  /** When the inactive key was last made active, if CloudTrail saw that and nothing since: it tells of a call minutes late. */
  activatedAt?: Date;
  /** It was made inactive then or earlier: CloudTrail does not go back further. */
  deactivatedThenOrEarlier?: true;
  /** What the scan before knew: its last use then, the instant of that scan, and the longest that it was ever quiet before a use, in ms. */
  seenBefore?: { lastUsed: LastUsed; at: Date; longestGap?: number };
};

/** Tags of an IAM user, by tag key. */
export type Tags = Readonly<Record<string, string>>;

/** An IAM user, or the root user, with every access key that it has. `tags` are empty until a rule concerns the user. */
export type IamUser = {
  account: Account;
  userName: string;
  arn: string;
  tags: Tags;
  accessKeys: readonly AccessKey[];
};

/** What the credential report calls the root user. */
export const ROOT_USER_NAME = '<root_account>';

/** Whether the user is the account's root user: the only one whose ARN ends in `:root`. */
export const isRoot = (user: Pick<IamUser, 'arn'>): boolean => user.arn.endsWith(':root');

/** Keys that can sign requests. `Expired` and `Inactive` ones can not. */
export const activeKeys = (user: Pick<IamUser, 'accessKeys'>): AccessKey[] =>
  user.accessKeys.filter((key) => key.status === 'Active');

/** From least to most severe. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** `0` for low to `3` for critical: higher is worse. */
export const severityRank = (severity: Severity): number => severities.indexOf(severity);

/** The limits that rules and stages compare with. Names end in their unit. */
export type Policy = {
  rotateAfterDays: number;
  warnAfterDays: number;
  lingerGraceHours: number;
  settleDays: number;
  unusedAfterDays: number;
  neverUsedAfterDays: number;
  deleteInactiveAfterDays: number;
};

/** What one rule saw on one key. `key` is an element of the user's `accessKeys`. */
export type Violation = { ruleId: string; severity: Severity; key: AccessKey; message: string };

/** Something that could not be read, judged or told. Failures are data and are never dropped. */
export type Failure = {
  scope: 'account' | 'user' | 'rule' | 'locator' | 'notifier';
  /** What failed: `111122223333`, `111122223333/alice`, `slack` … */
  id: string;
  reason: string;
};
