import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CreatedKey } from '../bin/aws/change-keys.ts';
import { secretStore } from '../bin/rotation/store.ts';
import { SECOND_KEY } from './builders.ts';
import { HUB_CREDENTIALS } from './fake-aws/index.ts';

/** With real commands in a real shell. */

const folder = mkdtempSync(join(tmpdir(), 'keyaudit-store-'));
const file = (name: string): string => join(folder, name);

const created: CreatedKey = {
  UserName: 'support-api',
  AccessKeyId: SECOND_KEY,
  Status: 'Active',
  SecretAccessKey: HUB_CREDENTIALS.secretAccessKey,
  CreateDate: '2026-11-23T09:00:00.000Z',
};

const storeOf = (store: string | undefined, storeCheck?: string) =>
  secretStore(store, storeCheck, { showOnce: async () => {} });

const reasonOf = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'it went well',
    ({ message }: Error) => message,
  );

describe('a command that keeps secrets', () => {
  it('reads the key on stdin, as the AWS CLI prints it, and sees the secret nowhere else', async () => {
    const script = `cat > ${file('kept')}; tr '\\0' ' ' < /proc/$$/cmdline > ${file('argv')}; env > ${file('env')}`;
    await storeOf(`command:${script}`).keep(created);
    expect(JSON.parse(readFileSync(file('kept'), 'utf8'))).toEqual({ AccessKey: created });
    for (const where of ['argv', 'env']) {
      expect(readFileSync(file(where), 'utf8')).not.toContain(created.SecretAccessKey);
    }
  });

  it('has not kept it where it fails, and what it says is not repeated', async () => {
    const reason = await reasonOf(storeOf('command:cat >&2; exit 3').keep(created));
    expect(reason).toMatch(/^the command that keeps the secret ended with exit code 3/);
    expect(reason).not.toContain(created.SecretAccessKey);
  });

  it('has not kept it where a signal ends it', async () => {
    expect(await reasonOf(storeOf('command:kill -9 $$').keep(created))).toContain('was ended by a signal');
  });

  it.each([
    ['no shell can read', 'command:if then', undefined, 'The shell cannot read --store'],
    ['is not there', 'command:keep-it-in-the-vault now', undefined, 'There is no program keep-it-in-the-vault'],
    ['fails its check', 'command:cat', 'echo vault is sealed >&2; exit 2', 'ended with exit code 2: vault is sealed'],
  ])('that %s is refused before a key is made', async (_what, store, check, reason) => {
    expect(await reasonOf(storeOf(store, check).check())).toContain(reason);
  });

  it('is not run by its check', async () => {
    writeFileSync(file('untouched'), '');
    await storeOf(`command:cat > ${file('untouched')}; echo run >> ${file('untouched')}`, 'true').check();
    expect(readFileSync(file('untouched'), 'utf8')).toBe('');
  });
});

describe('--store', () => {
  it.each(['vault', 'command:', 'command:  ', 'file:/tmp/secret'])('%j is refused', (store) => {
    expect(() => storeOf(store)).toThrow('neither "terminal" nor "command:…"');
  });

  it('is the terminal where nothing else is said, which asks for the end of the secret as proof that it was kept', async () => {
    const shown: string[][] = [];
    await secretStore(undefined, undefined, { showOnce: async (...words) => void shown.push(words) }).keep(created);
    expect(shown).toEqual([
      [
        `IAM user           support-api\nAccess key id      ${SECOND_KEY}\nSecret access key  ${created.SecretAccessKey}`,
        'Keep the secret now, it is not shown again. Then type its last 4 characters (Ctrl-C discards the key):',
        created.SecretAccessKey.slice(-4),
      ],
    ]);
  });

  it('that the terminal did not get proof for, is not kept', async () => {
    const showOnce = () => Promise.reject(new Error('nobody said that it was kept'));
    expect(await reasonOf(secretStore('terminal', undefined, { showOnce }).keep(created))).toContain('nobody said');
  });
});
