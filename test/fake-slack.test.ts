/** The embedded Slack, seen through the real WebClient: what it takes, refuses, and how it fails. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChatPostMessageArguments, LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import { FAKE_SLACK_TOKEN, type FakeSlack, type FakeSlackOptions, startFakeSlack } from './fake-aws/slack.ts';

let running: FakeSlack[] = [];
afterEach(async () => {
  await Promise.all(running.map((slack) => slack.close()));
  running = [];
});

const start = async (options: FakeSlackOptions = {}): Promise<FakeSlack> => {
  const slack = await startFakeSlack(options);
  running.push(slack);
  return slack;
};

const client = (slack: FakeSlack, token = slack.token, options: WebClientOptions = {}): WebClient =>
  new WebClient(token, {
    slackApiUrl: slack.url,
    retryConfig: { retries: 0 },
    logLevel: LogLevel.ERROR,
    ...silent,
    ...options,
  });

/** The client logs what it retries; a test has no use for it. */
const silent: WebClientOptions = {
  logger: { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} },
};

const post = (slack: FakeSlack, message: object, token?: string) =>
  client(slack, token).chat.postMessage({
    channel: '#govuk-developers',
    text: 'hello',
    ...message,
  } as ChatPostMessageArguments);

/** Slack's error word, or the client's code for what is not an answer of Slack. */
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    const { data, code } = error as { data?: { error?: string }; code?: string };
    return data?.error ?? code ?? String(error);
  }
  throw new Error('it was not refused');
};

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const raw = (text: string) => ({ type: 'raw_text', text });
const table = (...rows: object[][]) => ({ type: 'table', rows });
const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

describe('posting', () => {
  it('keeps the message, and answers the channel id and ts that a reply needs', async () => {
    const slack = await start();
    const blocks = [section('*2 keys* to rotate: é & <ü>')];
    const first = await post(slack, { text: '2 keys', blocks, unfurl_links: false, unfurl_media: false });
    const reply = await post(slack, { channel: first.channel, text: 'more', thread_ts: first.ts });
    const byName = await post(slack, { channel: '2ndline', text: 'on call' });
    expect(slack.messages).toEqual([
      {
        channel: 'C0EXAMPLE01',
        ts: first.ts,
        text: '2 keys',
        blocks,
        thread_ts: undefined,
        options: { unfurl_links: 'false', unfurl_media: 'false' },
      },
      { channel: 'C0EXAMPLE01', ts: reply.ts, text: 'more', blocks: undefined, thread_ts: first.ts, options: {} },
      { channel: 'C0EXAMPLE02', ts: byName.ts, text: 'on call', blocks: undefined, thread_ts: undefined, options: {} },
    ]);
    expect([first.channel, byName.channel]).toEqual(['C0EXAMPLE01', 'C0EXAMPLE02']);
    expect(slack.calls.byOperation()).toEqual({ 'slack:chat.postMessage': 3 });
  });

  it('splits a text of more than 4,040 characters, and keeps one that fits whole', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'x'.repeat(4040) });
    const { ts: long } = await post(slack, { text: 'y'.repeat(8081), thread_ts: ts });
    expect(slack.messages.map(({ text, thread_ts, continues }) => [text.length, thread_ts, continues])).toEqual([
      [4040, undefined, undefined],
      [4040, ts, undefined],
      [4040, ts, long],
      [1, ts, long],
    ]);
  });

  it('drops what is beyond 40,000 characters, with a warning', async () => {
    const slack = await start();
    const { response_metadata } = await post(slack, { text: 'x'.repeat(40_001) });
    expect(slack.messages.reduce((sum, { text }) => sum + text.length, 0)).toBe(40_000);
    expect(response_metadata).toMatchObject({ warnings: ['message_truncated'] });
  });

  it.each<[string, FakeSlackOptions, object, string]>([
    ['an unknown channel', {}, { channel: '#nowhere' }, 'channel_not_found'],
    ['an unknown id', {}, { channel: 'C0EXAMPLE99' }, 'channel_not_found'],
    ['an archived channel', { channels: [{ name: 'govuk-developers', isArchived: true }] }, {}, 'is_archived'],
    [
      'a private channel it is not in',
      { channels: [{ name: 'govuk-developers', isPrivate: true, isMember: false }] },
      {},
      'channel_not_found',
    ],
    [
      'a channel it is not in',
      { scopes: ['chat:write'], channels: [{ name: 'govuk-developers', isMember: false }] },
      {},
      'not_in_channel',
    ],
    ['a missing scope', { scopes: ['files:write'] }, {}, 'missing_scope'],
    ['nothing to say', {}, { text: '' }, 'no_text'],
    ['a thread that is none', {}, { thread_ts: '1600000000.000001' }, 'thread_not_found'],
  ])('refuses %s', async (_, options, message, error) => {
    const slack = await start(options);
    expect(await refusal(post(slack, message))).toBe(error);
    expect(slack.messages).toEqual([]);
  });

  it('posts to a public channel without joining, with chat:write.public', async () => {
    const slack = await start({ channels: [{ name: 'govuk-developers', isMember: false }] });
    expect((await post(slack, {})).ok).toBe(true);
  });

  it('refuses a wrong token and a missing one, and says who a right one is', async () => {
    const slack = await start();
    expect(await refusal(post(slack, {}, 'xoxb-wrong-token'))).toBe('invalid_auth');
    const anonymous = new WebClient(undefined, { slackApiUrl: slack.url, retryConfig: { retries: 0 }, ...silent });
    expect(await refusal(anonymous.auth.test())).toBe('not_authed');
    expect(await client(slack, FAKE_SLACK_TOKEN).auth.test()).toMatchObject({ ok: true, team: 'Example' });
    expect(await refusal(client(slack).conversations.list())).toBe('unknown_method');
  });
});

