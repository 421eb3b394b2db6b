import { isDeepStrictEqual } from 'node:util';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { type LambdaOutcome, type LambdaRun, LONGEST_RUN } from './lambda-run.ts';
import type { Cell } from './matrix.ts';
import {
  brokenBySilence,
  brokenInChannels,
  brokenInHistory,
  brokenInReport,
  brokenInUsersHistory,
  brokenReasons,
  brokenSecrets,
  brokenWhereMended,
  isLockedOut,
  isOfS3,
  isOfSlack,
  isOfSns,
  type Judged,
  mayBeSentAgain,
  untoldIn,
} from './promises.ts';
import type { Verdict } from './sweep.ts';

/** What the Lambda promises of a run, whatever fails in it. */

type JudgedRun = Judged & { outcome: LambdaOutcome; clean: LambdaOutcome; yesterday: LambdaOutcome['history'] };

export const judgeLambda = (cell: Cell, { outcome, repeated, ...given }: LambdaRun, clean: LambdaOutcome): Verdict => {
  const judged = { cell, outcome, clean, ...given };
  const isUnseen = brokenWhereMended(outcome, clean).length === 0 && countedIn(outcome) === 0;
  return {
    broken: [
      ...(outcome.elapsed < LONGEST_RUN ? [] : [`it took ${outcome.elapsed / 1_000} s of Lambda’s 900`]),
      ...brokenSecrets(`${outcome.everything}${repeated?.everything}`, given.slackToken),
      ...brokenByFault(judged),
      ...(repeated ? brokenInRepetition(repeated, judged) : []),
    ],
    result: outcome.error ? 'the run fails and says why' : isUnseen ? 'nobody sees it' : 'incomplete and says so',
  };
};

/** With so many ms for a run: it ends before, tells what it has and what is missing, and fails by the channel that it could not tell. */
export const judgeHanging =
  (time: number) =>
  (cell: Cell, { outcome, ...given }: LambdaRun, clean: LambdaOutcome): Verdict => {
    const { elapsed, error, report } = outcome;
    const judged = { cell, outcome, clean, ...given };
    const isUntold = isOfSlack(cell) || isOfSns(cell);
    return {
      broken: [
        ...(elapsed < time ? [] : [`it took ${elapsed / 1_000} s of ${time / 1_000}`]),
        ...(isLockedOut(cell)
          ? brokenWhereLockedOut(outcome)
          : !report || !clean.report
            ? ['it left no report']
            : [
                ...brokenBySilence(report, clean.report, cell, given.world),
                ...brokenInChannels(judged),
                ...(isUntold ? brokenWhereUntold(judged) : brokenAnswer(outcome, report)),
              ]),
      ],
      result: error ? 'the run fails and says why' : 'everybody is told',
    };
  };

const brokenByFault = (judged: JudgedRun): string[] => {
  const { cell, outcome, clean } = judged;
  if (isLockedOut(cell) && !cell.once) return brokenWhereLockedOut(outcome);
  if (!cell.once) return brokenInRun(judged);
  return [
    ...brokenWhereMended(outcome, clean, mayBeSentAgain(cell)),
    ...(countedIn(outcome) === 0 ? [] : ['the metrics count a failure']),
  ];
};

/** Nothing is told, and no run is completed: the alarms see both. */
const brokenWhereLockedOut = ({ error, slack, emails, metrics }: LambdaOutcome): string[] => [
  ...(error ? [] : ['it did not fail']),
  ...(slack.length + emails.length > 0 ? ['it told something'] : []),
  ...('CompletedRuns' in metrics ? ['it counts as completed'] : []),
];

