import { type LocateAnswer, locateJson, withoutWho } from './answer.ts';
import { renderLocatedCsv } from './csv.ts';
import { slackMessage } from './slack.ts';
import { renderLocated } from './text.ts';

/** `showUsage`: whether Slack may see who used a key. `toFile`: nobody reads stderr beside it. */
type Options = { showUsage: boolean; toFile: boolean };

const people = (answer: LocateAnswer, { toFile }: Options): string => renderLocated(answer, { withFailures: toFile });

/** What `--format` prints. Each ends in a newline. */
const renderers = {
  table: people,
  text: people,
  json: (answer) => `${JSON.stringify(locateJson(answer), null, 2)}\n`,
  csv: renderLocatedCsv,
  slack: (answer, { showUsage }) =>
    `${JSON.stringify(slackMessage(showUsage ? answer : withoutWho(answer)), null, 2)}\n`,
} satisfies Record<string, (answer: LocateAnswer, options: Options) => string>;

export type LocateFormat = keyof typeof renderers;
export const locateFormats = Object.keys(renderers) as LocateFormat[];

export const renderAnswer = (answer: LocateAnswer, format: LocateFormat, options: Options): string =>
  renderers[format](answer, options);
