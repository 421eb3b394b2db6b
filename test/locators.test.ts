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
});
