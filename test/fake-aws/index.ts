/** The embedded AWS and Slack: see `server.ts` and `slack.ts`. */
export type { Call, Calls } from './calls.ts';
export { credentialReport } from './credential-report.ts';
export { type FakeEventOverrides, fakeEvent } from './events.ts';
export type { Fault, FaultKind, Faults } from './faults.ts';
export { type Limit, type Limits, limitCalls } from './limits.ts';
export { type FakeAws, type FakeAwsOptions, startFakeAws } from './server.ts';
export {
  FAKE_SLACK_TOKEN,
  type FakeChannel,
  type FakeSlack,
  type FakeSlackOptions,
  type SlackFile,
  type SlackMessage,
  startFakeSlack,
} from './slack.ts';
export { checkBlocks, SLACK_LIMITS } from './slack-blocks.ts';
export * from './world.ts';
