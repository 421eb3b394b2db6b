import pc from 'picocolors';
import { type Format, formats, render } from '../../bin/formats.ts';
import { answerOf } from '../../lambda/answer.ts';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import { slackDigest } from '../../lambda/render/slack-digest.ts';
import type { SlackMessage } from '../../lambda/render/slack-limits.ts';
import { snsMessage } from '../../lambda/render/sns-message.ts';
import { aliveInCsv, rowsExpected } from './csv.ts';
import { aliveInHtml } from './html.ts';
import { aliveInCommands } from './shell.ts';
import { aliveInMessage, type Intended } from './slack.ts';
import { aliveInPublished, asPublished } from './sns.ts';
import { aliveInColors, aliveInLine, aliveInText, aliveInValue, linesOfOthers, stringsIn } from './text.ts';

const [plain, colors] = [pc.createColors(false), pc.createColors(true)];

/** What is alive in any output of a report, by the output: an empty object is what a test expects. */
export const aliveInOutputs = (report: AuditReport, intended: Required<Intended>): Record<string, string[]> => {
  const of = (format: Format): string => render(report, format, plain);
  const { thread, ...digest } = JSON.parse(of('slack')) as SlackMessage & { thread: SlackMessage[] };
  const messages = [digest, ...thread];
  const { csv } = slackDigest(report);
  const sns = snsMessage(report);
  const answer = answerOf(report, { delivered: [], toldBefore: [], notSetUp: [] });
  const people = { table: of('table'), text: of('text'), email: JSON.parse(sns.Message).email as string };
  const found: Record<string, string[]> = {
    ...Object.fromEntries(
      Object.entries(people).map(([name, text]) => [name, [...aliveInText(text), ...linesOfOthers(text)]]),
    ),
    colors: aliveInColors(render(report, 'table', colors), people.table),
    wide: aliveInText(render(report, 'table', plain, 200)),
    csv: aliveInCsv(of('csv'), rowsExpected(report)),
    html: aliveInHtml(of('html'), intended.links),
    slack: messages.flatMap((message) => aliveInMessage(message, intended)),
    'lines in Slack': messages.flatMap((message) => stringsIn(message).flatMap(linesOfOthers)),
    'CSV in Slack': csv ? aliveInCsv(csv.content, rowsExpected(report)) : [],
    sns: aliveInPublished(asPublished(sns)),
    answer: [...aliveInValue(answer), ...stringsIn(answer).flatMap(linesOfOthers)],
    stderr: failureLines(report, { names: 10, reason: 500, lines: 20 }).flatMap(aliveInLine),
    commands: aliveInCommands([...report.findings, ...report.exempt].flatMap(({ nextStep }) => nextStep.commands)),
  };
  if (formats.length !== 6) throw new Error('there is a format that nobody looks at here');
  return Object.fromEntries(Object.entries(found).filter(([, alive]) => alive.length > 0));
};
