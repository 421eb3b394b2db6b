/**
 * The embedded Slack: the Web API methods that keyaudit calls, as `@slack/web-api` calls them (give it `slackApiUrl`), and their
 * refusals. It answers HTTP 200 and `ok: false` where Slack does.
 *
 * Stricter than Slack in two points, so that a mistake shows: a `thread_ts` must be the `ts` of a message that started in that
 * channel, and a block may only have the fields that its page documents.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 * @see https://docs.slack.dev/reference/methods/files.completeUploadExternal
 */
import { type Calls, recordCalls } from './calls.ts';
import { type Fault, type Faults, injectFaults } from './faults.ts';
import { type HttpAnswer, type HttpRequest, type Outcome, outcomeUnder, serve, wait } from './http.ts';
import {
  type Body,
  type FakeChannel,
  type SlackFile,
  type SlackMessage,
  SlackRefusal,
  slackMethods,
  TEAM_ID,
  type Workspace,
} from './slack-methods.ts';
import { readParams, readUpload, type SlackParams } from './slack-wire.ts';

export type { FakeChannel, SlackFile, SlackMessage } from './slack-methods.ts';

/** Posing as no real token: Slack's are longer and have numbers. */
export const FAKE_SLACK_TOKEN = 'xoxb-example-token';

export interface FakeSlackOptions {
  token?: string;
  /** Default: chat:write, chat:write.public, files:write. */
  scopes?: readonly string[];
  /** Default: `govuk-developers` and `2ndline`, both joined. */
  channels?: readonly (Partial<FakeChannel> & { name: string })[];
  latencyMs?: number;
}

/** The workspace may be changed at any time; the next call sees it. */
export interface FakeSlack extends Workspace {
  /** For `slackApiUrl`; ends in `/api/`. */
  url: string;
  token: string;
  /** Operations are `slack:chat.postMessage` and so on; the POST of a file's bytes is `slack:upload`. */
  calls: Calls;
  faults: Faults;
  close: () => Promise<void>;
}

const SCOPES: Record<string, string> = {
  'chat.postMessage': 'chat:write',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
};

export const startFakeSlack = async (options: FakeSlackOptions = {}): Promise<FakeSlack> => {
  const { token = FAKE_SLACK_TOKEN, latencyMs = 0 } = options;
  const slack = {
    token,
    scopes: [...(options.scopes ?? ['chat:write', 'chat:write.public', 'files:write'])],
    channels: (options.channels ?? [{ name: 'govuk-developers' }, { name: '2ndline' }]).map(
      (channel, index): FakeChannel => ({
        id: `C0EXAMPLE${String(index + 1).padStart(2, '0')}`,
        isMember: true,
        isArchived: false,
        isPrivate: false,
        ...channel,
      }),
    ),
    messages: [] as SlackMessage[],
    files: [] as SlackFile[],
    calls: recordCalls(),
    faults: injectFaults(),
  };
  let serverUrl = '';
  const { methods, receive } = slackMethods(slack, (fileId) => `${serverUrl}/upload/v1/${fileId}`);

  const handle = async (request: HttpRequest): Promise<Outcome> => {
    const [, uploadId] = /^\/upload\/v1\/(\w+)$/.exec(request.path) ?? [];
    const method = uploadId ? 'upload' : request.path.replace(/^\/api\//, '').replace(/\?.*/, '');
    const params = uploadId ? { file_id: uploadId } : await readParams(request);
    const content = uploadId ? await readUpload(request) : '';
    const call = { operation: `slack:${method}`, account: TEAM_ID, params };
    slack.calls.record(call);
    const fault = slack.faults.meet(call);
    await wait(latencyMs);
    const work = (): HttpAnswer => {
      if (uploadId) return receive(uploadId, content);
      try {
        authorize(slack, method, request, params);
        const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
        if (!run) throw new SlackRefusal('unknown_method', { req_method: method });
        return answer({ ok: true, ...run(params) }, { 'x-oauth-scopes': slack.scopes.join(',') });
      } catch (error) {
        if (error instanceof SlackRefusal) return answer({ ok: false, error: error.message, ...error.details });
        throw error;
      }
    };
    return outcomeUnder(fault, work, refusalOf);
  };

  const server = await serve(handle);
  serverUrl = server.url;
  return Object.assign(slack, { url: `${serverUrl}/api/`, close: server.close });
};

const authorize = (
  { token, scopes }: Pick<FakeSlack, 'token' | 'scopes'>,
  method: string,
  { headers }: HttpRequest,
  params: SlackParams,
): void => {
  const given = headers.authorization?.replace(/^Bearer /, '') ?? params['token'];
  if (!given) throw new SlackRefusal('not_authed');
  if (given !== token) throw new SlackRefusal('invalid_auth');
  const needed = SCOPES[method];
  if (needed && !scopes.includes(needed))
    throw new SlackRefusal('missing_scope', { needed, provided: scopes.join(',') });
};

const answer = (body: Body, headers: Record<string, string> = {}, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

/** https://docs.slack.dev/apis/web-api/rate-limits for the 429 */
const refusalOf = ({ kind, code, status, retryAfterSeconds = 1 }: Fault): HttpAnswer => {
  const refuse = (error: string, details: Body = {}) =>
    answer({ ok: false, error: code ?? error, ...details }, {}, status ?? 200);
  switch (kind) {
    case 'throttle':
      return answer({ ok: false, error: 'ratelimited' }, { 'retry-after': String(retryAfterSeconds) }, 429);
    case 'ratelimited':
      return refuse('ratelimited');
    case 'error500':
      return { status: status ?? 500, headers: { 'content-type': 'text/html' }, body: '<html>Server Error</html>' };
    case 'malformed':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>proxy: try again <b>later' };
    case 'empty':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
    case 'deny':
      return refuse('missing_scope', { needed: 'chat:write', provided: '' });
    case 'expired-token':
      return refuse('token_expired');
    case 'not-found':
      return refuse('channel_not_found');
    case 'limit-exceeded':
      return refuse('message_limit_exceeded');
    default:
      return refuse('fatal_error');
  }
};
