import * as z from 'zod';
import type { FindingContext } from './domain/findings.ts';
import { repeats } from './domain/news.ts';

/**
 * The settings of DESIGN section 8: one schema for the Lambda, the CLI and the CDK app. Everything has a default, nothing
 * unknown is let through, and all problems are told at once, by path.
 */

const accountId = z.string().regex(/^\d{12}$/, 'is not an account id: 12 digits, in quotes');
/** A century is enough to switch a limit off, and no more than dates can hold. */
const days = z.number().min(0).max(36_500);
const date = z.iso.date('is not a date like 2027-01-31');

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html */
const parentId = z
  .string()
  .regex(/^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/, 'is not an organizational unit (ou-…) or root (r-…)');

const organization = z.strictObject({
  /** Organizational units, nested ones included; the whole organization where empty. */
  include: z.array(parentId).default([]),
  exclude: z.array(z.union([accountId, parentId], 'is neither an account id nor an organizational unit')).default([]),
  /** Of these, only some: ids or names. The whole where empty. */
  only: z.array(z.string().min(1)).default([]),
  /** Whether the stack set is deployed from the management account or by a delegated administrator. */
  callAs: z.enum(['SELF', 'DELEGATED_ADMIN']).default('SELF'),
});

const accounts = z.union(
  [
    z.literal('self'),
    z.strictObject({ organization }),
    z.array(z.strictObject({ id: accountId, name: z.string().min(1).optional() })).min(1),
  ],
  'is none of "self", {"organization": {…}}, [{"id": "111122223333", "name": "production"}, …]',
);

/** `warnAfterDays` below `rotateAfterDays`, or no key would ever be due soon. */
const policy = z
  .strictObject({
    rotateAfterDays: days.default(90),
    warnAfterDays: days.default(75),
    lingerGraceHours: z
      .number()
      .min(0)
      .max(36_500 * 24)
      .default(24),
    settleDays: days.default(7),
    unusedAfterDays: days.default(45),
    neverUsedAfterDays: days.default(14),
    deleteInactiveAfterDays: days.default(30),
  })
  .superRefine(({ warnAfterDays, rotateAfterDays }, problems) => {
    if (warnAfterDays < rotateAfterDays) return;
    const message = `${warnAfterDays} is not below rotateAfterDays (${rotateAfterDays}): set both`;
    problems.addIssue({ code: 'custom', path: ['warnAfterDays'], message });
  });

const slack = z.strictObject({
  channel: z
    .string()
    .regex(/^(#\S+|[CG][A-Z0-9]{5,})$/, 'is neither a #channel nor a channel id')
    .default('#govuk-developers'),
  /** Whom the texts name where on-call has to be told first. */
  onCall: z.string().min(1).optional(),
  /** The IAM user's tag that names its owner; the tag `owner` counts too. */
  ownerTag: z.string().min(1).default('owner-slack'),
  /** Whether a scan that found nothing says so. */
  allClear: z.boolean().default(true),
  /** When the digest lists findings that it has told before. */
  repeat: z.enum(repeats, 'is none of "daily", "weekly", "changes"').default('daily'),
  /** Whether Slack and SNS may see the IP addresses and user agents that used a key. */
  showUsage: z.boolean().default(false),
});

const sns = z.strictObject({
  /** Subscribed to findings and to alarms. */
  emails: z.array(z.email('is not an e-mail address')).default([]),
});

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const schedule = z.strictObject({
  expression: z.string().min(1).default('cron(0 9 ? * MON-FRI *)'),
  timezone: z.string().min(1).default('Europe/London'),
});

/** A service outside AWS into which keys are typed by hand. */
const thirdPartyService = z.strictObject({
  name: z.string().trim().min(1),
  url: z.url({ protocol: /^https?$/, error: 'is not a link' }),
});

const eyaml = z.strictObject({
  /** Reads text with `ENC[…]` on stdin and writes it with the values in clear: a program and its arguments, no shell. */
  command: z.array(z.string().min(1)).min(1).default(['eyaml', 'decrypt', '--stdin']),
});

const exemption = z.strictObject({
  /** Account id or name; `*` stands for anything. */
  account: z.string().min(1),
  /** User name; `*` stands for anything but the root user. */
  user: z.string().min(1),
  /** The last day, through its end in UTC. */
  until: date,
  reason: z.string().trim().min(1),
});

const settings = z
  .strictObject({
    accounts: accounts.default('self'),
    productionAccounts: z.array(z.string().min(1)).default([]),
    /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
    auditRoleName: z
      .string()
      .regex(/^[\w+=,.@-]{1,64}$/, 'is not a role name')
      .default('keyaudit'),
    /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'is not an external id (2 to 1,224 of A-Z a-z 0-9 _+=,.@:/-)')
      .optional(),
    policy: policy.prefault({}),
    runbookUrl: z.url({ protocol: /^https?$/, error: 'is not a link' }).optional(),
    slack: slack.prefault({}),
    sns: sns.prefault({}),
    schedule: schedule.prefault({}),
    /** Roles that may audit from the command line by the audit role, beside the hub's. */
    operatorRoleArns: z
      .array(z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'is not the ARN of a role'))
      .default([]),
    organizationId: z
      .string()
      .regex(/^o-[a-z0-9]{10,32}$/, 'is not an organization (o-…)')
      .optional(),
    /** How many runs of the Lambda there may be at once; no limit of its own where absent. */
    reservedConcurrency: z.int().min(1).optional(),
    exemptions: z.array(exemption).default([]),
    thirdPartyServices: z.array(thirdPartyService).default([]),
    eyaml: eyaml.prefault({}),
    /** The IAM user's tag that names the infrastructure code which manages its keys, beside the usual ones. */
    managedByTag: z.string().min(1).optional(),
  })
  .superRefine(({ accounts: chosen, productionAccounts }, problems) => {
    if (!Array.isArray(chosen)) return;
    for (const [index, word] of productionAccounts.entries()) {
      if (isAccountId(word) || chosen.some(({ name }) => name === word)) continue;
      problems.addIssue({
        code: 'custom',
        path: ['productionAccounts', index],
        message: `no account is called ${JSON.stringify(word)}`,
      });
    }
  });

