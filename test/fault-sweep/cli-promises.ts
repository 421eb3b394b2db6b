import { isDeepStrictEqual } from 'node:util';
import { exitCodes } from '../../bin/exit-codes.ts';
import type { CliOutcome, CliRun } from './cli-run.ts';
import type { Cell } from './matrix.ts';
import {
  brokenInChannels,
  brokenInHistory,
  brokenInReport,
  brokenInUsersHistory,
  brokenReasons,
  brokenSecrets,
  brokenWhereMended,
  isLockedOut,
  isOfSlack,
  isOfSns,
  type Judged,
  mayBeSentAgain,
  untoldIn,
} from './promises.ts';
import type { Verdict } from './sweep.ts';

/** What `keyaudit scan` promises, whatever fails in it. */

/** In ms: half an hour of refusals, for a person who waits. */
const LONGEST_SCAN = 1_800_000;

type JudgedScan = Judged & { outcome: CliOutcome; yesterday: CliOutcome['history'] };

export const judgeCli = (cell: Cell, { outcome, ...given }: CliRun, clean: CliOutcome): Verdict => {
  const judged = { cell, outcome, clean, ...given };
  return {
    broken: [
      ...(outcome.elapsed < LONGEST_SCAN ? [] : [`it took ${outcome.elapsed / 1_000} s`]),
      ...brokenSecrets(outcome.everything, given.slackToken),
      ...brokenByFault(judged),
    ],
    result: `exits with ${outcome.exitCode}`,
  };
};

const brokenByFault = (judged: JudgedScan): string[] => {
  const { cell, outcome, clean } = judged;
  if (isLockedOut(cell) && !cell.once) return brokenWhereLockedOut(judged);
  if (!cell.once) return brokenInScan(judged);
  return [
    ...brokenWhereMended(outcome, clean, mayBeSentAgain(cell)),
    ...(outcome.exitCode === exitCodes.findings ? [] : [`it exits with ${outcome.exitCode}`]),
  ];
};

const brokenWhereLockedOut = ({ outcome: { exitCode, report, stderr, slack, emails } }: JudgedScan): string[] => [
  ...(exitCode === exitCodes.incomplete ? [] : [`it exits with ${exitCode}`]),
  ...(/^keyaudit: .*AWS/m.test(stderr) ? [] : ['it does not say that AWS refused']),
  ...(report || slack.length + emails.length > 0 ? ['it printed or told something'] : []),
];

const brokenInScan = (judged: JudgedScan): string[] => {
  const { cell, outcome, clean, world } = judged;
  const { report, exitCode, stderr, error } = outcome;
  if (error || !report || !clean.report) return [`it printed no report: ${error?.message}`];
  const expected = report.failures.length > 0 ? exitCodes.incomplete : exitCodes.findings;
  const isUntold = isOfSlack(cell) || isOfSns(cell);
  const isRemembered = !isDeepStrictEqual(outcome.history, judged.yesterday);
  return [
    ...brokenInReport(report, clean.report, cell, world),
    ...brokenInChannels(judged),
    ...brokenReasons(judged),
    ...brokenInHistory(report, outcome.history, judged.yesterday),
    ...brokenInUsersHistory(report, outcome.history, judged.yesterday),
    ...untoldIn(stderr, report.failures, report).map((what) => `stderr: ${what}`),
    ...(exitCode === expected ? [] : [`it exits with ${exitCode}`]),
    ...(isUntold && exitCode !== exitCodes.incomplete
      ? ['a channel was not told, and the exit code does not say so']
      : []),
    ...(isUntold && isRemembered ? ['it remembers what was not told'] : []),
  ];
};