const brokenInRun = (judged: JudgedRun): string[] => {
  const { cell, outcome, clean, world } = judged;
  const { report, metrics } = outcome;
  if (!report || !clean.report) return ['it left no report'];
  const accountsFailed = unread(report);
  return [
    ...brokenInReport(report, clean.report, cell, world),
    ...brokenInChannels(judged),
    ...brokenReasons(judged),
    ...brokenInHistory(report, outcome.history, judged.yesterday),
    ...brokenInUsersHistory(report, outcome.history, judged.yesterday),
    ...(isOfSlack(cell) || isOfSns(cell) ? brokenWhereUntold(judged) : brokenAnswer(outcome, report)),
    ...(metrics['AccountsFailed'] === accountsFailed
      ? []
      : [`${accountsFailed} accounts were not read, the metric counts ${metrics['AccountsFailed']}`]),
    ...(isOfS3(cell) && !isHeard(outcome) && !isHarmless(judged) ? ['nobody hears of what S3 refused'] : []),
  ];
};

/** A channel that was not told fails the run by its name, and is told the same by the next. */
const brokenWhereUntold = ({ cell, outcome: { error, metrics, history }, yesterday }: JudgedRun): string[] => [
  ...(error && (isOfSlack(cell) ? /slack/i : /SNS/).test(error.message)
    ? []
    : ['the run does not fail with the channel’s name']),
  ...(metrics['DeliveriesFailed'] ? [] : ['no metric counts the failure']),
  ...(isDeepStrictEqual(history, yesterday) ? [] : ['it remembers what was not told']),
];

const brokenAnswer = ({ answer, error }: LambdaOutcome, report: AuditReport): string[] => [
  ...(error ? [`it failed: ${error.message}`] : []),
  ...(String(answer?.delivered) === 'slack,sns' ? [] : [`the answer says that ${String(answer?.delivered)} were told`]),
  ...untoldIn((answer?.coverage ?? []).join('\n'), report.failures, report).map((what) => `the answer: ${what}`),
];

const unread = ({ accounts, failures }: AuditReport): number => {
  const known = accounts.map(({ id }) => id);
  return (
    accounts.filter(({ status }) => status === 'failed').length +
    failures.filter(({ scope, id }) => scope === 'account' && !known.includes(id)).length
  );
};

const countedIn = ({ metrics }: LambdaOutcome): number =>
  (metrics['DeliveriesFailed'] ?? 0) + (metrics['AccountsFailed'] ?? 0);

/** By the metric, beside the account, or, where it changes nothing for anybody, in the log. */
const isHeard = (outcome: LambdaOutcome): boolean =>
  countedIn(outcome) > 0 ||
  (outcome.answer?.coverage ?? []).some((line) => line.includes('its history could not be')) ||
  outcome.everything.includes('"not noted"');

/** What is not there yet may be read in vain, and what was stored though no answer came is stored. */
const isHarmless = ({ cell: { operation, kind, calls }, outcome, clean }: JudgedRun): boolean =>
  operation === 's3:GetObject'
    ? calls.every(({ params }) => String(params['Path']).includes('/runs/'))
    : kind === 'reset' && isDeepStrictEqual(outcome.stored, clean.stored);

/** The most that one message is sent in a run and its repetition, where answers are lost: SNS's client makes five attempts. */
const MOST_ATTEMPTS = 6;

/** Lambda repeats a run that failed: then everything is told that was not, and nothing that was. */
const brokenInRepetition = ({ error, slack, emails, report }: LambdaOutcome, { cell, clean }: JudgedRun): string[] => {
  const most = mayBeSentAgain(cell) ? MOST_ATTEMPTS : 1;
  const sent = { Slack: slack.filter((text) => !text.startsWith('↳')).length, SNS: emails.length };
  return [
    ...(error ? [`repeated, it failed: ${error.message}`] : []),
    ...Object.entries(sent)
      .filter(([, count]) => count < 1 || count > most)
      .map(([channel, count]) => `repeated, ${channel} was told ${count} times`),
    ...(slack.length >= clean.slack.length ? [] : ['repeated, Slack lacks messages of the thread']),
    ...(report?.findings.length === clean.report?.findings.length ? [] : ['repeated, the report has lost findings']),
  ];
};
