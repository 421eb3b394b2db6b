import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseEvent } from '../lambda/settings.ts';

const directory = new URL('../lambda/events/', import.meta.url);
const event = (file: string): unknown => JSON.parse(readFileSync(new URL(file, directory), 'utf8'));

describe('a sample event', () => {
  const files = readdirSync(fileURLToPath(directory));

  it.each(files)('%s is one that the handler takes', (file) => {
    expect(() => parseEvent(event(file))).not.toThrow();
  });

  it('tells nobody, unless it is the one that does', () => {
    expect(files.filter((file) => parseEvent(event(file)).notify)).toEqual(['scan-everything.json']);
  });
});

describe('the Slack app', () => {
  it('asks for what the digest needs, and nothing else', () => {
    const file = new URL('../docs/slack-app-manifest.json', import.meta.url);
    const { oauth_config } = JSON.parse(readFileSync(file, 'utf8')) as { oauth_config: object };
    expect(oauth_config).toEqual({ scopes: { bot: ['chat:write', 'chat:write.public', 'files:write'] } });
  });
});
