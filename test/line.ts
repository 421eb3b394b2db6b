import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A line to an AWS that is not as it should be: it may break, be slow, or lose a part of what is said. */

export type LineAnswer = { status: number; type: string; body: string };
/** What becomes of a call: an answer, or a connection that breaks. `forward` lets AWS do it. */
export type Pass = (action: string, forward: () => Promise<LineAnswer>) => Promise<LineAnswer | 'broken'>;

export const lineTo = async (url: string, pass: Pass): Promise<{ url: string; close: () => void }> => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const action = new URLSearchParams(body.toString()).get('Action') ?? '';
    const forward = async (): Promise<LineAnswer> => {
      const { method = 'POST', url: path = '/' } = request;
      const answer = await fetch(url + path, { method, headers: headersOf(request), body });
      return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.text() };
    };
    const answer = await pass(action, forward);
    if (answer === 'broken') return request.socket.destroy();
    return response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
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
