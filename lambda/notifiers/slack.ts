import type { AuditReport } from '../domain/report.ts';
import { slackDigest } from '../render/slack-digest.ts';
import type { SlackMessage } from '../render/slack-limits.ts';
import { withoutMentions } from '../render/slack-owner.ts';
import { hasNews, isAllClear } from '../render/summary.ts';
import type { Notifier, NotifierContext } from './notifier.ts';
import { callSlack } from './slack-client.ts';
import { explain, isLayoutRefused, isRefused } from './slack-errors.ts';

/** Milliseconds between two messages to one channel: https://docs.slack.dev/apis/web-api/rate-limits */
const SPACING = 1_000;

/** https://docs.slack.dev/authentication/tokens. A newline or a quote in one would come back in the error of the HTTP client. */
const TOKEN = /^xox[\w.-]+$/;

/** One digest in the channel, the rest and the CSV in its thread. Needs the scopes chat:write and files:write. */
export const slack: Notifier = {
  id: 'slack',
  connect: async (context) => {
    const token = (await context.getSlackToken())?.trim();
    if (!token?.startsWith('xox')) {
      return { ready: false, why: `The Slack secret holds no token${token ? ': one starts with xox' : ''}.` };
    }
    if (!TOKEN.test(token)) {
      throw new Error(
        'The Slack secret starts like a token but has characters that no token has: put only the token there.',
      );
    }
    const client = context.createSlackClient(token);
    return {
      ready: true,
      notify: async (report) => {
        if (!context.slack.allClear && isAllClear(report) && !hasNews(report)) return;
        await post(report, client, context);
      },
    };
  },
};

type Client = ReturnType<NotifierContext['createSlackClient']>;
/** What did not get through, and why. */
type Missing = { what: string; why: string; error: unknown };

const post = async (
  report: AuditReport,
  client: Client,
  { slack: { channel, repeat }, sleep, signal, once }: NotifierContext,
): Promise<void> => {
  const { digest, thread, csv } = slackDigest(report, { repeat });
  const missing: Missing[] = [];

  const say = async (message: Partial<SlackMessage> & { text: string }, to: { channel: string; thread_ts?: string }) =>
    callSlack(
      () => client.chat.postMessage({ ...to, ...message, mrkdwn: false, unfurl_links: false, unfurl_media: false }),
      { sleep, signal },
    );
  const attempt = async (what: string, step: string, send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await once(step, async () => {
        await sleep(SPACING);
        await send();
        return undefined;
      });
      return true;
    } catch (error) {
      missing.push({ what, why: explain(error, channel), error });
      return false;
    }
  };

  const attemptNote = async (send: () => Promise<unknown>): Promise<void> => {
    await once('csv-note', async () => {
      await send();
      return undefined;
    }).catch(() => undefined);
  };

  const sayDigest = async () => {
    let refusal: unknown;
    for (const { message, lost } of formsOf(digest)) {
      try {
        const { channel: channelId = '', ts = '' } = await say(message, { channel });
        if (lost) missing.push({ why: explain(refusal, channel), ...lost, error: refusal });
        return { channelId, ts };
      } catch (error) {
        if (!isLayoutRefused(error)) throw undelivered(error, channel);
        refusal = error;
      }
    }
    throw undelivered(refusal, channel);
  };

  const { channelId, ts } = await once('digest', sayDigest);
  if (!channelId || !ts)
    throw new Error(`Slack took the digest for ${channel} but did not say where it is: the rest is missing.`);
  const there = { channel: channelId, thread_ts: ts };

  for (const [position, message] of thread.entries()) {
    const what = `message ${position + 1} of ${thread.length} in its thread`;
    await attempt(what, `thread-${position + 1}`, () => say(message, there));
  }
  if (csv) {
    const upload = () => client.files.uploadV2({ channel_id: channelId, thread_ts: ts, title: csv.filename, ...csv });
    const uploaded = await attempt('the CSV', 'csv', () => callSlack(upload, { sleep, signal }));
    // The digest says that the CSV is here. That this note fails too is no news: the CSV is reported as missing already.
    if (!uploaded) await attemptNote(() => say({ text: 'The CSV could not be attached.' }, there));
  }
  if (missing.length > 0) throw incomplete(missing, channel);
};

type Form = { message: Partial<SlackMessage> & { text: string }; lost?: Pick<Missing, 'what'> & Partial<Missing> };

/** The digest as it should be, and with less for a Slack that refuses that: one wrong id must not cost the layout. */
const formsOf = (digest: SlackMessage): Form[] => {
  const message = withoutMentions(digest);
  const why = 'An owner tag holds an id that Slack does not take: correct it.';
  return [
    { message: digest },
    ...(message ? [{ message, lost: { what: 'its mentions of owners', why } }] : []),
    { message: { text: digest.text }, lost: { what: 'its layout' } },
  ];
};

const undelivered = (error: unknown, channel: string): Error => {
  const nothing = isRefused(error) ? 'Nothing was posted' : 'Most likely nothing was posted';
  return new Error(`${nothing} in ${channel} on Slack. ${explain(error, channel)}`, { cause: error });
};

const incomplete = (missing: readonly Missing[], channel: string): Error => {
  const errors = missing.map(({ error }) => error);
  const reasons = new Set(missing.map(({ why }) => why));
  return new Error(
    `The digest is in ${channel} on Slack, but without ${missing.map(({ what }) => what).join(', ')}. ${[...reasons].join(' ')}`,
    { cause: errors.length === 1 ? errors[0] : new AggregateError(errors) },
  );
};
