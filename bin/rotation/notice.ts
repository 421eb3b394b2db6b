import type { RichTextBlock } from '@slack/web-api';
import { commandsFor } from '../../lambda/domain/commands.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import { formatInstant } from '../../lambda/domain/time.ts';
import type { NotifierContext } from '../../lambda/notifiers/notifier.ts';
import { callSlack } from '../../lambda/notifiers/slack-client.ts';
import { explain, isRefused } from '../../lambda/notifiers/slack-errors.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { escapeText } from '../../lambda/render/slack-limits.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import type { Settings } from '../../lambda/settings.ts';
import { UsageError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import type { Proposal } from './change.ts';
import { takenAway } from './refusals.ts';
import type { Step } from './steps.ts';
import { changeWords } from './words.ts';

/** What is told before a key changes, and where; `mention` is the person or group there that is called by its id. */
export type Notice = { channel: string; mention?: string; text: string };

export type NoticeContext = Pick<NotifierContext, 'getSlackToken' | 'createSlackClient' | 'sleep'>;

/** How notices reach people. */
export type NoticeWays = {
  slack: NoticeContext;
  terminal: Pick<Terminal, 'say' | 'ask' | 'interactive'>;
  /** The caller has told them already. */
  sent: boolean;
};

/** On-call hears of what takes a key away in production, and the team of every refusal that somebody overrides. */
export const noticeOf = (
  { change, refusals }: Proposal,
  user: IamUser,
  force: string | undefined,
  slack: Settings['slack'],
  now: Date,
): Notice | undefined => {
  const what = `keyaudit: ${user.userName} in ${accountLabel(user.account)}: about to ${changeWords(change)}.`;
  const undo = change.act === 'deactivate' ? ` To undo it: ${commandsFor(user, change.key)?.reactivate}` : '';
  const overridden =
    force !== undefined && refusals.length > 0
      ? ` Forced: ${force}. Against: ${refusals.map(({ reason }) => reason).join('; ')}.`
      : '';
  const text = oneLine(what + overridden + undo);
  if (takenAway(change) && user.account.production) return onCallNotice(slack, text, now);
  return overridden ? { channel: slack.channel, text } : undefined;
};

/** `slack.onCall` may be anything that people call on-call: a channel by name or id, a person or user group by id, or words. */
const CHANNEL = /^(#\S+|[CG][A-Z0-9]{5,})$/;
const MEMBER = /^[UW][A-Z0-9]{5,}$/;
const GROUP = /^S[A-Z0-9]{5,}$/;

/** In on-call's own channel where the settings name one; else in the team's, where on-call is mentioned or called by name. */
const onCallNotice = ({ onCall, channel }: Settings['slack'], text: string, now: Date): Notice => {
  const dated = `${text} (${formatInstant(now)})`;
  if (onCall === undefined) return { channel, text: dated };
  if (CHANNEL.test(onCall)) return { channel: onCall, text: dated };
  if (MEMBER.test(onCall) || GROUP.test(onCall)) return { channel, mention: onCall, text: dated };
  return { channel, text: `${oneLine(onCall)}: ${dated}` };
};

/** Somebody is told before a change, and again where it did not come to its end. */
export type Announcement = {
  steps: Step[];
  /** Does nothing where nobody was told. Never rejects: why the change stopped is what counts. */
  withdraw: (stopped: { reason: string; changes: readonly string[] }) => Promise<void>;
};

/** Where there is nobody to tell. */
export const NOBODY_IS_TOLD: Announcement = { steps: [], withdraw: async () => {} };

/**
 * Its one step posts the notice, or, without a Slack token, prints it and asks whether somebody sent it. The step fails where
 * Slack refuses or nobody sent it: then nothing is changed. What was sent by hand before needs no step.
 */
export const announce = (notice: Notice, ways: NoticeWays): Announcement => {
  const { channel, text } = notice;
  const { terminal } = ways;
  let isTold = ways.sent;
  const steps: Step[] = [
    {
      says: `tell ${channel} on Slack: ${text}`,
      run: async () => {
        try {
          isTold = (await post(notice, ways.slack)) || (await sentByHand(notice, ways));
        } catch (error) {
          // A message whose answer was lost may be there all the same.
          isTold = !isRefused((error as Error).cause);
          throw error;
        }
        if (isTold) return;
        throw new UsageError(
          `${channel} has not been told. Put a bot token into SLACK_TOKEN, or tell them yourself and give --notice-sent`,
        );
      },
    },
  ];
  return {
    steps: ways.sent ? [] : steps,
    withdraw: async ({ reason, changes }) => {
      if (!isTold) return;
      const done = `Calls before that which changed IAM: ${changes.join('; ') || 'none'}`;
      const news = { ...notice, text: oneLine(`keyaudit: stopped (${reason}). ${done}. It was: ${text}`) };
      const isPosted = await post(news, ways.slack).catch(() => false);
      terminal.say(
        isPosted ? `${channel} has been told that it stopped.` : `Tell ${channel} that it stopped:\n\n  ${news.text}\n`,
      );
    },
  };
};

const sentByHand = async ({ channel, text }: Notice, { terminal }: NoticeWays): Promise<boolean> => {
  terminal.say(`Send this to ${channel} (with a bot token in SLACK_TOKEN it would be posted):\n\n  ${text}\n`);
  return terminal.interactive && (await terminal.ask(`Has ${channel} been told?`));
};

/** Whether there is a token to post with. */
const post = async ({ channel, mention, text }: Notice, context: NoticeContext): Promise<boolean> => {
  const token = await context.getSlackToken();
  if (token === undefined) return false;
  const slack = context.createSlackClient(token);
  const signal = AbortSignal.timeout(NOTICE_TIME);
  // Rich text, `mrkdwn: false` and escapes: names can neither mention anyone nor format anything.
  const blocks = mention === undefined ? {} : { blocks: [mentioning(mention, text)] };
  const message = { channel, text: escapeText(text), mrkdwn: false, unfurl_links: false, unfurl_media: false };
  await callSlack(() => slack.chat.postMessage({ ...message, ...blocks }), { ...context, signal }).catch(
    (cause: unknown) => {
      throw new Error(explain(cause, channel), { cause });
    },
  );
  return true;
};

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
const mentioning = (id: string, text: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        GROUP.test(id) ? { type: 'usergroup', usergroup_id: id } : { type: 'user', user_id: id },
        { type: 'text', text: ` ${text}` },
      ],
    },
  ],
});

/** In ms. */
const NOTICE_TIME = 60_000;
