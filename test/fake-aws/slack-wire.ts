/**
 * How `@slack/web-api` writes arguments: form fields with structured values as JSON strings, multipart where a value is binary. Slack
 * takes a JSON body as well.
 *
 * @see https://docs.slack.dev/apis/web-api/#basics
 */
import type { HttpRequest } from './http.ts';

export type SlackParams = Record<string, unknown>;

const STRUCTURED = ['blocks', 'files', 'attachments', 'metadata'];

export const readParams = async ({ headers, body }: HttpRequest): Promise<SlackParams> => {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return JSON.parse(body.toString()) as SlackParams;
  const fields = type.startsWith('multipart/') ? await readForm(type, body) : new URLSearchParams(body.toString());
  return Object.fromEntries(
    [...fields].map(([name, value]) => [name, STRUCTURED.includes(name) ? parsed(value) : value]),
  );
};

/** The bytes of a file: the only file of a multipart form (the client calls it `body`), else the whole request body. */
export const readUpload = async ({ headers, body }: HttpRequest): Promise<string> => {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return body.toString();
  for (const [, value] of await readForm(type, body)) if (typeof value !== 'string') return value.text();
  return '';
};

const readForm = (type: string, body: Buffer) =>
  new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();

/** What is no JSON stays a string, which Slack refuses where it wants a list. */
const parsed = (value: unknown): unknown => {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
};
