import type { Colors } from 'picocolors/types.js';
import type { AuditReport } from '../lambda/domain/report.ts';
import { renderCsv } from '../lambda/render/csv.ts';
import { renderHtml } from '../lambda/render/html.ts';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { renderText } from '../lambda/render/text.ts';
import { renderTable } from './table.ts';

/** What `--format` prints. Each turns the whole report into text that ends in a newline. */
const renderers = {
  table: renderTable,
  text: (report) => renderText(report),
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  csv: renderCsv,
  slack: (report) => {
    const { digest, thread } = slackDigest(report);
    return `${JSON.stringify({ ...digest, thread }, null, 2)}\n`;
  },
  html: renderHtml,
} satisfies Record<string, (report: AuditReport, colors: Colors, width?: number) => string>;

export type Format = keyof typeof renderers;
export const formats = Object.keys(renderers) as Format[];

/** `width` is the terminal's, in columns, where there is one. */
export const render = (report: AuditReport, format: Format, colors: Colors, width?: number): string =>
  renderers[format](report, colors, width);
