import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rotationStages } from '../lambda/domain/rotation.ts';
import { rules } from '../lambda/rules/index.ts';
import { parseEvent, parseSettings } from '../lambda/settings.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');

/** The JSON that follows a heading. */
const exampleAfter = (heading: string): unknown => {
  const [, json] = /```json\n(.*?)```/su.exec(readme.slice(readme.indexOf(`## ${heading}`))) ?? [];
  return JSON.parse(json ?? '');
};

describe('the README', () => {
  it('has a row for every rule, in the rule’s own words', () => {
    const rows = rules.map(
      ({ id, severity, statement, remediation }) => `| \`${id}\` | ${severity} | ${statement} | ${remediation} |`,
    );
    expect(readme).toContain(`|---|---|---|---|\n${rows.join('\n')}\n\n`);
  });

  it('has as many cells in every row of a table', () => {
    const cellsOf = (row: string): number => row.replaceAll('\\|', '').split('|').length;
    const rows = readme.split('\n');
    const uneven = rows.filter(
      (row, at) => row.startsWith('|') && rows[at - 1]?.startsWith('|') && cellsOf(row) !== cellsOf(rows[at - 1] ?? ''),
    );
    expect(uneven).toEqual([]);
  });

  it('has every stage in its table, in the order in which they are tried', () => {
    const table = readme.slice(readme.indexOf('| stage |'), readme.indexOf('From a report file alone'));
    const places = rotationStages.map((stage) => table.indexOf(`\`${stage}\``));
    expect(places.includes(-1)).toBe(false);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('shows settings and an event that are accepted', () => {
    expect(parseSettings(exampleAfter('Settings'))).toMatchObject({ accounts: [{ name: 'integration' }, {}] });
    expect(parseEvent(exampleAfter('Ad hoc from the Lambda console'))).toMatchObject({ users: ['support-api'] });
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
