import type { NotifierContext } from '../lambda/notifiers/notifier.ts';

const notHere = (what: string) => () => {
  throw new Error(`this test has no ${what}`);
};

/** A world where nothing is set up and time does not pass. */
export const notifierContext = (overrides: Partial<NotifierContext> = {}): NotifierContext => ({
  slack: { channel: '#govuk-developers', allClear: true, showUsage: false, repeat: 'daily' },
  getSlackToken: async () => undefined,
  createSlackClient: notHere('Slack'),
  createSnsClient: notHere('SNS'),
  once: (_step, work) => work(),
  signal: new AbortController().signal,
  sleep: async () => {},
  ...overrides,
});
