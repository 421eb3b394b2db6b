import Table from 'cli-table3';
import type { Colors } from 'picocolors/types.js';
import type { Severity } from '../lambda/domain/model.ts';
import { standingOf } from '../lambda/domain/news.ts';
import type { AuditReport, ExemptFinding, Finding } from '../lambda/domain/report.ts';
import { oneLine } from '../lambda/render/safe-text.ts';
import {
  countsSentence,
  coverageLines,
  headline,
  noteSentences,
  reportedAt,
  resolvedSentence,
} from '../lambda/render/summary.ts';
import {
  accountName,
  exemptUntilWords,
  inactiveNote,
  keyLabel,
  lastUse,
  nextWords,
  standingWords,
  userLabel,
} from '../lambda/render/wording.ts';

const LIMITS = { names: 10, reason: 500, lines: 20 };

/** Below so many columns, a line has no room for the stage. */
const WIDE = 150;

/** The report as a table for a terminal of so many columns: one line a key, the one that matters most first. */
export const renderTable = (report: AuditReport, colors: Colors, width = Number.POSITIVE_INFINITY): string => {
  const { names } = LIMITS;
  const counts = [countsSentence(report), resolvedSentence(report, names), ...noteSentences(report, names)].filter(
    Boolean,
  );
  const { findings, exempt } = report;
  const hasCommands = findings.some(({ nextStep }) => nextStep.commands.length > 0);
  const head = colors.dim;
  const sections = [
    [colors.bold(headline(report)), ...coverageLines(report, LIMITS), ...counts].join('\n'),
    ...(findings.length > 0 ? [table(findings, findingColumns(report, colors, width), head)] : []),
    ...(exempt.length > 0 ? [`${colors.bold('Exempt')}\n${table(exempt, exemptColumns(report), head)}`] : []),
    ...(findings.length > 0
      ? [head(`For each next step in full${hasCommands ? ', with its commands' : ''}: --format text`)]
      : []),
  ];
  return `${sections.join('\n\n')}\n`;
};

type Columns<Key> = Record<string, (key: Key) => string>;

const keyColumns = (report: AuditReport): Columns<Finding> => ({
  ACCOUNT: ({ account }) => accountName(account),
  USER: userLabel,
  'ACCESS KEY': (key) => keyLabel(key) + inactiveNote(key),
  AGE: ({ ageDays, accessKeyId }) => (ageDays === null ? 'unknown' : `${accessKeyId === null ? '≥ ' : ''}${ageDays} d`),
  'LAST USED': ({ lastUsed }) => lastUse(lastUsed, reportedAt(report)),
});

const findingColumns = (report: AuditReport, colors: Colors, width: number): Columns<Finding> => ({
  SEVERITY: ({ severity }) => severityColor(severity, colors)(severity),
  ...newsColumn(report),
  ...keyColumns(report),
  ...(width >= WIDE && { STAGE: ({ stage }: Finding) => stage }),
  'NEXT STEP': nextWords,
});

/** What changed since the scan before; no column where nothing did. */
const newsColumn = (report: AuditReport): Columns<Finding> => {
  const news = (finding: Finding): string => standingWords[standingOf(finding, reportedAt(report))];
  return report.findings.some(news) ? { NEWS: news } : {};
};

const exemptColumns = (report: AuditReport): Columns<ExemptFinding> => ({
  ...keyColumns(report),
  UNTIL: (key) => exemptUntilWords(key, reportedAt(report)),
  REASON: ({ exemption }) => oneLine(exemption.reason),
});

const table = <Key>(keys: readonly Key[], columns: Columns<Key>, head: (name: string) => string): string => {
  const rows = new Table({
    head: Object.keys(columns).map(head),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const key of keys) rows.push(Object.values(columns).map((cellOf) => cellOf(key)));
  return rows
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
