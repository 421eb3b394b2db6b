import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

/** The browser that opens the HTML report: Debian's package `chromium`. Nothing downloads one. */

const NAMES = ['chromium', 'chromium-browser'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first browser on the `PATH`, or nothing. */
export const browserPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find(isExecutable);

/** Starts it, headless. As root, as in a container, Chromium has no sandbox. Throws where there is none to start. */
export const startBrowser = async (): Promise<Browser> => {
  if (!browserPath) throw new Error(`there is no ${NAMES.join(' or ')} on the PATH: apt-get install chromium`);
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: browserPath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    timeout: 120_000,
  });
};
