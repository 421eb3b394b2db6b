import { describe, expect, it } from '@jest/globals';
import { audit } from '../lambda/audit.ts';
import { recall, remember } from '../lambda/history.ts';
import type { History } from '../lambda/ports.ts';
import { accountReader } from './account-reader.ts';
import { account, daysAgo, findingContext, NOW, policy } from './builders.ts';
import { accountMemory, keyMemory, rememberedFinding, userMemory } from './memory-builders.ts';

const ID = '111122223333';
const OTHER = '444455556666';

/** A history of texts by name, that says what it did. */
const inMemory = (texts: Record<string, string> = {}, refused: (keyof History)[] = []) => {
  const done: string[] = [];
  const unlessRefused = async <T>(what: keyof History, work: () => T): Promise<T> => {
    if (refused.includes(what)) throw new Error('AccessDenied');
    done.push(what);
    return work();
  };
  const put = (name: string, text: string): void => void Object.assign(texts, { [name]: text });
  const history: History = {
    recall: (accountId) => unlessRefused('recall', () => texts[accountId]),
    remember: (accountId, text) => unlessRefused('remember', () => put(accountId, text)),
    setAside: (accountId, scanId, text) => unlessRefused('setAside', () => put(`${accountId} aside ${scanId}`, text)),
  };
  return { history, texts, done };
};

const recalled = (text: string) => recall(ID, inMemory({ [ID]: text }).history, NOW);

/** With everything that there may be. */
const whole = accountMemory({
  users: [
    userMemory({
      userName: '__proto__',
      row: '["2024-01-01T00:00:00.000Z",false,[]]',
      keys: [
        keyMemory({ lastUsed: { state: 'used', date: NOW.toISOString(), serviceName: 's3', region: 'eu-west-1' } }),
        keyMemory({
          status: 'Inactive',
          inactiveSeenAt: NOW.toISOString(),
          seenActive: true,
          deactivatedAt: daysAgo(1).toISOString(),
          longestGap: 1.5,
        }),
        keyMemory({ status: 'Expired', lastUsed: { state: 'never' } }),
      ],
    }),
  ],
  findings: [
    rememberedFinding(),
    rememberedFinding({ accessKeyId: null, waiting: true, exempt: true, policy: { ...policy, settleDays: 0.5 } }),
  ],
});

describe('what is recalled of an account', () => {
  it('is what was remembered, to the last field', async () => {
    const { history } = inMemory();
    await remember(whole, {}, history);
    expect(await recall(ID, history, NOW)).toEqual({ memory: whole });
  });

  it('is nothing before its first scan, which is said', async () => {
    expect(await recall(ID, inMemory().history, NOW)).toEqual({
      note: 'its first scan that is remembered: nothing to compare with',
    });
  });

  it('is nothing where the place refuses, and why', async () => {
    expect(await recall(ID, inMemory({ [ID]: JSON.stringify(whole) }, ['recall']).history, NOW)).toEqual({
      note: 'its history could not be read, so nothing is called new or resolved: AccessDenied',
      refusal: 'AccessDenied',
    });
  });

  const text = (overrides: object): string => JSON.stringify({ ...whole, ...overrides });
  it.each<[string, string, string]>([
    ['that is cut off', text({}).slice(0, -1), 'SyntaxError: '],
    ['that is empty', '', 'SyntaxError: Unexpected end of JSON input'],
    ['that is something else', 'null', 'it: Invalid input: expected object, received null'],
    ['of a later version', text({ schemaVersion: 2 }), 'schemaVersion: Invalid input: expected 1'],
    ['of an older shape', text({ scannedAt: undefined }), 'scannedAt: Invalid input: expected string'],
    ['with an instant that is none', text({ scannedAt: 'yesterday' }), 'scannedAt: Invalid ISO datetime'],
    [
      'with a stage that there is not',
      text({ findings: [{ ...rememberedFinding(), stage: 'x' }] }),
      'findings.0.stage: ',
    ],
    ['without a limit of the policy', text({ policy: { ...policy, settleDays: undefined } }), 'policy.settleDays: '],
    ['of another account', text({ accountId: OTHER }), `it is of account ${OTHER}`],
  ])('is nothing of a memory %s, which is said, and kept', async (_what, unreadable, why) => {
    expect(await recalled(unreadable)).toEqual({
      note: expect.stringContaining(
        `its history could not be understood, so nothing is called new or resolved: ${why}`,
      ),
      unreadable,
    });
  });

  it('leaves out what a later version added', async () => {
    expect(await recalled(text({ addedLater: true }))).toEqual({ memory: whole });
  });
});

