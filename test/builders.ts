import type { ExemptionSetting } from '../lambda/domain/exemptions.ts';
import type { FindingContext } from '../lambda/domain/findings.ts';
import type { AccessKey, Account, IamUser, LastUsed } from '../lambda/domain/model.ts';
import { DAY, HOUR } from '../lambda/domain/time.ts';
import { parseSettings } from '../lambda/settings.ts';

/** The instant at which every test judges, unless it is about time. */
export const NOW = new Date('2026-11-23T09:00:00Z');

/** The instant so many milliseconds before NOW. */
export const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
export const daysAgo = (days: number): Date => ago(days * DAY);
export const hoursAgo = (hours: number): Date => ago(hours * HOUR);

export const policy = parseSettings({}).policy;
export const clock = { policy, now: NOW };

export const findingContext = (overrides: Partial<FindingContext> = {}): FindingContext => ({
  ...clock,
  team: {},
  ownerTag: 'owner-slack',
  exemptions: [],
  ...overrides,
});

export const account = (overrides: Partial<Account> = {}): Account => ({
  id: '111122223333',
  name: 'integration',
  production: false,
  ...overrides,
});

export const used = (date: Date, details: { serviceName?: string; region?: string } = {}): LastUsed => ({
  state: 'used',
  date,
  ...details,
});
export const never: LastUsed = { state: 'never' };
export const unknown: LastUsed = { state: 'unknown' };

/** AWS's documented example keys: the one that builders give, and one to stand beside it. */
export const FIRST_KEY = 'AKIAIOSFODNN7EXAMPLE';
export const SECOND_KEY = 'AKIAI44QH8DHBEXAMPLE';

/** A young key that was used an hour ago: no rule fires for it. */
export const accessKey = (overrides: Partial<AccessKey> = {}): AccessKey => ({
  accessKeyId: FIRST_KEY,
  status: 'Active',
  createDate: daysAgo(10),
  lastUsed: used(hoursAgo(1), { serviceName: 's3', region: 'eu-west-1' }),
  ...overrides,
});

export const iamUser = (overrides: Partial<IamUser> = {}): IamUser => ({
  account: account(),
  userName: 'alice',
  arn: `arn:aws:iam::111122223333:user/${overrides.userName ?? 'alice'}`,
  tags: {},
  accessKeys: [accessKey()],
  ...overrides,
});

export const rootUser = (overrides: Partial<IamUser> = {}): IamUser =>
  iamUser({ userName: '<root_account>', arn: 'arn:aws:iam::111122223333:root', ...overrides });

export const exemptionSetting = (overrides: Partial<ExemptionSetting> = {}): ExemptionSetting => ({
  account: '*',
  user: 'legacy-*',
  until: '2027-01-31',
  reason: 'replaced by roles in January',
  ...overrides,
});
