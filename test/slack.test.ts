import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { AuditReport } from '../lambda/domain/report.ts';
import type { NotifierContext } from '../lambda/notifiers/notifier.ts';
import { slack } from '../lambda/notifiers/slack.ts';
import { slackClient } from '../lambda/notifiers/slack-client.ts';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { type FakeSlack, type FakeSlackOptions, startFakeSlack } from './fake-aws/slack.ts';
import { notifierContext } from './notifier-context.ts';
import {
  auditReport,
  failedAccount,
  finding,
  findings,
  production,
  scannedAccount,
  staging,
} from './report-builders.ts';

let running: FakeSlack[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(running.map((server) => server.close()));
  running = [];
});

const start = async (options?: FakeSlackOptions): Promise<FakeSlack> => {
  const server = await startFakeSlack(options);
  running.push(server);
  return server;
};

const contextFor = (server: FakeSlack, waits: number[] = [], overrides: Partial<NotifierContext> = {}) =>
  notifierContext({
    getSlackToken: async () => server.token,
    createSlackClient: slackClient({
      slackApiUrl: server.url,
      timeout: 300,
      retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 2 },
    }),
    sleep: async (duration) => {
      waits.push(duration);
    },
    ...overrides,
  });

const notify = async (report: AuditReport, context: NotifierContext): Promise<void> => {
  const connection = await slack.connect(context);
  if (!connection.ready) throw new Error(`not set up: ${connection.why}`);
  await connection.notify(report);
};

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it was delivered',
    (error: Error) => error.message,
  );

const long = auditReport({ findings: findings(60) });

describe('telling Slack', () => {
  it('posts one digest, its thread and the CSV', async () => {
    const server = await start();
    const waits: number[] = [];
    await notify(long, contextFor(server, waits));
    const { digest, thread, csv } = slackDigest(long);
    const [first, ...rest] = server.messages;
    expect(first).toMatchObject({ channel: 'C0EXAMPLE01', text: digest.text, blocks: digest.blocks });
    expect(first?.thread_ts).toBeUndefined();
    expect(rest.map(({ text, blocks, thread_ts }) => ({ text, blocks, thread_ts }))).toEqual(
      thread.map((message) => ({ ...message, thread_ts: first?.ts })),
    );
    expect(thread.length).toBeGreaterThan(1);
    expect(server.files).toMatchObject([
      { name: csv?.filename, content: csv?.content, channel: 'C0EXAMPLE01', thread_ts: first?.ts },
    ]);
    for (const { options } of server.messages) {
      expect(options).toEqual({ mrkdwn: 'false', unfurl_links: 'false', unfurl_media: 'false' });
    }
    expect(waits).toEqual(Array.from({ length: thread.length + 1 }, () => 1_000));
  });

  it('says all clear, unless it was asked not to', async () => {
    const server = await start();
    await notify(auditReport(), contextFor(server));
    await notify(auditReport(), contextFor(server, [], { slack: { ...notifierContext().slack, allClear: false } }));
    expect(server.messages.map(({ text }) => text.split('\n')[0])).toEqual([
      'All clear: no access key needs attention.',
    ]);
  });

  it('repeats ongoing findings as often as the settings say', async () => {
    const server = await start();
    const report = auditReport({ findings: [finding({ change: 'ongoing' })] });
    const slack = { ...notifierContext().slack, repeat: 'changes' as const };
    await notify(report, contextFor(server, [], { slack }));
    expect(server.messages[0]).toMatchObject({ text: slackDigest(report, slack).digest.text });
    expect(server.messages[0]?.text).toContain('1 ongoing one is not listed here.');
  });

  it('posts a report with nothing found but an account failed, even where all-clears are not wanted', async () => {
    const server = await start();
    const report = auditReport({ accounts: [scannedAccount(production), failedAccount(staging, 'AccessDenied')] });
    await notify(report, contextFor(server, [], { slack: { ...notifierContext().slack, allClear: false } }));
    expect(server.messages).toHaveLength(1);
  });
});

describe('the token', () => {
  it.each([undefined, '', '{}', 'G7!random"generated'])('%j is none, so Slack is not set up', async (token) => {
    const connection = await slack.connect(notifierContext({ getSlackToken: async () => token }));
    expect(connection).toMatchObject({ ready: false, why: expect.stringContaining('holds no token') });
  });

  it('is taken with blanks around it', async () => {
    const server = await start();
    await notify(auditReport(), contextFor(server, [], { getSlackToken: async () => ` ${server.token}\n` }));
    expect(server.messages).toHaveLength(1);
  });

  it('with characters that no token has is refused, without being shown', async () => {
    const message = await messageOf(slack.connect(notifierContext({ getSlackToken: async () => 'xoxb-a\nsecret' })));
    expect(message).toContain('has characters that no token has');
    expect(message).not.toContain('secret\n');
    expect(message).not.toContain('xoxb-a');
  });
});

