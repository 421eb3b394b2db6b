import type { KeyLocation, RepositoryPlace } from '../../lambda/domain/location.ts';
import { plural } from '../../lambda/domain/time.ts';
import { failureLines } from '../../lambda/render/failure-lines.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel, locatorName } from '../../lambda/render/wording.ts';
import { keyFacts } from '../rotation/words.ts';
import type { LocateAnswer, LocatedKey } from './answer.ts';
import { grouped } from './group.ts';

/** How much is said of what could not be looked into. */
export const FAILURE_LIMITS = { names: 10, reason: 500, lines: 20 };

/** The answer for people. `withFailures` where nobody reads stderr beside it. */
export const renderLocated = (answer: LocateAnswer, { withFailures }: { withFailures: boolean }): string => {
  const { keys, failures, userName } = answer;
  const noKeys = keys.length === 0 && userName !== undefined ? [[`${oneLine(userName)} has no access keys.`]] : [];
  const ends = [
    ...notAskedLines(answer),
    ...(withFailures ? failureLines({ accounts: [], failures }, FAILURE_LIMITS) : []),
  ];
  return `${[...noKeys, ...keys.map((key) => keySection(key, answer)), ...(ends.length > 0 ? [ends] : [])]
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

const keySection = (key: LocatedKey, answer: LocateAnswer): string[] => [
  keyHeader(key, answer.locatedAt),
  `  ${summaryOf(key, answer)}`,
  ...sourcesOf(key).flatMap(([source, locations]) => [`  ${locatorName(source)}`, ...sourceLines(locations)]),
];

/** `AKIAIOSFODNN7EXAMPLE of support-api in production (777788889999): active, 120 days old, last used …`. */
export const keyHeader = (
  { accessKeyId, isTemporary, isUnknown, account, userName, key }: LocatedKey,
  now: Date,
): string => {
  if (isUnknown) return `${accessKeyId}: ${NO_ACCOUNT}`;
  const whose = [
    ...(userName === undefined ? [] : [`of ${oneLine(userName)}`]),
    ...(account ? [`in ${accountLabel(account)}`] : []),
  ].join(' ');
  const facts = key ? keyFacts(key, now) : isTemporary ? TEMPORARY : '';
  return `${accessKeyId}${whose && ` ${whose}`}${facts && `: ${facts}`}`;
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: no session is longer. */
const TEMPORARY = 'temporary credentials, of a session and no user; they end by themselves, within 36 hours';

/** What AWS means when it knows no such key. */
export const NO_ACCOUNT = 'no AWS account has this key (deleted, mistyped, or of another partition)';

const summaryOf = ({ locations }: LocatedKey, { failures }: LocateAnswer): string => {
  const seen = locations.filter(({ state }) => state === 'seen').length;
  const toCheck = locations.filter(({ state }) => state === 'to-check').length;
  const found = seen > 0 ? `Seen in ${plural(seen, 'place')}` : 'Seen nowhere';
  const unread = failures.length > 0 ? ', but not everything could be looked into' : '';
  const left =
    toCheck > 0
      ? ` Into ${plural(toCheck, 'place')} no program can look: ${toCheck === 1 ? 'it is' : 'they are'} left for a person to check.`
      : '';
  return `${found}${unread}.${left}`;
};

const sourcesOf = ({ locations }: LocatedKey): [string, KeyLocation[]][] => grouped(locations, ({ source }) => source);

const sourceLines = (locations: readonly KeyLocation[]): string[] => {
  const inRepositories = locations.flatMap(({ place, ...rest }) => (place ? [{ ...rest, place }] : []));
  return [
    ...locations.filter(({ place }) => !place).map((location) => `    ${saidLine(location)}`),
    ...repositoryLines(inRepositories),
  ];
};

const saidLine = ({ state, text, usage }: KeyLocation): string => {
  const said = [text, usage].flatMap((part) => (part ? [oneLine(part)] : [])).join(', ');
  return `${state === 'to-check' ? 'To check: ' : state === 'nothing-seen' ? 'Nothing seen: ' : ''}${said}`;
};

type InRepository = KeyLocation & { place: NonNullable<KeyLocation['place']> };

/** Hiera keys by what their files are for, then all other files. */
const repositoryLines = (locations: readonly InRepository[]): string[] => {
  const inHiera = locations.filter(({ place }) => place.hieraKey !== undefined);
  const elsewhere = locations.filter(({ place }) => place.hieraKey === undefined);
  const groups = grouped(inHiera, groupOf).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const isAlone = groups.length === 0;
  return [
    ...groups.flatMap(([group, uses]) => [`    ${group}`, ...uses.map((use) => `      ${hieraLine(use, uses)}`)]),
    ...(elsewhere.length > 0 && !isAlone ? ['    other files'] : []),
    ...elsewhere.map((use) => `    ${isAlone ? '' : '  '}${whereOf(use.place)}${remarkOn(use)}`),
  ];
};

const groupOf = ({ place: { environment, namespace } }: InRepository): string =>
  [environment, namespace].flatMap((part) => (part ? [oneLine(part)] : [])).join(', ') || 'of no environment';

/** So that the files of a group stand under each other, unless a key is very long. */
const WIDEST_KEY = 60;

const hieraLine = (use: InRepository, group: readonly InRepository[]): string => {
  const width = Math.max(
    ...group.map(({ place }) => hieraKeyOf(place).length).filter((length) => length <= WIDEST_KEY),
  );
  return `${hieraKeyOf(use.place).padEnd(width)}  ${whereOf(use.place)}${remarkOn(use)}`;
};

const hieraKeyOf = ({ hieraKey = '' }: RepositoryPlace): string => oneLine(hieraKey);

/** `puppet/hieradata/production_credentials.yaml:12`. */
const whereOf = ({ repository, file, line }: RepositoryPlace): string =>
  oneLine(`${repository.replace(/\/$/, '')}/${file}${line === null ? '' : `:${line}`}`);

/** ` (encrypted) via …`: what there is to know beside the place. */
const remarkOn = ({ place: { encrypted, via } }: InRepository): string =>
  `${encrypted ? ' (encrypted)' : ''}${via === undefined ? '' : ` via ${oneLine(via)}`}`;

const notAskedLines = ({ notAsked }: LocateAnswer): string[] =>
  grouped(notAsked, ({ why }) => why).map(
    ([why, locators]) => `Not asked: ${locators.map(({ id }) => locatorName(id)).join(', ')}: ${oneLine(why)}.`,
  );
