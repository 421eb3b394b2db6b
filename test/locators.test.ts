import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { locators } from '../lambda/locators/index.ts';

describe('the registry of locators', () => {
  it('holds every locator file, under the id that is the file’s name', () => {
    const files = readdirSync(new URL('../lambda/locators', import.meta.url))
      .map((name) => name.replace('.ts', ''))
      .filter((name) => !['locator', 'index'].includes(name));
    expect(locators.map(({ id }) => id).sort()).toEqual(files.sort());
  });

  it('gives every locator a title of its own', () => {
    expect(new Set(locators.map(({ title }) => title)).size).toBe(locators.length);
    for (const { title } of locators) expect(title).toMatch(/^[A-Z]/);
  });
});