describe('what Slack will not have', () => {
  it.each<[string, FakeSlackOptions, string]>([
    [
      'a channel that is not there',
      { channels: [] },
      'There is no channel #govuk-developers that the bot can see: create it',
    ],
    [
      'a channel without the bot',
      { channels: [{ name: 'govuk-developers', isMember: false }], scopes: ['chat:write', 'files:write'] },
      'The bot is not in #govuk-developers: type "/invite @keyaudit" there. (not_in_channel)',
    ],
    [
      'an archived channel',
      { channels: [{ name: 'govuk-developers', isArchived: true }] },
      '#govuk-developers is archived',
    ],
    ['a missing scope', { scopes: [] }, 'The Slack app lacks chat:write: add it under "OAuth & Permissions"'],
  ])('%s: says what to do', async (_, options, words) => {
    const server = await start(options);
    const message = await messageOf(notify(long, contextFor(server)));
    expect(message).toContain('Nothing was posted in #govuk-developers on Slack.');
    expect(message).toContain(words);
    expect(server.calls.count('slack:chat.postMessage')).toBe(1);
  });

  it('a wrong token: says what to do, never the token', async () => {
    const server = await start();
    const error = await notify(long, contextFor(server, [], { getSlackToken: async () => 'xoxb-wrong' })).catch(
      (e: Error) => e,
    );
    expect(String(error)).toContain('Slack does not take the token');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('xoxb-wrong');
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('a layout: posts the words without it', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:chat.postMessage', kind: 'error', code: 'invalid_blocks', nth: 1 });
    const message = await messageOf(notify(auditReport({ findings: [finding()] }), contextFor(server)));
    expect(message).toMatch(
      /^The digest is in #govuk-developers on Slack, but without its layout\. .*\(invalid_blocks\)$/,
    );
    expect(server.messages).toMatchObject([
      { text: expect.stringContaining('1 access key needs attention'), blocks: undefined },
    ]);
    expect(server.files).toHaveLength(1);
  });

  it('the mention of an owner that it does not know: posts the digest without mentions', async () => {
    const server = await start();
    const report = auditReport({ findings: findings(2, (at) => ({ owner: `U0UNKNOWN${at}` })) });
    server.faults.add({
      operation: 'slack:chat.postMessage',
      kind: 'error',
      code: 'invalid_blocks',
      when: ({ blocks }) => JSON.stringify(blocks ?? []).includes('{"type":"user","user_id":"U0UNKNOWN1"}'),
    });
    expect(await messageOf(notify(report, contextFor(server)))).toBe(
      'The digest is in #govuk-developers on Slack, but without its mentions of owners. ' +
        'An owner tag holds an id that Slack does not take: correct it.',
    );
    expect(server.messages).toMatchObject([{ text: slackDigest(report).digest.text }]);
    expect(JSON.stringify(server.messages[0]?.blocks)).toContain('{"type":"text","text":"U0UNKNOWN1"}');
    expect(server.files).toHaveLength(1);
  });

  it('any layout of a digest with mentions: posts the words without it', async () => {
    const server = await start();
    server.faults.add({
      operation: 'slack:chat.postMessage',
      kind: 'error',
      code: 'invalid_blocks',
      when: ({ blocks }) => blocks !== undefined,
    });
    const report = auditReport({ findings: [finding({ owner: 'U024BE7LH' })] });
    expect(await messageOf(notify(report, contextFor(server)))).toContain(
      'but without its layout. Slack does not take',
    );
    expect(server.messages).toMatchObject([{ text: slackDigest(report).digest.text, blocks: undefined }]);
  });

  it('the CSV only: everything else is there, and the thread says so', async () => {
    const server = await start({ scopes: ['chat:write', 'chat:write.public'] });
    const message = await messageOf(notify(long, contextFor(server)));
    expect(message).toBe(
      'The digest is in #govuk-developers on Slack, but without the CSV. ' +
        'The Slack app lacks files:write: add it under "OAuth & Permissions" and install the app again. (missing_scope)',
    );
    expect(server.messages.at(-1)).toMatchObject({
      text: 'The CSV could not be attached.',
      thread_ts: server.messages[0]?.ts,
    });
    expect(server.messages).toHaveLength(1 + slackDigest(long).thread.length + 1);
  });

  it('one message of the thread: tries the rest', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:chat.postMessage', kind: 'error', code: 'msg_too_long', nth: 2 });
    const message = await messageOf(notify(long, contextFor(server)));
    const count = slackDigest(long).thread.length;
    expect(message).toContain(`but without message 1 of ${count} in its thread. Slack does not take the message`);
    expect(server.messages).toHaveLength(count);
    expect(server.files).toHaveLength(1);
  });
});

