/**
 * What the faked methods of Slack's Web API do with a workspace, and what they refuse.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 * @see https://docs.slack.dev/reference/methods/files.completeUploadExternal
 */
import type { HttpAnswer } from './http.ts';
import { checkBlocks } from './slack-blocks.ts';
import type { SlackParams } from './slack-wire.ts';

export interface FakeChannel {
  id: string;
  /** Without its `#`. */
  name: string;
  isMember: boolean;
  isArchived: boolean;
  isPrivate: boolean;
}

export interface SlackMessage {
  /** The channel's id. */
  channel: string;
  ts: string;
  text: string;
  blocks?: unknown[] | undefined;
  thread_ts?: string | undefined;
  /** For a further part of a text that was too long for one message: the `ts` of the first part. */
  continues?: string | undefined;
  /** The other arguments as they came, e.g. `unfurl_links: 'false'`. */
  options: Record<string, unknown>;
}

export interface SlackFile {
  id: string;
  name: string;
  title?: string | undefined;
  content: string;
  /** The channel's id; absent for a file that was shared with nobody. */
  channel?: string | undefined;
  thread_ts?: string | undefined;
  initial_comment?: string | undefined;
}

export const TEAM_ID = 'T0EXAMPLE00';
/** A longer text becomes several messages; observed, not documented. */
const LONGEST_TEXT = 4040;
/** What is beyond is dropped: https://api.slack.com/changelog/2018-04-truncating-really-long-messages */
const TRUNCATED_TEXT = 40_000;

export type Body = Record<string, unknown>;

/** An answer `ok: false`; the message is Slack's word for the reason. */
export class SlackRefusal extends Error {
  readonly details: Body;

  constructor(error: string, details: Body = {}) {
    super(error);
    this.name = 'SlackRefusal';
    this.details = details;
  }
}

export interface Workspace {
  scopes: string[];
  channels: FakeChannel[];
  messages: SlackMessage[];
  files: SlackFile[];
}

/** Files on their way: announced, then with content, then completed. Keyed by file id. */
type Uploads = Map<string, { name: string; content?: string; completed?: boolean }>;

export interface SlackMethods {
  /** By method name; each takes the arguments and returns what Slack's answer says besides `ok`. */
  methods: Readonly<Record<string, (params: SlackParams) => Body>>;
  /** Takes the bytes that are posted to an upload URL. */
  receive: (fileId: string, content: string) => HttpAnswer;
}

/** @param uploadUrl where the bytes of a file are to be posted */
export const slackMethods = (workspace: Workspace, uploadUrl: (fileId: string) => string): SlackMethods => {
  const uploads: Uploads = new Map();
  return {
    methods: {
      'auth.test': () => ({
        url: 'https://example.slack.com/',
        team: 'Example',
        user: 'keyaudit',
        team_id: TEAM_ID,
        user_id: 'U0EXAMPLE00',
        bot_id: 'B0EXAMPLE00',
      }),
      'chat.postMessage': (params) => postMessage(workspace, params),
      'files.getUploadURLExternal': ({ filename, length }) => {
        if (typeof filename !== 'string') throw invalidArguments('missing required field: filename');
        if (!(Number(length) > 0)) throw invalidArguments('length must be greater than 0');
        const id = `F0EXAMPLE${String(uploads.size + 1).padStart(2, '0')}`;
        uploads.set(id, { name: filename });
        return { upload_url: uploadUrl(id), file_id: id };
      },
      'files.completeUploadExternal': (params) => completeUpload(workspace, uploads, params),
    },
    receive: (fileId, content) => receive(uploads, fileId, content),
  };
};

