import { describe, expect, it } from '@jest/globals';
import { runMetrics } from '../lambda/metrics.ts';
import { auditReport, finding } from './report-builders.ts';

const run = { DeliveriesFailed: 1, ApiCalls: 42, DurationMs: 1500 };

describe('the metrics of a run', () => {
  it('count what the findings say', () => {
    const findings = [
      finding({
        ageDays: 412,
        rules: [
          { id: 'key-overdue', message: '' },
          { id: 'superseded-key-in-use', message: '' },
        ],
      }),
      finding({ ageDays: 100, rules: [{ id: 'key-overdue', message: '' }] }),
      finding({ ageDays: null, rules: [{ id: 'root-access-key', message: '' }] }),
    ];
    expect(runMetrics(auditReport({ findings }), run)).toMatchObject({
      CompletedRuns: 1,
      KeysOverdue: 2,
      KeysLingering: 1,
      OldestKeyAgeDays: 412,
      ...run,
    });
  });

  it('are zeros where nothing is found, so that a run that did not happen can be told from it', () => {
    const { summary } = auditReport();
    const report = auditReport({ findings: [], summary: { ...summary, accountsScanned: 2, accountsFailed: 1 } });
    expect(runMetrics(report, { DeliveriesFailed: 0, ApiCalls: 5, DurationMs: 0 })).toEqual({
      CompletedRuns: 1,
      KeysOverdue: 0,
      KeysLingering: 0,
      OldestKeyAgeDays: 0,
      AccountsScanned: 2,
      AccountsFailed: 1,
      DeliveriesFailed: 0,
      ApiCalls: 5,
      DurationMs: 0,
    });
  });

  it('count an organizational unit that could not be listed as an account not read, and no account twice', () => {
    const { summary, accounts } = auditReport();
    const [first] = accounts;
    const failures = [
      { scope: 'account' as const, id: 'ou-exam-11111111', reason: 'AccessDenied' },
      { scope: 'account' as const, id: first?.id ?? '', reason: 'time ran out' },
    ];
    const report = auditReport({ failures, summary: { ...summary, accountsFailed: 1 } });
    expect(runMetrics(report, run).AccountsFailed).toBe(2);
  });
});