describe('a channel that nobody waits for any more', () => {
  it('says no further word', async () => {
    const server = await start();
    const waiting = new AbortController();
    const context = contextFor(server, [], { signal: waiting.signal, sleep: async () => waiting.abort() });
    expect(await messageOf(notify(long, context))).toContain(
      'The digest is in #govuk-developers on Slack, but without',
    );
    expect(server.messages).toHaveLength(1);
    expect(server.calls.all.map(({ operation }) => operation)).toEqual(['slack:chat.postMessage']);
  });

  it('does not ask again, either', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:chat.postMessage', kind: 'ratelimited' });
    const waiting = new AbortController();
    const context = contextFor(server, [], { signal: waiting.signal, sleep: async () => waiting.abort() });
    await messageOf(notify(auditReport(), context));
    expect(server.calls.count('slack:chat.postMessage')).toBe(1);
  });
});

describe('a Slack that is busy or in trouble', () => {
  const short = auditReport();

  it.each([
    ['throttle', { retryAfterSeconds: 7 }, [7_000]],
    ['ratelimited', {}, [1_000]],
    ['error', { code: 'service_unavailable' }, [1_000]],
  ] as const)('%s once: is asked again after a while', async (kind, details, expected) => {
    const server = await start();
    const waits: number[] = [];
    server.faults.add({ operation: 'slack:chat.postMessage', kind, nth: 1, ...details });
    await notify(short, contextFor(server, waits));
    expect(server.messages).toHaveLength(1);
    expect(waits).toEqual(expected);
  });

  it('ratelimited for ever: is given up after four calls', async () => {
    const server = await start();
    const waits: number[] = [];
    server.faults.add({ operation: 'slack:chat.postMessage', kind: 'ratelimited' });
    expect(await messageOf(notify(short, contextFor(server, waits)))).toContain('(ratelimited)');
    expect(server.calls.count('slack:chat.postMessage')).toBe(4);
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  it('asking to wait for longer than a Lambda can: is given up at once', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:chat.postMessage', kind: 'throttle', retryAfterSeconds: 600 });
    expect(await messageOf(notify(short, contextFor(server)))).toContain('Slack is busy: it asks to wait 600 seconds.');
    expect(server.calls.count('slack:chat.postMessage')).toBe(1);
  });

  it.each([
    ['error500', 1],
    ['timeout', 1],
    // Slack had posted it before the connection broke: twice is better than perhaps not at all.
    ['reset', 2],
  ] as const)('%s once: is asked again', async (kind, messages) => {
    const server = await start();
    server.faults.add({ operation: 'slack:chat.postMessage', kind, nth: 1 });
    await notify(short, contextFor(server));
    expect(server.messages).toHaveLength(messages);
  });

  it('that never answers: is given up, each time after ten seconds', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:*', kind: 'timeout' });
    const asked: number[] = [];
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      asked.push(ms);
      return timeout(ms / 1_000);
    });
    const createSlackClient = slackClient({ slackApiUrl: server.url, retryConfig: { retries: 1, minTimeout: 1 } });
    expect(await messageOf(notify(short, contextFor(server, [], { createSlackClient })))).toMatch(
      /^Most likely nothing was posted in #govuk-developers on Slack\. Slack could not be reached: TimeoutError/,
    );
    expect(new Set(asked)).toEqual(new Set([10_000]));
  });

  it('error500 for ever: is given up', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:*', kind: 'error500' });
    expect(await messageOf(notify(short, contextFor(server)))).toContain('Slack answered HTTP 500: try again later.');
  });

  it('that answers with something else: is told in a sentence, without the answer', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:*', kind: 'malformed' });
    expect(await messageOf(notify(short, contextFor(server)))).toBe(
      'Most likely nothing was posted in #govuk-developers on Slack. ' +
        'Somebody else answered in its place: check the network and its proxies.',
    );
  });

  it('that is not there: says why', async () => {
    const server = await start();
    const context = contextFor(server, [], {
      createSlackClient: slackClient({ slackApiUrl: 'http://127.0.0.1:1/api/', retryConfig: { retries: 0 } }),
    });
    expect(await messageOf(notify(short, context))).toMatch(/Slack could not be reached: .+/);
  });

  it('refusing an upload once: is asked again', async () => {
    const server = await start();
    server.faults.add({ operation: 'slack:files.completeUploadExternal', kind: 'ratelimited', nth: 1 });
    await notify(auditReport({ findings: [finding()] }), contextFor(server));
    expect(server.files).toHaveLength(1);
  });
});
