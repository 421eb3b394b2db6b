import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { scanCommand } from '../bin/commands/scan.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { DAY } from '../lambda/domain/time.ts';
import { NOW } from './builders.ts';
import { runKeyaudit } from './keyaudit-process.ts';
import { reportCsv, reportRow, rootRow } from './report-csv.ts';

/** The machine's time zone changes nothing, least of all around the nights in which clocks change. */

// Some tests wait for a process of their own.
jest.setTimeout(60_000);

/** Behind, ahead, by half an hour; in Apia it is always tomorrow. */
const zones = ['UTC', 'Europe/London', 'Pacific/Apia', 'America/St_Johns'] as const;
const formats = ['text', 'json', 'csv', 'html'] as const;
const instants = [
  // British clocks go forward and back at 01:00 UTC.
  '2026-03-29T00:59:59Z',
  '2026-03-29T01:00:00Z',
  '2026-10-25T00:59:59Z',
  '2026-10-25T01:00:00Z',
  '2026-12-31T23:59:59Z',
  '2028-02-29T00:00:00Z',
] as const;

const folder = mkdtempSync(join(tmpdir(), 'keyaudit-zones-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** A key that is just 90 days old at the instant, one that is a second older, and one whose user is exempt to the end of that day. */
const reportAt = (instant: string): string => {
  const before = (ms: number): string => new Date(Date.parse(instant) - ms).toISOString();
  const user = (name: string, age: number) =>
    reportRow({
      user: name,
      user_creation_time: '2020-02-29T00:00:00Z',
      access_key_1_active: 'true',
      access_key_1_last_rotated: before(age),
      access_key_1_last_used_date: before(DAY),
    });
  const rows = [rootRow(), user('just', 90 * DAY), user('older', 90 * DAY + 1000), user('exempt', 120 * DAY)];
  return file(`${instant}.csv`, reportCsv(rows));
};

const settingsAt = (instant: string): string => {
  const exemptions = [{ account: '*', user: 'exempt', until: instant.slice(0, 10), reason: 'moves to a role' }];
  return file(`${instant}.json`, JSON.stringify({ exemptions, productionAccounts: ['111122223333'] }));
};

const argsAt = (instant: string, format: string): string[] => [
  '--credential-report',
  reportAt(instant),
  '--config',
  settingsAt(instant),
  '--now',
  instant,
  '--format',
  format,
];

const env = (zone: string) => ({ PATH: process.env['PATH'] ?? '', HOME: folder, TZ: zone });

/** Each scan has an id of its own. */
const withoutId = (output: string): string => output.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');

/** Every output in a time zone, by instant and format. */
const outputsIn = async (zone: string): Promise<Record<string, string>> => {
  const outputs = join(folder, zone.replace('/', '-'));
  mkdirSync(outputs);
  const scans = instants.flatMap((instant) =>
    formats.map((format) => [...argsAt(instant, format), '--output', join(outputs, `${instant} ${format}`)]),
  );
  const child = spawn(process.execPath, ['--no-warnings', '--import', 'tsx', 'test/scan-in-turn.ts'], {
    cwd: new URL('..', import.meta.url),
    env: { ...env(zone), SCANS: JSON.stringify(scans) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(said.match(/: written to /g)).toHaveLength(scans.length);
  return Object.fromEntries(
    readdirSync(outputs).map((name) => [name, withoutId(readFileSync(join(outputs, name), 'utf8'))]),
  );
};

describe('scan --credential-report', () => {
  let inUtc: Record<string, string>;
  beforeAll(async () => {
    inUtc = await outputsIn('UTC');
  });

  it.each(zones.slice(1))('says in %s what it says in UTC, to the byte', async (zone) => {
    expect(await outputsIn(zone)).toEqual(inUtc);
  });

  it.each(instants)('judges by 90 times 24 hours, and exempts to the end of the day in UTC, at %s', (instant) => {
    const { startedAt, findings, exempt } = JSON.parse(inUtc[`${instant} json`] ?? '') as AuditReport;
    expect(startedAt).toBe(new Date(instant).toISOString());
    expect(findings.map(({ userName, rules, ageDays }) => [userName, rules[0]?.id, ageDays])).toEqual([
      ['older', 'key-overdue', 90],
      ['just', 'key-due-soon', 90],
    ]);
    expect(exempt).toMatchObject([{ userName: 'exempt', exemption: { until: instant.slice(0, 10) } }]);
    expect(inUtc[`${instant} text`]).toContain('(last day)');
  });

  it('says the same as a process of its own', async () => {
    const [instant] = instants;
    const { stdout } = await runKeyaudit(['scan', ...argsAt(instant, 'html')], { env: env('Pacific/Apia') });
    expect(withoutId(stdout)).toBe(inUtc[`${instant} html`]);
  });
});

describe('--now', () => {
  const nowOf = (instant: string): unknown => {
    const command = scanCommand({ clock: () => NOW })
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    command.parseOptions(['--now', instant]);
    return command.opts()['now'];
  };

  it.each([
    ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00.000Z'],
    ['2028-02-29T00:30:00+13:00', '2028-02-28T11:30:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31T23:59:59.999Z'],
    ['2026-03-29T01:30:00+01:00', '2026-03-29T00:30:00.000Z'],
    ['1970-01-01T00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('takes %s', (instant, expected) => {
    expect(nowOf(instant)).toEqual(new Date(expected));
  });

  it.each(['2027-02-29T12:00:00Z', '2100-02-29T12:00:00Z', '2026-04-31T00:00:00Z', '2028-02-29'])(
    'does not take %s',
    (instant) => {
      expect(() => nowOf(instant)).toThrow('It is not an instant like 2026-11-23T09:00:00Z.');
    },
  );
});