export type Settings = z.output<typeof settings>;
export type AccountsSetting = Settings['accounts'];

/** The caller's own mistake, told in full: `problems` are lines of `path: what is wrong`. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly problems: readonly string[];
  constructor(what: string, problems: readonly string[]) {
    super(`${what}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Checked settings with every default filled in. Throws a `SettingsError` that lists every problem. */
export const parseSettings = (input: unknown, what = 'The settings are wrong'): Settings =>
  parseWith(settings, input, what);

const event = z.strictObject({
  accounts: z.array(z.string().min(1)).min(1).optional(),
  users: z.array(z.string().min(1)).min(1).optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
  notify: z.boolean().default(true),
  scheduledTime: z.iso.datetime().optional(),
});

/**
 * What an invocation may ask for: some accounts (ids, or names from the settings), some users, another policy, silence. A
 * schedule says which of its ticks this is, an ISO 8601 instant in UTC.
 */
export type AuditEvent = z.output<typeof event>;

/** Reads an invocation's event: a schedule's asks for everything. A field that is unknown or wrong is refused by name. */
export const parseEvent = (input: unknown): AuditEvent =>
  parseWith(event, ofRule(input) ?? input ?? {}, 'The event is wrong');

/** What EventBridge's own rules send: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
const ofRule = (input: unknown): { scheduledTime?: unknown } | undefined => {
  if (typeof input !== 'object' || input === null) return undefined;
  if (!('detail-type' in input) || input['detail-type'] !== 'Scheduled Event') return undefined;
  return 'time' in input ? { scheduledTime: input.time } : {};
};

/** The settings with an event's (or the command line's) choices put over them. Throws a `SettingsError`. */
export const overrideSettings = (base: Settings, choice: Pick<AuditEvent, 'accounts' | 'policy'>): Settings => ({
  ...base,
  ...(choice.accounts && { accounts: chosenAccounts(base.accounts, choice.accounts) }),
  ...(choice.policy && {
    policy: parseSettings({ policy: { ...base.policy, ...choice.policy } }, 'The policy is wrong').policy,
  }),
});

/** Ids are taken as they are; a name has to be one that the settings list, or that the organisation has. */
const chosenAccounts = (base: AccountsSetting, wanted: readonly string[]): AccountsSetting => {
  if (typeof base === 'object' && 'organization' in base) {
    return { organization: { ...base.organization, only: [...wanted] } };
  }
  const known = Array.isArray(base) ? base : [];
  const chosen = wanted.map((idOrName) => ({
    idOrName,
    account:
      known.find(({ id, name }) => id === idOrName || name === idOrName) ??
      (isAccountId(idOrName) ? { id: idOrName } : undefined),
  }));
  const problems = chosen.flatMap(({ idOrName, account }, index) =>
    account
      ? []
      : [`accounts[${index}]: ${JSON.stringify(idOrName)} is neither an account id nor a name that the settings list`],
  );
  if (problems.length > 0) throw new SettingsError('The choice of accounts is wrong', problems);
  return chosen.flatMap(({ account }) => (account ? [account] : []));
};

export const isAccountId = (word: string): boolean => accountId.safeParse(word).success;

const parseWith = <Schema extends z.ZodType>(schema: Schema, input: unknown, what: string): z.output<Schema> => {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new SettingsError(what, result.error.issues.flatMap(describeIssue));
};

const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  const at = (path: readonly PropertyKey[]): string =>
    path.reduce<string>(
      (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
      '',
    ) || '(top level)';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${at([...issue.path, key])}: is unknown`);
  }
  return [`${at(issue.path)}: ${inWords(issue)}`];
};

const inWords = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? 'is missing'
      : `is ${JSON.stringify(issue.input)}, not ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  if (issue.code === 'too_big' && issue.origin === 'number') {
    return `is ${JSON.stringify(issue.input)}, above ${issue.maximum}`;
  }
  if (issue.code === 'too_small') {
    return issue.origin === 'number' ? `is ${JSON.stringify(issue.input)}, below ${issue.minimum}` : 'is empty';
  }
  return issue.message;
};

/** What findings need of the settings, judged at `now`. */
export const findingContextOf = (
  { policy, slack, runbookUrl, exemptions, managedByTag }: Settings,
  now: Date,
): FindingContext => ({
  policy,
  now,
  team: {
    ...(runbookUrl && { runbookUrl }),
    ...(slack.onCall && { onCall: slack.onCall }),
    ...(managedByTag && { managedByTag }),
  },
  ownerTag: slack.ownerTag,
  exemptions,
});

/** Whether the settings call an account production, by its id or its name. */
export const isProduction = (
  { id, name }: { id: string; name: string },
  settings: Pick<Settings, 'productionAccounts'>,
): boolean => settings.productionAccounts.some((word) => word === id || word === name);

/** The fixed name of the role that the Lambda runs as, which the audit roles trust. */
export const hubRoleName = ({ auditRoleName }: Pick<Settings, 'auditRoleName'>): string => `${auditRoleName}-hub`;

/** The CloudWatch namespace of the auditor's metrics. */
export const METRICS_NAMESPACE = 'keyaudit';
