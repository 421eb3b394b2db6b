import { formatInstant } from '../../lambda/domain/time.ts';
import { oneLine } from '../../lambda/render/safe-text.ts';
import { accountLabel } from '../../lambda/render/wording.ts';
import { keyJson } from '../locate/answer.ts';
import { standing } from '../rotation/words.ts';
import type { Plan } from './plan.ts';

/** The plan for people, line by line. */
export const planLines = (plan: Plan): string[] => [
  standing(plan.user, plan.stage),
  ...section(
    'Evidence',
    plan.evidence.map((line) => `- ${oneLine(line)}`),
  ),
  '',
  ...exemptionLines(plan),
  ...stepLines(plan),
  ...section(
    'Not known',
    plan.unknown.map((line) => `- ${oneLine(line)}`),
  ),
];

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines];

const exemptionLines = ({ exemption }: Plan): string[] =>
  exemption
    ? [`Exempt until ${oneLine(exemption.until)}: ${oneLine(exemption.reason)}. Without that, it would be:`]
    : [];

const stepLines = ({ nextStep, keyaudit, signInTo }: Plan): string[] => {
  const { text, commands, notBefore } = nextStep;
  return [
    `Next: ${notBefore ? `Not before ${formatInstant(notBefore)}. ` : ''}${oneLine(text)}`,
    ...commands.map((command) => `  ${oneLine(command)}`),
    ...(keyaudit.length > 0
      ? [`With keyaudit${signInTo ? `, signed in to account ${accountLabel(signInTo)}` : ''}:`]
      : []),
    ...keyaudit.map((command) => `  ${oneLine(command)}`),
  ];
};

/** The public format. */
export const planJson = ({
  plannedAt,
  user,
  stage,
  evidence,
  nextStep,
  keyaudit,
  exemption,
  unknown,
}: Plan): unknown => ({
  schemaVersion: 1,
  plannedAt: plannedAt.toISOString(),
  account: user.account,
  userName: user.userName,
  keys: user.accessKeys.map((key) => ({ accessKeyId: key.accessKeyId, ...keyJson(key, plannedAt) })),
  stage,
  evidence,
  nextStep: { ...nextStep, keyaudit },
  ...(exemption && { exemption }),
  unknown,
});
