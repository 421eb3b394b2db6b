import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { reasonOf } from '../domain/failure.ts';
import { label } from '../render/safe-text.ts';

const newToken = () =>
  "Slack does not take the token: put the app's bot token (xoxb-…) into the secret, or, for the command line, into SLACK_TOKEN.";

const ownFault = () => 'Slack does not take the message: that is a fault of keyaudit, please report it.';

/** What Slack's `error` means for the one who has to mend it: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const advice: Record<string, (channel: string) => string> = {
  channel_not_found: (channel) =>
    `There is no channel ${channel} that the bot can see: create it, or, if it is private, type "/invite @keyaudit" in it.`,
  not_in_channel: (channel) => `The bot is not in ${channel}: type "/invite @keyaudit" there.`,
  is_archived: (channel) => `${channel} is archived: unarchive it, or set slack.channel to another one.`,
  restricted_action: (channel) =>
    `The workspace does not let the bot post in ${channel}: change the channel's posting permissions.`,
  invalid_auth: newToken,
  not_authed: newToken,
  account_inactive: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  invalid_blocks: ownFault,
  invalid_blocks_format: ownFault,
  invalid_attachments: ownFault,
  invalid_arguments: ownFault,
  msg_blocks_too_long: ownFault,
  msg_too_long: ownFault,
};

/** Slack refused the layout: the same words without it may still be told. */
export const isLayoutRefused = (error: unknown): boolean =>
  error instanceof WebAPIPlatformError &&
  ['invalid_blocks', 'invalid_blocks_format', 'invalid_attachments', 'msg_blocks_too_long'].includes(error.data.error);

/** Slack answered that it did not post. Without an answer of its own nobody knows. */
export const isRefused = (error: unknown): boolean =>
  error instanceof WebAPIRateLimitedError || (error instanceof WebAPIPlatformError && isOfSlack(error));

/** Slack gives a code. Where an answer is no JSON, the client takes all of it for one: a page of a proxy, that may repeat the request. */
const isOfSlack = ({ data }: WebAPIPlatformError): boolean => /^[\w-]{1,100}$/.test(data.error ?? '');

/** A sentence on what went wrong and what to do, with Slack's own word for it. Never the token. */
export const explain = (error: unknown, channel: string): string => {
  if (error instanceof WebAPIRateLimitedError) return `Slack is busy: it asks to wait ${error.retryAfter} seconds.`;
  if (error instanceof WebAPIHTTPError) return `Slack answered HTTP ${error.statusCode}: try again later.`;
  if (!(error instanceof WebAPIPlatformError)) return `Slack could not be reached: ${reasonOf(innermost(error))}.`;
  if (!isOfSlack(error)) return 'Somebody else answered in its place: check the network and its proxies.';
  const { data } = error;
  const code = label(data.error, 100);
  const details = (data.response_metadata?.messages ?? []).map((message) => label(message, 200));
  const words = data.error === 'missing_scope' ? missingScope(data) : advice[data.error]?.(channel);
  return `${words ?? 'Slack refuses.'} (${[code, ...details].join('; ')})`;
};

/** The answer names the scope: https://docs.slack.dev/reference/scopes */
const missingScope = (data: object): string => {
  const scope = 'needed' in data && typeof data.needed === 'string' ? label(data.needed, 100) : 'a scope';
  return `The Slack app lacks ${scope}: add it under "OAuth & Permissions" and install the app again.`;
};

/** "fetch failed" says nothing; what it was caused by does. */
const innermost = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
