/**
 * The world that the embedded AWS serves: plain, mutable data and the builders for it. Nothing here knows HTTP.
 *
 * Every builder takes overrides and fills in the rest, so a test states only what it is about. Ids are deterministic: they count up
 * in the order of building, and look like the ones of AWS's documentation (they end in `EXAMPLE`).
 */
import { type FakeFunction, fakeFunctions } from './functions.ts';

/** 2026-01-01: old enough that nothing built with the defaults is younger than a usual test's `now`. */
export const LONG_AGO = new Date('2026-01-01T00:00:00Z');

export const HUB_ACCOUNT_ID = '111122223333';

/** The hub's own credentials: AWS's documented example, https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds.html */
export const HUB_CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

export interface FakeLastUsed {
  date: Date;
  /** e.g. `s3`; AWS's own namespace of the service. */
  service: string;
  /** `N/A` for a service without regions. */
  region: string;
}

export interface FakeKey {
  accessKeyId: string;
  status: 'Active' | 'Inactive' | 'Expired';
  /** CreateDate of ListAccessKeys: the authority for age. */
  created: Date;
  /** `last_rotated` of the credential report, where it differs from `created` (a reactivated key). */
  lastRotated?: Date | undefined;
  /** Absent: never used. */
  lastUsed?: FakeLastUsed | undefined;
}

export interface FakePassword {
  lastUsed?: Date | undefined;
  lastChanged?: Date | undefined;
  nextRotation?: Date | undefined;
}

export interface FakeUser {
  userName: string;
  userId: string;
  /** Begins and ends with `/`. */
  path: string;
  created: Date;
  tags: Record<string, string>;
  keys: FakeKey[];
  /** Which key (index into `keys`) stands in which slot of the credential report; default as in `keys`. */
  slotOrder?: readonly number[] | undefined;
  /** Absent: no console password. */
  password?: FakePassword | undefined;
  mfaActive: boolean;
}

export interface FakeRoot {
  created: Date;
  keys: FakeKey[];
  passwordLastUsed?: Date | undefined;
  mfaActive: boolean;
}

/** A role that can be assumed, and the external id it asks for. */
export interface FakeRole {
  roleName: string;
  externalId?: string | undefined;
}

/** One management event: what LookupEvents finds it by, and the record itself. `fakeEvent` makes one. */
export interface FakeEvent {
  eventId: string;
  name: string;
  /** `s3.amazonaws.com` */
  source: string;
  at: Date;
  region: string;
  accessKeyId: string;
  userName: string;
  /** `CloudTrailEvent`: JSON. */
  record: string;
}

export interface FakeReportSettings {
  /** How many GenerateCredentialReport calls answer STARTED or INPROGRESS before one answers COMPLETE. */
  polls: number;
  /** The live service writes `Z`, older reports have `+00:00`. */
  dateSuffix: 'Z' | '+00:00';
  /** The live service writes `true`, the guide shows `TRUE`. */
  upperCaseBooleans: boolean;
  /**
   * What `additional_credentials_info` holds for a user whose keys fit in the two slots; `absent` leaves the column out
   * (unless a user has more than two keys).
   */
  additionalInfo: 'absent' | '' | 'N/A';
}

export interface FakeAccount {
  id: string;
  name: string;
  partition: 'aws' | 'aws-us-gov' | 'aws-cn' | 'aws-eusc';
  root: FakeRoot;
  users: FakeUser[];
  roles: FakeRole[];
  report: FakeReportSettings;
  /** What CloudTrail knows, in no order. Changes of IAM add to it. */
  events: FakeEvent[];
  functions: FakeFunction[];
}

export interface FakeUnit {
  id: string;
  name: string;
  /** A unit's id or the root's. */
  parentId: string;
}

export interface FakeMember {
  id: string;
  name: string;
  email: string;
  parentId: string;
  state: string;
  /** The older field, which is being retired: `undefined` leaves it out of the answer. */
  status: string | undefined;
  joined: Date;
}

export interface FakeOrganization {
  id: string;
  rootId: string;
  managementAccountId: string;
  delegatedAdministrators: string[];
  units: FakeUnit[];
  members: FakeMember[];
}

export interface FakeSecret {
  /** The name without the six random characters that end the ARN. */
  name: string;
  arn: string;
  /** Absent: the secret exists, but no value was put. */
  value?: string | undefined;
}

export interface FakePublished {
  messageId: string;
  topicArn: string;
  subject?: string | undefined;
  message: string;
  messageStructure?: string | undefined;
  attributes: Record<string, { type: string; value: string }>;
}

/** How lists are cut into pages: IAM's `Marker` and Organizations' `NextToken` alike. */
export interface FakePaging {
  /** Items on a page at most (never more than the service's own limit). */
  size: number;
  /** Pages of varying length below `size`. */
  short: boolean;
  /** An empty page that says "there is more" before every page, and an empty last page. */
  empty: boolean;
}

