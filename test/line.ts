import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A line to an AWS that is not as it should be: it may break, be slow, or lose a part of what is said. */

/** Of the headers, those that anybody asks for. */
export type LineAnswer = { status: number; type: string; body: string; headers?: Record<string, string> };
/** What becomes of a call: an answer, or a connection that breaks. `forward` lets AWS do it. */
export type Pass = (
  action: string,
  forward: () => Promise<LineAnswer>,
  headers: IncomingHttpHeaders,
) => Promise<LineAnswer | 'broken'>;

export type Line = { url: string; close: () => void };

export const lineTo = async (url: string, pass: Pass): Promise<Line> => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const action = new URLSearchParams(body.toString()).get('Action') ?? '';
    const forward = async (): Promise<LineAnswer> => {
      const { method = 'POST', url: path = '/' } = request;
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const answer = await fetch(url + path, { method, headers: headersOf(request), ...(hasBody && { body }) });
      const etag = answer.headers.get('etag');
      const type = answer.headers.get('content-type') ?? '';
      return { status: answer.status, type, body: await answer.text(), ...(etag && { headers: { etag } }) };
    };
    const answer = await pass(action, forward, request.headers);
    if (answer === 'broken') return request.socket.destroy();
    return response.writeHead(answer.status, { 'content-type': answer.type, ...answer.headers }).end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** What the signature rests on and AWS reads; the rest is of the one connection. */
const headersOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !OF_THE_CONNECTION.has(name) ? [[name, value] as [string, string]] : [],
  );
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);