describe('a memory', () => {
  const BEFORE = '{"schemaVersion": 0}';

  it('is written over the one before', async () => {
    const { history, texts, done } = inMemory({ [ID]: JSON.stringify(accountMemory()) });
    await remember(whole, await recall(ID, history, NOW), history);
    expect([texts, done]).toEqual([{ [ID]: JSON.stringify(whole) }, ['recall', 'remember']]);
  });

  it('is written once what could not be understood is set aside', async () => {
    const { history, texts, done } = inMemory({ [ID]: BEFORE });
    await remember(whole, await recall(ID, history, NOW), history);
    expect(texts).toEqual({ [ID]: JSON.stringify(whole), [`${ID} aside scan-0`]: BEFORE });
    expect(done).toEqual(['recall', 'setAside', 'remember']);
  });

  it.each<[string, keyof History, RegExp]>([
    ['cannot be set aside', 'setAside', /^AccessDenied$/],
    ['could not even be read', 'recall', /^its history could not be read, and is left as it is: AccessDenied$/],
  ])('is not written over one that %s', async (_what, refused, message) => {
    const { history, texts } = inMemory({ [ID]: BEFORE }, [refused]);
    const before = await recall(ID, history, NOW);
    await expect(remember(whole, before, history)).rejects.toThrow(message);
    expect(texts).toEqual({ [ID]: BEFORE });
  });

  it('that cannot be written is said', async () => {
    const { history } = inMemory({}, ['remember']);
    await expect(remember(whole, {}, history)).rejects.toThrow('AccessDenied');
  });
});

describe('an audit', () => {
  const auditWith = (history: Pick<History, 'recall'> | undefined) =>
    audit(
      { scanId: 'scan-1', context: findingContext() },
      {
        findAccounts: async () => ({ accounts: [account()], failures: [] }),
        openAccount: async () => accountReader(),
        locators: [],
        history,
        clock: () => NOW,
        signal: new AbortController().signal,
      },
    );

  it.each([
    ['refused', inMemory({}, ['recall']), 'its history could not be read'],
    ['corrupt', inMemory({ [ID]: '{' }), 'its history could not be understood'],
  ])('whose history is %s finds what one without finds, and says so', async (_what, { history }, note) => {
    const { report } = await auditWith(history);
    const without = (await auditWith(undefined)).report;
    expect(report.findings).toEqual(without.findings.map((found) => ({ ...found, firstSeenAt: NOW.toISOString() })));
    expect([report.resolved, report.failures, report.accounts[0]?.status]).toEqual([[], [], 'scanned']);
    expect(report.accounts[0]?.reason).toContain(note);
  });

  it('of an account that could not be read to its end leaves nothing to remember', async () => {
    const { history } = inMemory();
    const { memories } = await audit(
      { scanId: 'scan-1', context: findingContext() },
      {
        findAccounts: async () => ({ accounts: [account(), account({ id: OTHER })], failures: [] }),
        openAccount: ({ id }) =>
          id === OTHER ? Promise.reject(new Error('AccessDenied')) : Promise.resolve(accountReader()),
        locators: [],
        history,
        clock: () => NOW,
        signal: new AbortController().signal,
      },
    );
    expect(memories.map(({ memory }) => memory.accountId)).toEqual([ID]);
  });
});
