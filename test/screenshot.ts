import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBrowser } from './report-page.ts';

/** `npm run screenshot`: the README’s picture of the HTML report, with what the demo just wrote. */

const REPORT = 'demo-output/report.html';
const PICTURE = 'docs/report.png';

const browser = await startBrowser();
try {
  // As large as the coverage, the ages and the first findings: a picture stays below 200 kB.
  const page = await browser.newPage({ viewport: { width: 1280, height: 1120 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(resolve(REPORT)).href);
  const picture = await page.screenshot({ path: PICTURE });
  console.log(`${PICTURE}: ${Math.ceil(picture.length / 1000)} kB`);
} finally {
  await browser.close();
}
