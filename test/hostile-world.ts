import fc from 'fast-check';
import { daysAgo, hoursAgo } from './builders.ts';
import {
  exampleKeyId,
  type FakeEvent,
  type FakeUserOverrides,
  type FakeWorld,
  type Fault,
  fakeEvent,
  fakeWorld,
  HUB_ACCOUNT_ID,
} from './fake-aws/index.ts';
import { RUNBOOK } from './full-report.ts';
import { anyText, carriedName, carriedText } from './hostile.ts';
import type { Intended } from './inert/slack.ts';

/** An organization whose users, tags, accounts, events and refusals are called as nobody should call them. */

export const OTHER = '444455556666';

/** Users are told apart by their keys. */
export type HostileUser = FakeUserOverrides & { userName: string; tags: Record<string, string> };

export type HostileWorld = {
  /** Of the hub and of the other account. */
  names: [string, string];
  users: [HostileUser[], HostileUser[]];
  events: FakeEvent[];
  faults: Fault[];
  /** A finding of the scan before, which is resolved. */
  gone: string;
};

const until = fc.oneof(fc.constantFrom('2027-01-31', '2026-12-01', '2026-01-01'), carriedText());
const owner = fc.oneof(fc.constantFrom('U024BE7LH', 'SAZ94GDB8', 'C061EG9SL', 'team-channel'), carriedText());

/** Beside the tag of each key. */
const tags: fc.Arbitrary<Record<string, string>> = fc
  .tuple(
    fc.dictionary(carriedName(128), carriedText(256), { maxKeys: 3, noNullPrototype: true }),
    fc.record(
      {
        owner,
        'owner-slack': owner,
        'managed-by': carriedText().map((text) => `terraform ${text}`),
        'keyaudit:exempt-until': until,
        'keyaudit:exempt-reason': carriedText(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([others, ours]) => ({ ...others, ...ours }));

const region = fc.oneof(fc.constant('eu-west-1'), carriedName());

/** One at each of the stages that have most to say. */
const keysOf = (first: string, second: string, service: string, place: string) => {
  const used = (date: Date) => ({ lastUsed: { date, service, region: place } });
  const old = { accessKeyId: first, created: daysAgo(200) };
  const fresh = { accessKeyId: second, created: daysAgo(20), ...used(hoursAgo(1)) };
  return {
    overdue: [{ ...old, ...used(hoursAgo(2)) }],
    lingering: [{ ...old, ...used(hoursAgo(2)) }, fresh],
    quiet: [{ ...old, ...used(daysAgo(10)) }, fresh],
    unused: [old],
    inactive: [{ ...old, ...used(daysAgo(100)), status: 'Inactive' as const }],
  };
};

const stages = ['overdue', 'lingering', 'quiet', 'unused', 'inactive'] as const;

const userArbitrary = fc.record({
  userName: carriedName(),
  path: fc.oneof(
    fc.constant('/'),
    carriedText(60).map((text) => `/${text}/`),
  ),
  tags,
  service: carriedName(),
  region,
  stage: fc.constantFrom(...stages),
  description: carriedText(256),
});

const usersFrom = (firstKey: number, fewest: number): fc.Arbitrary<HostileUser[]> =>
  fc
    .uniqueArray(userArbitrary, { minLength: fewest, maxLength: 4, selector: ({ userName }) => userName })
    .map((users) =>
      users.map(({ userName, path, tags: others, service, region: place, stage, description }, at) => {
        const [first, second] = [exampleKeyId(firstKey + 2 * at), exampleKeyId(firstKey + 2 * at + 1)];
        const keys = keysOf(first, second, service, place)[stage];
        return { userName, path, created: daysAgo(900), keys, tags: { ...others, [first]: description } };
      }),
    );

/** Calls with the first keys of the hub's users: what they say, but for whose key it is, is the caller's own text. */
const event = fc
  .record({
    at: fc.nat(3),
    name: anyText.filter((name) => name !== ''),
    source: anyText,
    sourceIpAddress: anyText,
    userAgent: anyText,
    userName: anyText,
    errorCode: fc.option(anyText, { nil: undefined }),
  })
  .map(({ at, ...rest }) => fakeEvent({ ...rest, accessKeyId: exampleKeyId(1 + 2 * at), at: hoursAgo(2) }));

/** None that the SDK tries again. In JSON the kind of error is text as well. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc
    .record({
      operation: fc.constantFrom(
        'iam:ListUserTags',
        'iam:GetAccessKeyLastUsed',
        'iam:ListAccessKeys',
        'iam:GenerateCredentialReport',
        'sts:AssumeRole',
      ),
      message: carriedText(),
    })
    .map((refusal): Fault => ({ ...refusal, kind: 'error', status: 403, code: 'AccessDenied' })),
  fc
    .record({ code: carriedName(), message: anyText })
    .map((refusal): Fault => ({ ...refusal, operation: 'cloudtrail:LookupEvents', kind: 'error', status: 400 })),
);

export const hostileWorld: fc.Arbitrary<HostileWorld> = fc.record({
  names: fc.tuple(anyText, anyText).filter(([one, other]) => one !== other),
  users: fc.tuple(usersFrom(1, 1), usersFrom(101, 0)),
  events: fc.array(event, { maxLength: 4 }),
  faults: fc.array(fault, { maxLength: 2 }),
  gone: carriedName(),
});

/** The same for the embedded AWS. */
export const asWorld = ({ names, users, events }: HostileWorld): FakeWorld =>
  fakeWorld({
    accounts: [
      { users: users[0], events, report: { polls: 0 } },
      { id: OTHER, users: users[1], report: { polls: 0 } },
    ],
    organization: {
      members: [
        { id: HUB_ACCOUNT_ID, name: names[0] },
        { id: OTHER, name: names[1] },
      ],
    },
  });

/** Whom Slack may call, as the team's tags name them by id, and where it may link to. */
export const intendedFor = ({ users }: HostileWorld): Required<Intended> => ({
  mentions: users
    .flat()
    .flatMap(({ tags: { owner: person, 'owner-slack': inSlack } }) => [person ?? '', inSlack ?? ''])
    .filter((id) => /^[UWSCG](?=.*\d)[A-Z0-9]{8,}$/.test(id)),
  links: ['https://console.aws.amazon.com/iam/home#/', RUNBOOK],
});

/** So many scans; a machine that is slow, or the search for a smaller example, must not outlast the test. */
export const scans = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: true });