describe('blocks', () => {
  const richText = (...elements: object[]) => ({ type: 'rich_text', elements });
  const richSection = (...elements: object[]) => richText({ type: 'rich_text_section', elements });

  it.each<[string, object[]]>([
    ['50 blocks', many(50, { type: 'divider' })],
    ['a section of 3,000 characters', [section('x'.repeat(3000))]],
    ['ten fields of 1,000', [{ type: 'section', fields: many(10, { type: 'plain_text', text: 'x'.repeat(1000) }) }]],
    ['a field of 2,000', [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2000) }] }]],
    ['a header of 150', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150), emoji: false } }]],
    ['ten context elements', [{ type: 'context', elements: many(10, { type: 'mrkdwn', text: 'x' }) }]],
    ['a table of 100 rows', [table(...many(100, many(20, raw('x'))))]],
    ['a table of 10,000 characters', [table([raw('x'.repeat(10_000))])]],
    [
      'one of each kind of rich text',
      [
        richText(
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: 'deployer', style: { code: true } },
              { type: 'link', url: 'https://example.com', text: 'console' },
              { type: 'emoji', name: 'key' },
              { type: 'user', user_id: 'U0EXAMPLE00', style: { bold: true } },
              { type: 'user', user_id: 'W0EXAMPLE00' },
              { type: 'channel', channel_id: 'G0EXAMPLE00' },
              { type: 'usergroup', usergroup_id: 'S0EXAMPLE00' },
              { type: 'channel', channel_id: 'C0EXAMPLE01' },
              { type: 'date', timestamp: 1_700_000_000, format: '{date}', fallback: '2023' },
            ],
          },
          {
            type: 'rich_text_list',
            style: 'bullet',
            indent: 0,
            elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a' }] }],
          },
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'aws iam' }] },
          { type: 'rich_text_quote', elements: [{ type: 'text', text: 'q' }] },
        ),
      ],
    ],
    [
      'rich text in a table',
      [{ ...table([raw('x'), richSection({ type: 'text', text: 'y' })]), column_settings: [{ align: 'right' }, null] }],
    ],
    [
      'a button, an image and markdown',
      [
        {
          type: 'actions',
          elements: [{ type: 'button', text: { type: 'plain_text', text: 'Runbook' }, url: 'https://example.com' }],
        },
        { type: 'image', image_url: 'https://example.com/i.png', alt_text: 'chart' },
        { type: 'markdown', text: '**b**' },
      ],
    ],
  ])('takes %s', async (_, blocks) => {
    const slack = await start();
    await post(slack, { blocks });
    expect(slack.messages).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['51 blocks', many(51, { type: 'divider' }), 'invalid_blocks'],
    ['a section of 3,001 characters', [section('x'.repeat(3001))], 'invalid_blocks'],
    ['an empty section text', [section('')], 'invalid_blocks'],
    ['a section without text and fields', [{ type: 'section' }], 'invalid_blocks'],
    ['a section with a bare string', [{ type: 'section', text: 'x' }], 'invalid_blocks'],
    ['eleven fields', [{ type: 'section', fields: many(11, { type: 'mrkdwn', text: 'x' }) }], 'invalid_blocks'],
    ['a field of 2,001', [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2001) }] }], 'invalid_blocks'],
    ['a header of 151', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }], 'invalid_blocks'],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], 'invalid_blocks'],
    [
      'eleven context elements',
      [{ type: 'context', elements: many(11, { type: 'mrkdwn', text: 'x' }) }],
      'invalid_blocks',
    ],
    ['a context without elements', [{ type: 'context', elements: [] }], 'invalid_blocks'],
    ['an unknown block', [{ type: 'paragraph', text: 'x' }], 'invalid_blocks'],
    ['a block of no type', [{}], 'invalid_blocks'],
    ['an unknown property', [{ ...section('x'), colour: 'red' }], 'invalid_blocks'],
    ['the same block_id twice', many(2, { ...section('x'), block_id: 'same' }), 'invalid_blocks'],
    ['a block_id of 256', [{ ...section('x'), block_id: 'x'.repeat(256) }], 'invalid_blocks'],
    ['blocks that are no list', section('x'), 'invalid_blocks_format'],
    ['a text for blocks', 'x', 'invalid_blocks_format'],
    ['a table of 101 rows', [table(...many(101, [raw('x')]))], 'invalid_blocks'],
    ['a row of 21 cells', [table(many(21, raw('x')))], 'invalid_blocks'],
    ['an empty cell', [table([raw('')])], 'invalid_blocks'],
    ['a cell of mrkdwn', [table([{ type: 'mrkdwn', text: 'x' }])], 'invalid_blocks'],
    ['a table of 10,001 characters', [table([raw('x'.repeat(5000)), raw('x'.repeat(5001))])], 'invalid_blocks'],
    ['two tables', many(2, table([raw('x')])), 'invalid_attachments'],
    ['13,001 characters', [...many(4, section('x'.repeat(3000))), section('x'.repeat(1001))], 'msg_blocks_too_long'],
    [
      'little text in much JSON',
      many(50, richSection(...many(5, { type: 'text', text: 'xx', style: { bold: true, italic: true } }))),
      'msg_blocks_too_long',
    ],
    ['text right under rich_text', [richText({ type: 'text', text: 'x' })], 'invalid_blocks'],
    ['an empty rich text', [richSection({ type: 'text', text: '' })], 'invalid_blocks'],
    ['a list in a section', [richSection({ type: 'rich_text_list', style: 'bullet', elements: [] })], 'invalid_blocks'],
    ['a list of no style', [richText({ type: 'rich_text_list', elements: [] })], 'invalid_blocks'],
    ['an unknown style', [richSection({ type: 'text', text: 'x', style: { big: true } })], 'invalid_blocks'],
    ['a link without url', [richSection({ type: 'link', text: 'x' })], 'invalid_blocks'],
    ['a user by name', [richSection({ type: 'user', user_id: 'alice' })], 'invalid_blocks'],
    ['a user group as a user', [richSection({ type: 'user', user_id: 'S0EXAMPLE00' })], 'invalid_blocks'],
    ['a user as a user group', [richSection({ type: 'usergroup', usergroup_id: 'U0EXAMPLE00' })], 'invalid_blocks'],
    ['a channel by name', [richSection({ type: 'channel', channel_id: '#2ndline' })], 'invalid_blocks'],
    ['a channel under a user’s name', [richSection({ type: 'channel', user_id: 'C0EXAMPLE01' })], 'invalid_blocks'],
    [
      'a mention as code',
      [richSection({ type: 'user', user_id: 'U0EXAMPLE00', style: { code: true } })],
      'invalid_blocks',
    ],
    [
      'an emoji in preformatted text',
      [richText({ type: 'rich_text_preformatted', elements: [{ type: 'emoji', name: 'key' }] })],
      'invalid_blocks',
    ],
    [
      'a button label of 76',
      [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'x'.repeat(76) } }] }],
      'invalid_blocks',
    ],
  ])('refuses %s, and the whole message', async (_, blocks, error) => {
    const slack = await start();
    expect(await refusal(post(slack, { blocks }))).toBe(error);
    expect(slack.messages).toEqual([]);
  });

  it('says where the mistake is', async () => {
    const slack = await start();
    await expect(post(slack, { blocks: [{ type: 'divider' }, section('x'.repeat(3001))] })).rejects.toMatchObject({
      data: {
        errors: ['must be less than 3001 characters [json-pointer:/blocks/1/text/text]'],
        response_metadata: {
          messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]'],
        },
      },
    });
  });
});