const postMessage = (workspace: Workspace, params: SlackParams): Body => {
  const { channel: asked, text: rawText, blocks, thread_ts, ...options } = params;
  const channel = findChannel(workspace, asked, 'by name or id');
  const canPost = channel.isMember || (!channel.isPrivate && workspace.scopes.includes('chat:write.public'));
  if (!canPost) throw new SlackRefusal('not_in_channel');
  const whole = typeof rawText === 'string' ? rawText : '';
  if (whole.trim() === '' && (blocks === undefined || (Array.isArray(blocks) && blocks.length === 0)))
    throw new SlackRefusal('no_text');
  const verdict = blocks === undefined ? { errors: [] } : checkBlocks(blocks);
  if (verdict.error) {
    throw new SlackRefusal(verdict.error, {
      errors: verdict.errors,
      response_metadata: { messages: verdict.errors.map((error) => `[ERROR] ${error}`) },
    });
  }
  const thread = existingThread(workspace, channel, thread_ts);

  const text = whole.slice(0, TRUNCATED_TEXT);
  const ts = nextTs(workspace);
  workspace.messages.push({
    channel: channel.id,
    ts,
    text: text.slice(0, LONGEST_TEXT),
    blocks: blocks as unknown[] | undefined,
    thread_ts: thread,
    options,
  });
  for (let from = LONGEST_TEXT; from < text.length; from += LONGEST_TEXT) {
    workspace.messages.push({
      channel: channel.id,
      ts: nextTs(workspace),
      text: text.slice(from, from + LONGEST_TEXT),
      thread_ts: thread,
      continues: ts,
      options,
    });
  }
  const truncated = whole.length > TRUNCATED_TEXT && { response_metadata: { warnings: ['message_truncated'] } };
  return { channel: channel.id, ts, message: { type: 'message', text, blocks, thread_ts: thread, ts }, ...truncated };
};

const completeUpload = (workspace: Workspace, uploads: Uploads, params: SlackParams): Body => {
  const { files, channel_id, thread_ts, initial_comment } = params;
  if (!Array.isArray(files) || files.length === 0) throw invalidArguments('missing required field: files');
  // Unlike chat.postMessage this takes no channel's name, and chat:write.public does not help.
  const channel = channel_id === undefined ? undefined : findChannel(workspace, channel_id, 'by id');
  if (channel && !channel.isMember) throw new SlackRefusal('not_in_channel');
  const thread = channel && existingThread(workspace, channel, thread_ts);
  const done = files.map((file: { id?: string; title?: string }): SlackFile => {
    const { id = '', title } = file;
    const upload = uploads.get(id);
    if (upload?.content === undefined || upload.completed) throw new SlackRefusal('file_not_found');
    const { name, content } = upload;
    return {
      id,
      name,
      title,
      content,
      channel: channel?.id,
      thread_ts: thread,
      initial_comment: initial_comment as string | undefined,
    };
  });
  for (const { id, name, content } of done) uploads.set(id, { name, content, completed: true });
  workspace.files.push(...done);
  return { files: done.map(({ id, name, title }) => ({ id, name, title: title ?? name })) };
};

const receive = (uploads: Uploads, id: string, content: string): HttpAnswer => {
  const upload = uploads.get(id);
  if (!upload) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' };
  upload.content = content;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: `OK - ${Buffer.byteLength(content)}` };
};

const findChannel = ({ channels }: Workspace, asked: unknown, how: 'by id' | 'by name or id'): FakeChannel => {
  const channel = channels.find(
    ({ id, name }) => asked === id || (how === 'by name or id' && (asked === `#${name}` || asked === name)),
  );
  // A private channel is invisible to those who are not in it.
  if (!channel || (channel.isPrivate && !channel.isMember)) throw new SlackRefusal('channel_not_found');
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  return channel;
};

const existingThread = ({ messages }: Workspace, channel: FakeChannel, thread: unknown): string | undefined => {
  if (thread === undefined) return undefined;
  const parent = messages.find(
    ({ ts, channel: id, thread_ts }) => ts === thread && id === channel.id && thread_ts === undefined,
  );
  if (!parent) throw new SlackRefusal('thread_not_found');
  return parent.ts;
};

const nextTs = ({ messages }: Workspace): string => `1700000000.${String(messages.length + 1).padStart(6, '0')}`;

const invalidArguments = (message: string): SlackRefusal =>
  new SlackRefusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${message}`] } });
