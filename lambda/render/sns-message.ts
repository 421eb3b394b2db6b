import type { AuditReport } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { sentenceList, shorten } from './safe-text.ts';
import { headline, highestSeverity, isComplete, severityCounts } from './summary.ts';
import { type Part, renderText } from './text.ts';

/**
 * Attributes that a subscription can filter on: `highestSeverity` (String: none, low, medium, high, critical), `findings` and
 * `accountsFailed` (Number), `complete` (String: true, false), e.g. `{"highestSeverity": ["high", "critical"]}`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export type SnsAttributes = Record<
  'highestSeverity' | 'findings' | 'accountsFailed' | 'complete',
  { DataType: 'String' | 'Number'; StringValue: string }
>;

/** What to publish, in the words of https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export type SnsMessage = {
  Subject: string;
  Message: string;
  MessageStructure: 'json';
  MessageAttributes: SnsAttributes;
};

/** How many entries of each list a copy of the report leaves out. */
export type LeftOut = Record<ListName, number>;
type ListName = (typeof listNames)[number];
const listNames = ['accounts', 'findings', 'exempt', 'resolved', 'failures'] as const;

/** "262,144 bytes, not 262,144 characters", attributes included: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_BYTES = 262_144;
/** "less than 100 characters long" */
const MAX_SUBJECT = 99;
/** One SMS: https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html */
const MAX_SMS = 140;
/** A reason in a shortened report. */
const MAX_REASON = 500;

/**
 * The report as one SNS message: JSON for machines (`default`), text for e-mail, a line for SMS. Over SNS's size the lists keep as
 * many of their first entries as fit, and both forms say how many are left out and where the whole report is.
 */
export const snsMessage = (report: AuditReport, wholeReport = 'keyaudit scan --format json'): SnsMessage => {
  if (JSON.stringify(report).length <= MAX_BYTES) {
    const whole = messageOf(report, report);
    if (sizeInBytes(whole) <= MAX_BYTES) return whole;
  }
  const withFirst = (count: number) => {
    const copy = shortened(report, count, wholeReport);
    return messageOf(report, copy, { whole: report, note: copy.note });
  };
  const longest = Math.max(...listNames.map((name) => report[name].length));
  const fitting = largestThat((count) => sizeInBytes(withFirst(count)) <= MAX_BYTES, longest);
  return withFirst(fitting);
};

/**
 * The largest count up to `most` that is `right`, where every smaller one is too, and 0 is. Doubles its way up before it halves, so
 * that it tries none much larger than the answer.
 */
const largestThat = (right: (count: number) => boolean, most: number): number => {
  let low = 0;
  let high = 1;
  while (high <= most && right(high)) [low, high] = [high, high * 2];
  high = Math.min(high, most + 1);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (right(middle)) low = middle;
    else high = middle;
  }
  return low;
};

/** Everything that counts: the message, and the names, types and values of its attributes. */
export const sizeInBytes = ({ Message, MessageAttributes }: SnsMessage): number =>
  [Message, ...Object.entries(MessageAttributes).flatMap(([name, value]) => [name, value.DataType, value.StringValue])]
    .map((part) => Buffer.byteLength(part))
    .reduce((sum, bytes) => sum + bytes, 0);

const messageOf = (report: AuditReport, told: AuditReport, part?: Part): SnsMessage => ({
  Subject: subject(report),
  Message: JSON.stringify({
    default: JSON.stringify(told),
    email: renderText(told, part),
    sms: shortAscii(`keyaudit: ${headline(report)} (${severityCounts(report)})`, MAX_SMS),
  }),
  MessageStructure: 'json',
  MessageAttributes: {
    highestSeverity: { DataType: 'String', StringValue: highestSeverity(report) },
    findings: { DataType: 'Number', StringValue: String(report.summary.findings) },
    accountsFailed: { DataType: 'Number', StringValue: String(report.summary.accountsFailed) },
    complete: { DataType: 'String', StringValue: String(isComplete(report)) },
  },
});

const subject = (report: AuditReport): string => shortAscii(`keyaudit: ${headline(report)}`, MAX_SUBJECT);

const shortAscii = (text: string, limit: number): string => {
  const ascii = text.replace(/[^ -~]/g, '?');
  return ascii.length <= limit ? ascii : `${ascii.slice(0, limit - 3)}...`;
};

/**
 * The first `count` entries of each list, with `leftOut` and a `note` about it. Of the accounts, those that failed come first, then
 * those with the oldest data: what a reader must know.
 */
const shortened = (report: AuditReport, count: number, wholeReport: string) => {
  const instant = (at: string | null) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at));
  const accounts = [...report.accounts].sort(
    (a, b) =>
      Number(a.status === 'scanned') - Number(b.status === 'scanned') ||
      compare(instant(a.credentialReportGeneratedAt), instant(b.credentialReportGeneratedAt)),
  );
  const kept = {
    accounts: accounts.slice(0, count).map((account) => ({ ...account, ...shortReason(account) })),
    findings: report.findings.slice(0, count),
    exempt: report.exempt.slice(0, count),
    resolved: report.resolved.slice(0, count),
    failures: report.failures.slice(0, count).map((failure) => ({ ...failure, ...shortReason(failure) })),
  };
  const leftOut = Object.fromEntries(
    listNames.map((name) => [name, report[name].length - kept[name].length]),
  ) as LeftOut;
  const note =
    `Too long for one message, so this is the first part of it. Left out: ${leftOutWords(leftOut) || 'the end of long reasons'}. ` +
    `The whole report: ${wholeReport}`;
  return { ...report, ...kept, leftOut, note };
};

const shortReason = <T extends { reason?: string }>({ reason }: T): { reason?: string } =>
  reason === undefined ? {} : { reason: shorten(reason, MAX_REASON) };

const leftOutWords = (leftOut: LeftOut): string =>
  sentenceList(
    [
      { count: leftOut.findings, noun: 'finding' },
      { count: leftOut.exempt, noun: 'exempt key' },
      { count: leftOut.resolved, noun: 'resolved key' },
      { count: leftOut.failures, noun: 'failure' },
      { count: leftOut.accounts, noun: 'account' },
    ].flatMap(({ count, noun }) => (count > 0 ? [plural(count, noun)] : [])),
  );

/** Infinities compare too. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