describe('files.uploadV2', () => {
  const upload = (slack: FakeSlack, file: object = {}) =>
    client(slack).files.uploadV2({
      channel_id: 'C0EXAMPLE01',
      filename: 'findings.csv',
      content: 'user,key\ncafé,"a,b"\n',
      ...file,
    } as never);

  it('keeps name, content, channel and thread', async () => {
    const slack = await start();
    const { ts } = await post(slack, {});
    const answer = await upload(slack, { thread_ts: ts, title: 'All findings', initial_comment: 'All of them' });
    expect(slack.files).toEqual([
      {
        id: 'F0EXAMPLE01',
        name: 'findings.csv',
        title: 'All findings',
        content: 'user,key\ncafé,"a,b"\n',
        channel: 'C0EXAMPLE01',
        thread_ts: ts,
        initial_comment: 'All of them',
      },
    ]);
    expect(answer).toMatchObject({ ok: true, files: [{ files: [{ id: 'F0EXAMPLE01', title: 'All findings' }] }] });
    expect(slack.calls.byOperation()).toEqual({
      'slack:chat.postMessage': 1,
      'slack:files.getUploadURLExternal': 1,
      'slack:upload': 1,
      'slack:files.completeUploadExternal': 1,
    });
  });

  it.each<[string, FakeSlackOptions, object, string]>([
    ["a channel's name", {}, { channel_id: '#govuk-developers' }, 'channel_not_found'],
    ['a channel it is not in', { channels: [{ name: 'govuk-developers', isMember: false }] }, {}, 'not_in_channel'],
    ['a missing scope', { scopes: ['chat:write'] }, {}, 'missing_scope'],
    ['a thread that is none', {}, { thread_ts: '1600000000.000001' }, 'thread_not_found'],
  ])('is refused for %s', async (_, options, file, error) => {
    const slack = await start(options);
    expect(await refusal(upload(slack, file))).toBe(error);
    expect(slack.files).toEqual([]);
  });

  it('is refused where nothing was uploaded', async () => {
    const slack = await start();
    const { files } = client(slack);
    expect(await refusal(files.completeUploadExternal({ files: [{ id: 'F0EXAMPLE01' }] }))).toBe('file_not_found');
    expect(await refusal(files.getUploadURLExternal({ filename: 'empty.csv', length: 0 }))).toBe('invalid_arguments');
    slack.faults.add({ operation: 'slack:upload', kind: 'error500' });
    expect(await refusal(upload(slack))).toBe('slack_webapi_http_error');
  });
});

