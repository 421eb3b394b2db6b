import type { KeyLocation } from '../domain/location.ts';
import type { AccessKey, Account, Failure, Tags } from '../domain/model.ts';
import type { FindFunctions, LookUpEvents, SearchRepositories } from '../ports.ts';
import type { Settings } from '../settings.ts';

/** A key to look for. `owner` is the IAM user it belongs to, where AWS was asked and knows. */
export type WantedKey = { accessKeyId: string; owner?: KeyOwner };
export type KeyOwner = { userName: string; arn: string; tags: Tags; key: AccessKey };

/** What locators need of the world. What is absent cannot be asked here; a locator says why. All keys are of one account. */
export type LocatorContext = {
  settings: Pick<Settings, 'thirdPartyServices'>;
  /** The account of the keys, and what of it can be asked. */
  aws?: { account: Account; lookUpEvents: LookUpEvents; findFunctions?: FindFunctions; region?: string | undefined };
  searchRepositories?: SearchRepositories;
  /** Why AWS is not asked, where it is not. */
  withoutAws?: string;
};

/** What one locator found, by access key id. Keys that it says nothing of are left out. */
export type Located = {
  locations: ReadonlyMap<string, readonly KeyLocation[]>;
  failures: readonly Failure[];
};

/** A way to find out where a key is used. */
export type Locator = {
  /** The name of its file, and of the source of what it says. */
  id: string;
  /** Of which findings the scheduled audit asks it; the command line asks every locator of every key. */
  inAudit: 'every-finding' | 'lingering' | 'never';
  /** Why it cannot be asked here; `undefined` where it can. */
  whyNot: (context: LocatorContext) => string | undefined;
  /** Rejects where it fails as a whole: the engine makes a failure of that. */
  locate: (keys: readonly WantedKey[], context: LocatorContext) => Promise<Located>;
};
