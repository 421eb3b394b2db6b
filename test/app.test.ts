import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib/core';
import { settingsFromContext } from '../lib/context-settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const settingsFrom = (context: Record<string, unknown>) => settingsFromContext(new App({ context }).node);
const problemsOf = (context: Record<string, unknown>): string[] => {
  try {
    settingsFrom(context);
  } catch (error) {
    return (error as { problems: string[] }).problems;
  }
  return [];
};

describe('the settings of a deployment', () => {
  it('are the defaults where the context has none', () => {
    expect(settingsFrom({})).toMatchObject({ accounts: 'self', schedule: { timezone: 'Europe/London' } });
  });

  it('are those of cdk.json, with the simple ones of -c over them', () => {
    const keyaudit = { externalId: 'from-file', slack: { channel: '#file', onCall: '#oncall' } };
    const settings = settingsFrom({
      keyaudit,
      externalId: 'from-c',
      slackChannel: '#from-c',
      schedule: 'rate(1 day)',
      emails: 'a@example.com,b@example.com',
      'aws:cdk:enable-path-metadata': true,
      '@aws-cdk/core:checkSecretUsage': true,
    });
    expect(settings).toMatchObject({
      externalId: 'from-c',
      slack: { channel: '#from-c', onCall: '#oncall' },
      schedule: { expression: 'rate(1 day)', timezone: 'Europe/London' },
      sns: { emails: ['a@example.com', 'b@example.com'] },
    });
  });

  it('may be given as JSON with -c', () => {
    expect(settingsFrom({ keyaudit: '{"auditRoleName": "other"}' })).toMatchObject({ auditRoleName: 'other' });
    expect(problemsOf({ keyaudit: '{' })).toEqual([expect.stringMatching(/^keyaudit: is not JSON: /)]);
  });

  it('are refused with every problem at once: of the schema, and of a deployment', () => {
    const keyaudit = { accounts: { organization: {} }, policy: { settleDays: -1 }, chanel: '#x' };
    expect(problemsOf({ keyaudit, schedule: 'cron(0 9 1 * ? *)', slackChanel: '#x' })).toEqual([
      expect.stringMatching(/^-c slackChanel: is unknown \(of auditRoleName, /),
      'policy.settleDays: is -1, below 0',
      'chanel: is unknown',
      'schedule.expression: leaves 745 hours between two runs; CloudWatch notices a missing run after gaps of 162 hours at most: run it more often',
      'accounts.organization.include: is empty: name the organizational units (ou-…), or the root (r-…), to deploy to',
      'organizationId: is missing: accounts.organization needs it (o-…)',
    ]);
  });

  it.each([
    [{ expression: 'cron(0 9 * * *)' }, /^schedule\.expression: has 5 fields, not 6/],
    [{ expression: 'cron(0 9 ? * MON *)' }, /^schedule\.expression: leaves 169 hours/],
    [{ expression: 'cron(0 9 ? * MON-FRI 2027)' }, /^schedule\.expression: comes to an end, or never runs; /],
    [{ timezone: 'Europe/Londn' }, /^schedule\.timezone: "Europe\/Londn" is no time zone/],
  ])('are refused with the schedule %j', (schedule, problem) => {
    expect(problemsOf({ keyaudit: { schedule } })).toEqual([expect.stringMatching(problem)]);
  });

  it('are refused where the hub’s role would have too long a name', () => {
    expect(problemsOf({ auditRoleName: 'a'.repeat(60) })).toEqual([]);
    expect(problemsOf({ auditRoleName: 'a'.repeat(61) })).toEqual([
      expect.stringMatching(/^auditRoleName: makes a+-hub/),
    ]);
  });
});

type Synth = { exitCode: number; stderr: string; templates: string[] };

/** bin/app.ts as `cdk` runs it, without bundling the code. */
const synth = (context: object): Promise<Synth> =>
  new Promise((resolve) => {
    const outdir = mkdtempSync(join(tmpdir(), 'keyaudit-app-'));
    const env = {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
    };
    execFile(process.execPath, ['--import', 'tsx', 'bin/app.ts'], { cwd: root, env }, (error, _stdout, stderr) => {
      const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
      resolve({ exitCode: error ? Number(error.code) : 0, stderr, templates: templates.sort() });
    });
  });

describe('the app', () => {
  it('is the hub alone where only its own account is audited', async () => {
    expect(await synth({ keyaudit: {} })).toMatchObject({ exitCode: 0, templates: ['keyaudit.template.json'] });
  }, 60_000);

  it('has a stack for the audited accounts where there are others', async () => {
    const { templates } = await synth({ keyaudit: { accounts: [{ id: '111122223333' }] } });
    expect(templates).toEqual(['keyaudit-audited-account.template.json', 'keyaudit.template.json']);
  }, 60_000);

  it('says what is wrong with its settings, and nothing else', async () => {
    expect(await synth({ keyaudit: { chanel: '#x' } })).toEqual({
      exitCode: 1,
      stderr: 'The settings are wrong:\n  chanel: is unknown\n',
      templates: [],
    });
  }, 60_000);
});
