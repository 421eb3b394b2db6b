import type { Node } from 'constructs';
import { parseSettings, type Settings, SettingsError } from '../lambda/settings.ts';
import { deploymentProblems } from './deployment-problems.ts';

/** The context key of cdk.json that holds the settings. */
export const SETTINGS_KEY = 'keyaudit';

/** What `-c name=value` sets: the path of the setting. A list takes its values with commas between them. */
const simpleSettings: Readonly<Record<string, { path: readonly string[]; list?: true }>> = {
  auditRoleName: { path: ['auditRoleName'] },
  externalId: { path: ['externalId'] },
  organizationId: { path: ['organizationId'] },
  runbookUrl: { path: ['runbookUrl'] },
  operatorRoleArns: { path: ['operatorRoleArns'], list: true },
  productionAccounts: { path: ['productionAccounts'], list: true },
  schedule: { path: ['schedule', 'expression'] },
  timezone: { path: ['schedule', 'timezone'] },
  slackChannel: { path: ['slack', 'channel'] },
  onCall: { path: ['slack', 'onCall'] },
  emails: { path: ['sns', 'emails'], list: true },
};

/** The settings of a deployment: cdk.json's, with `-c` over them. Throws a `SettingsError` that lists every problem. */
export const settingsFromContext = (node: Node): Settings => {
  const context = node.getAllContext() as Record<string, unknown>;
  const input = Object.entries(simpleSettings).reduce<unknown>((settings, [name, { path, list }]) => {
    const value = context[name];
    return value === undefined
      ? settings
      : put(settings, path, list && typeof value === 'string' ? value.split(',') : value);
  }, asObject(context[SETTINGS_KEY]));
  return checked(input, unknownNames(context));
};

/** `-c keyaudit='{"accounts": …}'` arrives as text. */
const asObject = (value: unknown): unknown => {
  if (typeof value !== 'string') return value ?? {};
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new SettingsError('The settings are wrong', [`${SETTINGS_KEY}: is not JSON: ${(cause as Error).message}`]);
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy with the value put at the path. What stands in the way of one stays, for the schema to name. */
const put = (target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (target !== undefined && !isObject(target)) return target;
  return { ...target, [name]: put(target?.[name], rest, value) };
};

/** The CDK's own context keys have an `@`, a `:` or a `-`; a mistyped `-c` must not go unnoticed. */
const unknownNames = (context: Record<string, unknown>): string[] =>
  Object.keys(context)
    .filter((name) => /^[A-Za-z0-9_.]+$/.test(name) && name !== SETTINGS_KEY && !(name in simpleSettings))
    .map((name) => `-c ${name}: is unknown (of ${Object.keys(simpleSettings).join(', ')})`);

/** Everything that is wrong, at once: in the schema's eyes, and for a deployment. */
const checked = (input: unknown, problems: readonly string[]): Settings => {
  const { settings, problems: wrong } = parsed(input);
  const judged = settings ?? {
    ...soundPart(input, ['schedule']),
    ...soundPart(input, ['auditRoleName']),
    ...soundPart(input, ['accounts', 'organizationId']),
  };
  const all = [...problems, ...wrong, ...deploymentProblems(judged)];
  if (all.length > 0 || !settings) throw new SettingsError('The settings are wrong', all);
  return settings;
};

const parsed = (input: unknown): { settings?: Settings; problems: readonly string[] } => {
  try {
    return { settings: parseSettings(input), problems: [] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { problems: error.problems };
  }
};

/** Those settings, where they are right by themselves although others are wrong. */
const soundPart = <Name extends keyof Settings>(
  input: unknown,
  names: readonly Name[],
): Partial<Pick<Settings, Name>> => {
  if (!isObject(input)) return {};
  const { settings } = parsed(
    Object.fromEntries(names.filter((name) => name in input).map((name) => [name, input[name]])),
  );
  return settings ? (Object.fromEntries(names.map((name) => [name, settings[name]])) as Pick<Settings, Name>) : {};
};
