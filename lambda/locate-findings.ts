import { byRank } from './domain/findings.ts';
import type { Account, Failure, IamUser } from './domain/model.ts';
import type { AuditReport, Finding } from './domain/report.ts';
import { plural } from './domain/time.ts';
import { locate, type Whereabouts } from './locate.ts';
import type { Locator, WantedKey } from './locators/locator.ts';
import type { LookUpEvents, OpenAccount } from './ports.ts';

export type FindingLocators = { locators: readonly Locator[]; openAccount: OpenAccount };

/**
 * How many keys of an account are looked for where each costs calls, the first by rank. CloudTrail answers two calls a second
 * in a region, and up to two are made for each key: twenty keys take the Lambda twenty seconds, a thousand all its time.
 */
const KEYS_LOOKED_FOR = 20;

/**
 * The report with what the audit's locators know of its keys, ranked by that too. Some are asked of every key; those that cost calls only of
 * keys whose last use lingers, as somebody has to find that use. `users` are the ones that the report judged.
 */
export const locateFindings = async (
  report: AuditReport,
  users: readonly IamUser[],
  { locators, openAccount }: FindingLocators,
): Promise<AuditReport> => {
  const lookUpEventsOf =
    (account: Account): LookUpEvents =>
    async (query) =>
      (await openAccount(account)).lookUpEvents(query);
  const accounts = new Map(users.map(({ account }) => [account.id, account]));
  const wanted = (findings: readonly Finding[]) =>
    [...accounts.values()].map((account) => ({
      aws: { account, lookUpEvents: lookUpEventsOf(account) },
      keys: findings
        .filter((finding) => finding.account.id === account.id)
        .flatMap((finding) => wantedKey(finding, users)),
    }));
  const ask = (of: ReturnType<typeof wanted>, inAudit: Locator['inAudit']): Promise<Whereabouts[]> => {
    const asked = locators.filter((locator) => locator.inAudit === inAudit);
    return Promise.all(
      of
        .filter(({ keys }) => keys.length > 0)
        .map(({ keys, aws }) => locate(keys, asked, { settings: { thirdPartyServices: [] }, aws })),
    );
  };
  const lingering = wanted(report.findings.filter(isLingering));
  const first = lingering.map(({ keys, aws }) => ({ keys: keys.slice(0, KEYS_LOOKED_FOR), aws }));
  const answers = [
    ...(await ask(wanted([...report.findings, ...report.exempt]), 'every-finding')),
    ...(await ask(first, 'lingering')),
  ];
  const located = <Found extends Finding>(finding: Found): Found => ({
    ...finding,
    locations: answers.flatMap(({ locations }) => locations.get(finding.accessKeyId ?? '') ?? []),
  });
  return {
    ...report,
    findings: report.findings.map(located).sort(byRank),
    exempt: report.exempt.map(located).sort(byRank),
    failures: [
      ...report.failures,
      ...answers.flatMap(({ failures }) => failures),
      ...lingering.flatMap(({ keys, aws }) => leftOut(keys.length - KEYS_LOOKED_FOR, aws.account)),
    ],
  };
};

const leftOut = (count: number, { id }: Account): Failure[] =>
  count <= 0
    ? []
    : [
        {
          scope: 'locator',
          id: `${plural(count, 'lingering key')} of ${id}`,
          reason: `only the first ${KEYS_LOOKED_FOR} of an account are looked for: keyaudit locate KEY-ID looks for one`,
        },
      ];

/** The key whose use was missed, not its replacement. */
const isLingering = ({ stage, accessKeyId, nextStep }: Finding): boolean =>
  stage === 'lingering' && nextStep.accessKeyId === accessKeyId;

/** None where there is no key id: a credential report and root have none. */
const wantedKey = ({ account, userName, accessKeyId }: Finding, users: readonly IamUser[]): WantedKey[] => {
  const user = users.find((each) => each.account.id === account.id && each.userName === userName);
  const key = user?.accessKeys.find((each) => each.accessKeyId === accessKeyId);
  return user && key && accessKeyId !== null
    ? [{ accessKeyId, owner: { userName, arn: user.arn, tags: user.tags, key } }]
    : [];
};
