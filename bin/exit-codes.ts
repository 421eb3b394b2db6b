import { type Severity, severityRank } from '../lambda/domain/model.ts';
import type { AuditReport } from '../lambda/domain/report.ts';
import { isComplete } from '../lambda/render/summary.ts';

/** Stable, for scripts: what a scan's exit code says. */
export const exitCodes = { clean: 0, findings: 1, incomplete: 2 } as const;

/** The caller's own mistake, told in a sentence that says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** `incomplete` where anything could not be read, judged or told; else whether a finding is at or above `failOn`. */
export const exitCodeOf = (report: AuditReport, failOn: Severity): number => {
  if (!isComplete(report)) return exitCodes.incomplete;
  const found = report.findings.some(({ severity }) => severityRank(severity) >= severityRank(failOn));
  return found ? exitCodes.findings : exitCodes.clean;
};