describe('faults', () => {
  it('a rate limit is HTTP 429 with Retry-After, which the client can be told to report', async () => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'throttle', retryAfterSeconds: 30 });
    const web = client(slack, slack.token, { rejectRateLimitedCalls: true });
    await expect(web.chat.postMessage({ channel: '#2ndline', text: 'hello' })).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 30,
    });
  });

  it('a rate limit of no seconds is waited out by the client', async () => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:*', kind: 'throttle', nth: 1, retryAfterSeconds: 0 });
    const web = client(slack, slack.token, { retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 1 } });
    await web.chat.postMessage({ channel: '#2ndline', text: 'hello' });
    expect([slack.messages.length, slack.calls.count()]).toEqual([1, 2]);
  });

  it.each([
    ['ratelimited', 'ratelimited'],
    ['deny', 'missing_scope'],
    ['expired-token', 'token_expired'],
    ['not-found', 'channel_not_found'],
    ['error500', 'slack_webapi_http_error'],
    // The client does not wrap, and never retries, an answer that breaks off.
    ['reset', 'TypeError: terminated'],
  ] as const)('%s is %s', async (kind, error) => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind });
    expect(await refusal(post(slack, {}))).toBe(error);
  });

  it('any other word of Slack can be had, and a page that is no JSON', async () => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'error', code: 'internal_error', nth: 1 });
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'malformed', nth: 2 });
    expect(await refusal(post(slack, {}))).toBe('internal_error');
    expect(await refusal(post(slack, {}))).toMatch(/^<html>/);
  });

  it('a timeout never answers', async () => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'timeout' });
    const web = client(slack, slack.token, { timeout: 30 });
    expect(await refusal(web.chat.postMessage({ channel: '#2ndline', text: 'hello' }))).toBe(
      'slack_webapi_request_error',
    );
  });

  it('a 500 after the message was posted makes the retry post it twice', async () => {
    const slack = await start();
    slack.faults.add({ operation: 'slack:chat.postMessage', kind: 'error500', nth: 1, afterEffect: true });
    expect(await refusal(post(slack, {}))).toBe('slack_webapi_http_error');
    await post(slack, {});
    expect(slack.messages.map(({ text }) => text)).toEqual(['hello', 'hello']);
  });

  it('can be had for certain messages only', async () => {
    const slack = await start();
    slack.faults.add({
      operation: 'slack:chat.postMessage',
      kind: 'ratelimited',
      when: ({ thread_ts }) => thread_ts !== undefined,
    });
    const { ts } = await post(slack, {});
    expect(await refusal(post(slack, { thread_ts: ts }))).toBe('ratelimited');
  });
});
