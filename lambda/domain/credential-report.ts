import { parse } from 'csv-parse/sync';
import { reasonOf } from './failure.ts';
import { type LastUsed, ROOT_USER_NAME } from './model.ts';
import { isCalendarDay } from './time.ts';

/**
 * The credential report, parsed once into the product's own words.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
export type CredentialReport = {
  users: CredentialReportRow[];
  root: CredentialReportRow | undefined;
  /** Rows that could not be understood: whatever they say is unknown, not clean. */
  unreadable: { userName: string; reason: string }[];
};

export type CredentialReportRow = {
  userName: string;
  arn: string;
  userCreated: Date;
  /** The slots that hold a key, in no order that means anything. */
  keys: ReportedKey[];
  /** The user has more credentials than the report's slots can show. */
  moreCredentials: boolean;
};

export type ReportedKey = {
  active: boolean;
  /** Created or last changed or reactivated: CreateDate is this or earlier. `null`: the report does not say. */
  lastRotated: Date | null;
  lastUsed: LastUsed;
};

/** The report as a whole is not one: not text, not CSV, without rows or without columns it must have. */
export class CredentialReportError extends Error {
  override name = 'CredentialReportError';
}

const slots = [1, 2] as const;
type Slot = (typeof slots)[number];

const requiredColumns = [
  'user',
  'arn',
  'user_creation_time',
  ...slots.flatMap((slot) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map((name) =>
      column(slot, name),
    ),
  ),
];

/** Parses a report by its header. Throws `CredentialReportError` when it is no report; a bad row is told in `unreadable`. */
export const parseCredentialReport = (content: Uint8Array): CredentialReport => {
  const records = readTable(content);
  const report: CredentialReport = { users: [], root: undefined, unreadable: [] };
  const seen = new Set<string>();
  for (const [index, record] of records.entries()) {
    const userName = record['user'] ?? '';
    try {
      const row = parseRow(record);
      if (seen.has(userName)) throw new Error('this user has a row already');
      seen.add(userName);
      if (userName === ROOT_USER_NAME) report.root = row;
      else report.users.push(row);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report.unreadable.push({ userName, reason: `row ${index + 2} of the credential report: ${why}` });
    }
  }
  return report;
};

type TableRecord = Readonly<Record<string, string>>;

const readTable = (content: Uint8Array): TableRecord[] => {
  const text = decode(content);
  if (text.trimStart().startsWith('{')) throw new CredentialReportError('is the AWS CLI’s answer: decode its Content');
  if (/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text.trim() || '-'))
    throw new CredentialReportError('is still base64-encoded');
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch (cause) {
    throw new CredentialReportError(`is not CSV: ${reasonOf(cause)}`, { cause });
  }
  const [header, ...rows] = lines;
  if (!header) throw new CredentialReportError('is empty');
  const missing = requiredColumns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new CredentialReportError(`is not a credential report: its first line lacks ${listed(missing)}`);
  }
  if (rows.length === 0) throw new CredentialReportError('has a header, but no rows: it is cut off');
  return rows.map((cells) => ({
    ...Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])),
    [CELLS]: cells.length === header.length ? '' : `${cells.length} cells instead of ${header.length}`,
  }));
};

/** Where a record keeps what is wrong with its number of cells. No header of a CSV can be called this. */
const CELLS = '\0cells';

const decode = (content: Uint8Array): string => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    if (!text.includes('\0')) return text;
  } catch (cause) {
    throw new CredentialReportError('is not UTF-8 text', { cause });
  }
  throw new CredentialReportError('is not text: it contains NUL bytes');
};

const parseRow = (record: TableRecord): CredentialReportRow => {
  if (record[CELLS]) throw new Error(`${record[CELLS]}, the file may be cut off here`);
  const text = (name: string): string => {
    const value = record[name];
    if (!value) throw new Error(`${name} is empty`);
    return value;
  };
  const userCreated = instant(record, 'user_creation_time');
  if (!userCreated) throw new Error('user_creation_time is not given');
  const arn = text('arn');
  if (!/^arn:[^:]+:iam::\d{12}:/.test(arn)) throw new Error(`arn ${JSON.stringify(arn)} is not an ARN of IAM`);
  const additional = record['additional_credentials_info'] ?? '';
  return {
    userName: text('user'),
    arn,
    userCreated,
    keys: slots.flatMap((slot) => readSlot(record, slot)),
    moreCredentials: !isAbsent(additional),
  };
};

/** A slot without a key says so in every column. */
const readSlot = (record: TableRecord, slot: Slot): ReportedKey[] => {
  const active = boolean(record, column(slot, 'active'));
  const lastRotated = instant(record, column(slot, 'last_rotated'));
  const usedAt = instant(record, column(slot, 'last_used_date'));
  if (!active && !lastRotated && !usedAt) return [];
  const serviceName = present(record[column(slot, 'last_used_service')]);
  const region = present(record[column(slot, 'last_used_region')]);
  const lastUsed: LastUsed = usedAt
    ? { state: 'used', date: usedAt, ...(serviceName && { serviceName }), ...(region && { region }) }
    : { state: record[column(slot, 'last_used_date')] === 'N/A' ? 'never' : 'unknown' };
  return [{ active, lastRotated, lastUsed }];
};

function column(slot: Slot, name: string): string {
  return `access_key_${slot}_${name}`;
}

const isAbsent = (value: string): boolean => ['', 'N/A', 'no_information', 'not_supported'].includes(value);

const present = (value: string | undefined): string | undefined =>
  value === undefined || isAbsent(value) ? undefined : value;

const boolean = (record: TableRecord, name: string): boolean => {
  const value = (record[name] ?? '').toLowerCase();
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Error(`${name} is ${JSON.stringify(record[name])}, neither true nor false`);
};

const instant = (record: TableRecord, name: string): Date | null => {
  const value = record[name] ?? '';
  if (value !== '' && isAbsent(value)) return null;
  const parsed = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) ? new Date(value) : undefined;
  if (parsed && !Number.isNaN(parsed.getTime()) && isCalendarDay(value)) return parsed;
  throw new Error(`${name} is ${JSON.stringify(value)}, not a date like 2026-11-23T09:00:00Z`);
};

const listed = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more columns`;
