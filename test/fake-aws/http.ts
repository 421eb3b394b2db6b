/** An HTTP server on a free port of the loopback interface, for fakes: it can also fail to answer. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';

export interface HttpRequest {
  method: string;
  /** With the query string. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** An answer, half of one (the connection is cut in the middle of the body), or silence until the client or `close` hangs up. */
export type Outcome = { whole: HttpAnswer } | { cut: HttpAnswer } | 'silence';

export interface HttpServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string;
  close: () => Promise<void>;
}

export const serve = async (handle: (request: HttpRequest) => Outcome | Promise<Outcome>): Promise<HttpServer> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { method = 'GET', url: path = '/', headers } = request;
      const outcome = await answerOrBug(() => handle({ method, path, headers, body: Buffer.concat(chunks) }));
      if (outcome !== 'silence') send(response, outcome);
    });
  });
  // Longer than any test: a client that reuses a connection just as the server gives it up would see a reset that nobody injected.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        // The only error is "not running": closing twice is fine.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/**
 * What becomes of an answer under a fault. The work is done (`work` is called) unless the fault comes first.
 *
 * @param refuse the fault in the words of the service, for faults that are answers
 */
export const outcomeUnder = (
  fault: Fault | undefined,
  work: () => HttpAnswer,
  refuse: (fault: Fault) => HttpAnswer,
): Outcome => {
  if (!fault) return { whole: work() };
  const done = (fault.afterEffect ?? fault.kind === 'reset') ? work() : undefined;
  if (fault.kind === 'timeout') return 'silence';
  if (fault.kind === 'reset')
    return { cut: done ?? { status: 200, headers: {}, body: '(cut before the work was done)' } };
  return { whole: refuse(fault) };
};

export const wait = async (milliseconds: number): Promise<void> => {
  if (milliseconds > 0) await delay(milliseconds);
};

/** A bug of the fake must not look like a fault of the service that a client retries. */
const answerOrBug = async (work: () => Outcome | Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work();
  } catch (error) {
    const body = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { whole: { status: 400, headers: { 'content-type': 'text/plain' }, body: `Bug in the fake: ${body}` } };
  }
};

const send = (response: ServerResponse, outcome: Exclude<Outcome, 'silence'>): void => {
  if (response.destroyed) return;
  const { status, headers, body } = 'whole' in outcome ? outcome.whole : outcome.cut;
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  if ('whole' in outcome) response.end(bytes);
  else response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
};
