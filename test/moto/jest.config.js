import { readFileSync } from 'node:fs';

/** The suites that need moto: as the unit tests are run, but one after the other, for they share one moto. */
const { jest } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

export default {
  ...jest,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/moto/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 60_000,
};
