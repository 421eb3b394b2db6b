import { stringify } from 'csv-stringify/sync';
import { daysLeft } from '../domain/exemptions.ts';
import type { Failure } from '../domain/model.ts';
import type { AuditReport, ExemptFinding, Finding } from '../domain/report.ts';
import { everyFailure } from './failure-lines.ts';
import { manyLines } from './safe-text.ts';
import { reportedAt } from './summary.ts';
import { locationLine, ownerlessIn } from './wording.ts';

type Row = { record: 'finding' | 'exempt' | 'failure' | 'note' } & Partial<Finding> & {
    exemption?: ExemptFinding['exemption'];
    exemptDaysLeft?: number | undefined;
    remark?: Failure;
  };
type Cell = string | number | null | undefined;

/** Column by column, in order. A failure, or a note on an account, is a row of its own that fills the last three. */
const columns: Record<string, (row: Row) => Cell> = {
  record: ({ record }) => record,
  severity: ({ severity }) => severity,
  account_id: ({ account }) => account?.id,
  account_name: ({ account }) => account?.name,
  production: ({ account }) => account && (account.production ? 'yes' : 'no'),
  user: ({ userName }) => userName,
  access_key_id: ({ accessKeyId }) => accessKeyId,
  key_status: ({ status }) => status,
  created: ({ createDate }) => createDate,
  age_days: ({ ageDays }) => ageDays,
  last_used: ({ lastUsed }) => lastUsed?.date ?? lastUsed?.state,
  last_used_service: ({ lastUsed }) => lastUsed?.serviceName,
  last_used_region: ({ lastUsed }) => lastUsed?.region,
  rules: ({ rules }) => rules?.map(({ id }) => id).join(' '),
  messages: ({ rules }) => rules?.map(({ message }) => message).join('\n'),
  stage: ({ stage }) => stage,
  next_action: ({ nextStep }) => nextStep?.action,
  next_key: ({ nextStep }) => nextStep?.accessKeyId,
  next_step: ({ nextStep }) => nextStep?.text,
  commands: ({ nextStep }) => nextStep?.commands.join('\n'),
  not_before: ({ nextStep }) => nextStep?.notBefore,
  owner: ({ owner }) => owner,
  description: ({ description }) => description,
  locations: ({ locations }) => locations?.map(locationLine).join('\n'),
  change: ({ change, worse }) => (worse ? 'worse' : change),
  first_seen: ({ firstSeenAt }) => firstSeenAt,
  stage_since: ({ stageSince }) => stageSince,
  user_arn: ({ userArn }) => userArn,
  exempt_until: ({ exemption }) => exemption?.until,
  exempt_days_left: ({ exemptDaysLeft }) => exemptDaysLeft,
  exempt_reason: ({ exemption }) => exemption?.reason,
  about: ({ remark }) => remark?.scope,
  about_id: ({ remark }) => remark?.id,
  reason: ({ remark }) => remark?.reason,
};

/**
 * Everything the report holds of keys, failures and accounts read in another way, as one table with a header.
 * A cell that a spreadsheet would take for a formula starts with a quote:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export const renderCsv = (report: AuditReport): string =>
  stringify(
    rowsOf(report).map((row) => Object.values(columns).map((cellOf) => cell(cellOf(row)))),
    { header: true, columns: Object.keys(columns), escape_formulas: true },
  );

const rowsOf = (report: AuditReport): Row[] => {
  const isOwnerless = ownerlessIn(report);
  /** An empty cell says that the owner is not known. */
  const owned = <Found extends Finding>(finding: Found): Found =>
    isOwnerless(finding) ? { ...finding, owner: 'no owner' } : finding;
  return [
    ...report.findings.map((finding): Row => ({ record: 'finding', ...owned(finding) })),
    ...report.exempt.map(
      (finding): Row => ({
        record: 'exempt',
        ...owned(finding),
        exemptDaysLeft: daysLeft(finding.exemption.until, reportedAt(report)),
      }),
    ),
    ...everyFailure(report).map((remark): Row => ({ record: 'failure', remark })),
    ...report.accounts.flatMap(({ id, status, reason }): Row[] =>
      status === 'scanned' && reason !== undefined
        ? [{ record: 'note', remark: { scope: 'account', id, reason } }]
        : [],
    ),
  ];
};

/** Tabs and carriage returns go with the other control characters, so no cell can start with one. */
const cell = (value: Cell): string | number => (typeof value === 'string' ? manyLines(value) : (value ?? ''));
