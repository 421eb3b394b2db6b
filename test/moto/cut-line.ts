import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A line to moto that breaks: at the call of one action, before moto hears of it or before its answer comes back. */

type Cut = { action: string; when: 'before' | 'after' };

/** Leads the SDK's ordinary settings through the line while `work` runs. */
export const onBrokenLine = async <T>({ action, when }: Cut, work: () => Promise<T>): Promise<T> => {
  const moto = process.env['AWS_ENDPOINT_URL'];
  if (!moto) throw new Error('there is no AWS_ENDPOINT_URL');
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const isCut = new URLSearchParams(body.toString()).get('Action') === action;
    if (isCut && when === 'before') return request.socket.destroy();
    const answer = await fetch(`${moto}${request.url}`, {
      method: request.method ?? 'POST',
      headers: headersOf(request),
      body,
    });
    const text = await answer.text();
    if (isCut) return request.socket.destroy();
    return response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await work();
  } finally {
    process.env['AWS_ENDPOINT_URL'] = moto;
    server.closeAllConnections();
    server.close();
  }
};

/** What the signature rests on and moto reads; the rest is of the one connection. */
const headersOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !['host', 'connection', 'content-length', 'transfer-encoding', 'expect'].includes(name)
      ? [[name, value] as [string, string]]
      : [],
  );
