import { formatInstant } from '../../lambda/domain/time.ts';
import type { NotifierContext } from '../../lambda/notifiers/notifier.ts';
import { callSlack } from '../../lambda/notifiers/slack-client.ts';
import { explain } from '../../lambda/notifiers/slack-errors.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import type { Settings } from '../../lambda/settings.ts';
import type { Terminal } from '../terminal.ts';

/** What is told before a key changes, and whom. */
export type Notice = { channel: string; text: string };

export type NoticeContext = Pick<NotifierContext, 'getSlackToken' | 'createSlackClient' | 'sleep'>;

/** A channel, by name or id: `slack.onCall` may be anything that people call on-call. */
const CHANNEL = /^(#\S+|[CG][A-Z0-9]{5,})$/;

/** On-call's own channel where the settings name one; else the team's, with on-call's name in the text. */
export const onCallNotice = ({ onCall, channel }: Settings['slack'], what: string, now: Date): Notice => {
  const toOnCall = onCall !== undefined && CHANNEL.test(onCall);
  return {
    channel: toOnCall ? onCall : channel,
    text: `${onCall && !toOnCall ? `${oneLine(onCall)}: ` : ''}${oneLine(what)} (${formatInstant(now)})`,
  };
};

/**
 * Posts the notice, or, without a Slack token, prints it and asks whether somebody sent it. Rejects where Slack refuses or
 * nobody sent it: then nothing is changed.
 */
export const giveNotice = async (
  { channel, text }: Notice,
  context: NoticeContext,
  terminal: Pick<Terminal, 'say' | 'ask' | 'interactive'>,
  assumeYes: boolean,
): Promise<void> => {
  const token = await context.getSlackToken();
  if (token === undefined) {
    terminal.say(`Send this to ${channel} (with a bot token in SLACK_TOKEN it would be posted):\n\n  ${text}\n`);
    if (assumeYes || (terminal.interactive && (await terminal.ask(`Has ${channel} been told?`)))) return;
    throw new Error(`${channel} has not been told, so nothing was changed`);
  }
  const slack = context.createSlackClient(token);
  const signal = AbortSignal.timeout(NOTICE_TIME);
  // `mrkdwn: false` and escapes: names can neither mention anyone nor format anything.
  const message = { channel, text: escaped(text), mrkdwn: false, unfurl_links: false, unfurl_media: false };
  await callSlack(() => slack.chat.postMessage(message), { ...context, signal }).catch((cause: unknown) => {
    throw new Error(`${explain(cause, channel)} So nothing was changed.`, { cause });
  });
};

/** In ms. */
const NOTICE_TIME = 60_000;

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
