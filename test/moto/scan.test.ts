import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { daysAgo, NOW, never } from '../builders.ts';
import { runKeyaudit } from '../keyaudit-process.ts';
import { emptyMoto, HUB, STAGING, seedUser } from './moto.ts';

/** `keyaudit scan`, as of NOW, in a process of its own, with the environment that it has here. */
const scan = async (...args: string[]) => {
  const { code: exitCode, ...output } = await runKeyaudit(['scan', '--now', NOW.toISOString(), ...args], {
    env: process.env,
    nodeOptions: [],
  });
  return { exitCode, ...output };
};

const scanToJson = async (...args: string[]): Promise<{ report: AuditReport; exitCode: unknown }> => {
  const { stdout, exitCode } = await scan('--format', 'json', ...args);
  return { report: JSON.parse(stdout), exitCode };
};

beforeAll(async () => {
  await emptyMoto();
  await seedUser(HUB, { userName: 'alice' });
  await seedUser(HUB, { userName: 'bob', accessKeys: [{ createDate: daysAgo(80) }] });
  await seedUser(STAGING, { userName: 'carol', accessKeys: [{ createDate: daysAgo(100), lastUsed: never }] });
});

describe('keyaudit scan with AWS_ENDPOINT_URL', () => {
  it('audits the account of the credentials, prints the report as JSON, and exits with 1 for findings', async () => {
    const { report, exitCode } = await scanToJson();
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({
      schemaVersion: 1,
      startedAt: NOW.toISOString(),
      accounts: [{ id: HUB, name: HUB, production: false, status: 'scanned', users: 2, accessKeys: 2 }],
      failures: [],
    });
    expect(report.findings).toMatchObject([
      {
        userName: 'bob',
        userArn: 'arn:aws:iam::123456789012:user/bob',
        accessKeyId: expect.stringMatching(/^AKIA/),
        ageDays: 80,
        severity: 'low',
        rules: [{ id: 'key-due-soon' }],
      },
    ]);
  });

  it('audits the accounts that --account names, by their audit role', async () => {
    const { report, exitCode } = await scanToJson('--account', STAGING);
    expect(exitCode).toBe(1);
    expect(report.accounts.map(({ id }) => id)).toEqual([STAGING]);
    expect(report.findings.map(({ userName, rules }) => [userName, rules.map(({ id }) => id)])).toEqual([
      ['carol', ['key-overdue', 'key-unused']],
    ]);
  });

  it('exits with 0 where nothing is as severe as --fail-on', async () => {
    const { report, exitCode } = await scanToJson('--fail-on', 'medium');
    expect(report.findings).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  it('exits with 2 where a user that was asked for is in no account', async () => {
    const { report, exitCode } = await scanToJson('--user', 'bob', 'bobby');
    expect(exitCode).toBe(2);
    expect(report.findings.map(({ userName }) => userName)).toEqual(['bob']);
    expect(report.failures.map(({ id }) => id)).toEqual(['bobby']);
  });

  it('prints a table of what it found', async () => {
    const { stdout, exitCode } = await scan();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('bob');
    expect(stdout).not.toContain('alice');
  });
});
