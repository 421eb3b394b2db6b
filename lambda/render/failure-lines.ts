import type { Failure } from '../domain/model.ts';
import type { AuditReport, ReportedAccount } from '../domain/report.ts';
import { plural } from '../domain/time.ts';
import { label, listed, oneLine, shorten } from './safe-text.ts';
import { accountLabel, accountName, userNameLabel } from './wording.ts';

/** What could not be read, judged or told, in sentences: equal reasons together, with their count. */

/** Every failure of the report, and a failed account that no failure names. */
export const everyFailure = (report: Pick<AuditReport, 'accounts' | 'failures'>): Failure[] => {
  const named = new Set(report.failures.filter(({ scope }) => scope === 'account').map(({ id }) => id));
  const unnamed = report.accounts
    .filter(({ id, status }) => status === 'failed' && !named.has(id))
    .map(({ id, reason }): Failure => ({ scope: 'account', id, reason: reason ?? 'no reason was given' }));
  return [...unnamed, ...report.failures];
};

/** How much is said: names listed before `and 3 more`, characters of a reason, lines before `and 3 more like these`. */
export type LineLimits = { names: number; reason: number; lines?: number };

/** `Not read: staging (444455556666): AccessDenied …`: accounts first, one line for each different reason. */
export const failureLines = (report: Pick<AuditReport, 'accounts' | 'failures'>, limits: LineLimits): string[] => {
  const groups = new Map<string, { kind: Kind; reason: string; names: Set<string> }>();
  for (const failure of everyFailure(report)) {
    const kind = kindOf(failure, report);
    const key = `${kind}:${commonReason(failure.id, failure.reason)}`;
    const group = groups.get(key) ?? { kind, reason: failure.reason, names: new Set() };
    groups.set(key, { ...group, names: group.names.add(subjectOf(failure, report)) });
  }
  const lines = [...groups.values()]
    .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
    .map((group) => groupLine(group.kind, [...group.names], group.reason, limits));
  const shown = lines.slice(0, limits.lines);
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} more like these: they are in the JSON and the CSV.`] : shown;
};

/** What is worth knowing of accounts that were read: most often that there was no credential report. */
export const accountNotes = (report: Pick<AuditReport, 'accounts' | 'failures'>, limits: LineLimits): string[] => {
  const told = new Set(report.failures.map(({ scope, id, reason }) => `${scope}:${id}:${reason}`));
  const notes = new Map<string, { note: string; names: string[] }>();
  for (const account of report.accounts) {
    if (account.status !== 'scanned' || account.reason === undefined) continue;
    if (told.has(`account:${account.id}:${account.reason}`)) continue;
    const key = commonReason(account.id, account.reason);
    const { note = account.reason, names = [] } = notes.get(key) ?? {};
    notes.set(key, { note, names: [...names, accountLabel(account)] });
  }
  return [...notes.values()].map(({ note, names }) =>
    withReason(
      names.length === 1 ? names.join('') : `${plural(names.length, 'account')} (${listed(names, limits.names)})`,
      note,
      limits,
    ),
  );
};

const kinds = ['unread', 'part-read', 'notifier', 'user', 'rule', 'locator'] as const;
type Kind = (typeof kinds)[number];

const kindWords: Record<Kind, { what: string; noun: string }> = {
  unread: { what: 'Not read', noun: 'account' },
  'part-read': { what: 'Read in part', noun: 'account' },
  notifier: { what: 'Not delivered', noun: 'channel' },
  user: { what: 'Not fully checked', noun: 'user' },
  rule: { what: 'Rule failed', noun: 'rule' },
  locator: { what: 'Not searched for uses', noun: 'place' },
};

const kindOf = (failure: Failure, { accounts }: Pick<AuditReport, 'accounts'>): Kind => {
  if (failure.scope !== 'account') return failure.scope;
  return accounts.some((account) => account.id === failure.id && isReadAtAll(account)) ? 'part-read' : 'unread';
};

/** Whether anything of an account was read: to its end, or users of it. */
export const isReadAtAll = ({ status, users }: Pick<ReportedAccount, 'status' | 'users'>): boolean =>
  status === 'scanned' || users > 0;

/** Messages name accounts, users and keys: without them, the same refusal is the same reason. */
const commonReason = (id: string, reason: string): string =>
  id
    .split('/')
    .filter((part) => part.length > 3)
    .reduce((text, part) => text.replaceAll(part, '…'), reason)
    .replaceAll(/\b(A[KS]IA[A-Z0-9]{12,}|\d{12}(\/\S+)?)/g, '…');

const USER_ID = /^(\d{12})\/(.+)$/s;

const subjectOf = (failure: Failure, { accounts }: Pick<AuditReport, 'accounts'>): string => {
  const account = (id: string) => accounts.find((each) => each.id === id) ?? { id, name: id };
  if (failure.scope === 'account') return accountLabel(account(failure.id));
  const [, accountId, userName] = (failure.scope === 'user' && USER_ID.exec(failure.id)) || [];
  return accountId && userName
    ? `${userNameLabel(userName)} in ${accountName(account(accountId))}`
    : label(failure.id, 128);
};

const groupLine = (kind: Kind, names: string[], reason: string, limits: LineLimits): string => {
  const { what, noun } = kindWords[kind];
  const who = names.length === 1 ? names.join('') : `${plural(names.length, noun)} (${listed(names, limits.names)})`;
  return withReason(`${what}: ${who}`, reason, limits);
};

const withReason = (start: string, reason: string, limits: LineLimits): string =>
  `${start}: ${shorten(oneLine(reason), limits.reason).replace(/[.:\s]+$/, '') || 'no reason was given'}.`;
