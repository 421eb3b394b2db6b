import Table from 'cli-table3';
import type { Colors } from 'picocolors/types.js';
import type { Severity } from '../lambda/domain/model.ts';
import type { AuditReport, Finding } from '../lambda/domain/report.ts';
import { countsSentence, coverageLines, headline, reportedAt } from '../lambda/render/summary.ts';
import { accountName, actionWords, inactiveNote, keyLabel, lastUse, userLabel } from '../lambda/render/wording.ts';

const LIMITS = { names: 10, reason: 500 };

/** The report as a table for a terminal: one line a key, the one that matters most first. */
export const renderTable = (report: AuditReport, colors: Colors): string => {
  const counts = countsSentence(report);
  const sections = [
    [colors.bold(headline(report)), ...coverageLines(report, LIMITS), ...(counts ? [counts] : [])].join('\n'),
    ...(report.findings.length > 0 ? [keyTable(report.findings, report, colors)] : []),
    ...(report.exempt.length > 0
      ? [
          `${colors.bold('Exempt')}\n${keyTable(report.exempt, report, colors, (key) => `until ${key.exemption.until}`)}`,
        ]
      : []),
    ...(report.findings.length > 0 ? [colors.dim('For each next step in full, with its commands: --format text')] : []),
  ];
  return `${sections.join('\n\n')}\n`;
};

const columns = ['SEVERITY', 'ACCOUNT', 'USER', 'ACCESS KEY', 'AGE', 'LAST USED', 'STAGE', 'NEXT STEP'];

const keyTable = <Key extends Finding>(
  keys: readonly Key[],
  report: AuditReport,
  colors: Colors,
  next: (key: Key) => string = ({ nextStep }) => actionWords[nextStep.action],
): string => {
  const table = new Table({
    head: columns.map((name) => colors.dim(name)),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const key of keys) {
    table.push([
      severityColor(key.severity, colors)(key.severity),
      accountName(key.account),
      userLabel(key),
      keyLabel(key) + inactiveNote(key),
      key.ageDays === null ? 'unknown' : `${key.accessKeyId === null ? '≥ ' : ''}${key.ageDays} d`,
      lastUse(key.lastUsed, reportedAt(report)),
      key.stage,
      next(key),
    ]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

const severityColor = (severity: Severity, colors: Colors): ((text: string) => string) =>
  ({ critical: colors.magenta, high: colors.red, medium: colors.yellow, low: colors.cyan })[severity];

const borderless = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((place) => [place, '']),
);
