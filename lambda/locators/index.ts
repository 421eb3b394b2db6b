import { cloudtrail } from './cloudtrail.ts';
import { keyDescription } from './key-description.ts';
import { lambdaEnvironments } from './lambda-environments.ts';
import type { Locator } from './locator.ts';
import { repositories } from './repositories.ts';
import { thirdParties } from './third-parties.ts';

/** Every place that is looked into for uses of a key, in the order in which it is told. */
export const locators: readonly Locator[] = [
  keyDescription,
  cloudtrail,
  lambdaEnvironments,
  repositories,
  thirdParties,
];