export interface FakeWorld {
  /** The account that `HUB_CREDENTIALS` belong to. */
  hubAccountId: string;
  accounts: FakeAccount[];
  /** Absent: AWSOrganizationsNotInUseException. */
  organization?: FakeOrganization | undefined;
  topicArns: string[];
  secrets: FakeSecret[];
  paging: FakePaging;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
let builtKeys = 0;
let builtUsers = 0;

const example = (prefix: string, number: number, length: number): string => {
  let digits = '';
  for (let rest = number; digits.length < length; rest = Math.floor(rest / 32))
    digits = BASE32.charAt(rest % 32) + digits;
  return `${prefix}${digits}EXAMPLE`;
};

/** A valid-looking 20 character access key id; `AKIAAAAAAAAABEXAMPLE` for 1. */
export const exampleKeyId = (number: number): string => example('AKIA', number, 9);

/** The same for the temporary credentials of AssumeRole. */
export const exampleSessionKeyId = (number: number): string => example('ASIA', number, 9);

/** A secret access key like AWS's documented one, another for every number: no output may ever hold it. */
export const exampleSecret = (number: number): string => `${HUB_CREDENTIALS.secretAccessKey}/${number}`;

export const fakeKey = (overrides: Partial<FakeKey> = {}): FakeKey => ({
  accessKeyId: overrides.accessKeyId ?? exampleKeyId(++builtKeys),
  status: 'Active',
  created: LONG_AGO,
  ...overrides,
});

export interface FakeUserOverrides extends Partial<Omit<FakeUser, 'keys'>> {
  keys?: readonly Partial<FakeKey>[];
}

export const fakeUser = (overrides: FakeUserOverrides = {}): FakeUser => {
  const number = ++builtUsers;
  return {
    userName: `user-${number}`,
    userId: example('AIDA', number, 10),
    path: '/',
    created: LONG_AGO,
    tags: {},
    mfaActive: false,
    ...overrides,
    keys: (overrides.keys ?? []).map(fakeKey),
  };
};

export interface FakeAccountOverrides extends Partial<Omit<FakeAccount, 'users' | 'root' | 'report' | 'functions'>> {
  users?: readonly FakeUserOverrides[];
  root?: Partial<Omit<FakeRoot, 'keys'>> & { keys?: readonly Partial<FakeKey>[] };
  report?: Partial<FakeReportSettings>;
  functions?: readonly Partial<FakeFunction>[];
}

/** An account with a role `keyaudit` that asks for no external id, a keyless root, and a report that is COMPLETE on the second call. */
export const fakeAccount = (overrides: FakeAccountOverrides = {}): FakeAccount => ({
  id: HUB_ACCOUNT_ID,
  name: overrides.id ?? HUB_ACCOUNT_ID,
  partition: 'aws',
  roles: [{ roleName: 'keyaudit' }],
  events: [],
  ...overrides,
  functions: fakeFunctions(overrides.functions ?? []),
  root: { created: LONG_AGO, mfaActive: true, ...overrides.root, keys: (overrides.root?.keys ?? []).map(fakeKey) },
  users: (overrides.users ?? []).map(fakeUser),
  report: { polls: 1, dateSuffix: 'Z', upperCaseBooleans: false, additionalInfo: 'absent', ...overrides.report },
});

export interface FakeOrganizationOverrides extends Partial<Omit<FakeOrganization, 'units' | 'members'>> {
  units?: readonly (Partial<FakeUnit> & { id: string })[];
  members?: readonly (Partial<FakeMember> & { id: string })[];
}

/** Units and members hang under the root unless they name a parent. */
export const fakeOrganization = (overrides: FakeOrganizationOverrides = {}): FakeOrganization => {
  const rootId = overrides.rootId ?? 'r-exam';
  return {
    id: 'o-exampleorgid',
    managementAccountId: HUB_ACCOUNT_ID,
    delegatedAdministrators: [],
    ...overrides,
    rootId,
    units: (overrides.units ?? []).map((unit) => ({ name: unit.id, parentId: rootId, ...unit })),
    members: (overrides.members ?? []).map((member) => ({
      name: member.id,
      email: `${member.name ?? member.id}@example.com`,
      parentId: rootId,
      state: 'ACTIVE',
      status: 'ACTIVE',
      joined: LONG_AGO,
      ...member,
    })),
  };
};

export const fakeSecret = (overrides: Partial<FakeSecret> & { name: string }): FakeSecret => ({
  arn: `arn:aws:secretsmanager:us-east-1:${HUB_ACCOUNT_ID}:secret:${overrides.name}-AbCdEf`,
  ...overrides,
});

export interface FakeWorldOverrides extends Partial<Omit<FakeWorld, 'accounts' | 'paging' | 'organization'>> {
  accounts?: readonly FakeAccountOverrides[];
  organization?: FakeOrganizationOverrides | undefined;
  paging?: Partial<FakePaging>;
}

/** Without accounts: the hub's, empty. Without an organization: none is in use. */
export const fakeWorld = (overrides: FakeWorldOverrides = {}): FakeWorld => ({
  hubAccountId: HUB_ACCOUNT_ID,
  topicArns: [],
  secrets: [],
  ...overrides,
  accounts: (overrides.accounts ?? [{}]).map(fakeAccount),
  organization: overrides.organization && fakeOrganization(overrides.organization),
  paging: { size: 100, short: false, empty: false, ...overrides.paging },
});
