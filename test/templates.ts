import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { App, type Stack } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseSettings, type Settings } from '../lambda/settings.ts';
import { AuditedAccountStack } from '../lib/audited-account-stack.ts';
import { AuditorStack } from '../lib/auditor-stack.ts';

/** The stacks as the tests see them: under the flags of cdk.json, and without bundling the code, which takes seconds. */
const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as { context: object };
export const testApp = (): App => new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });

export type Synthesised = {
  template: Template;
  /** What cdk-nag's AwsSolutions says that nobody acknowledged: `rule: construct`. */
  complaints: string[];
  /** What `cdk synth` warns of. */
  warnings: string[];
};

type MakeStack = (app: App, settings: Settings) => Stack;

const synthesise = (settings: object, make: MakeStack): Synthesised => {
  const stack = make(testApp(), parseSettings(settings));
  const complaints = complaintsOf(stack);
  const warnings = warningsOf(stack);
  // The toolkit prints warnings; the tests read them.
  const quiet = jest.spyOn(console, 'error').mockReturnValue();
  try {
    return { template: Template.fromStack(stack), complaints, warnings };
  } finally {
    quiet.mockRestore();
  }
};

const warningsOf = (stack: Stack): string[] =>
  stack.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));

export const complaintsOf = (stack: Stack): string[] =>
  new AwsSolutionsChecks()
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName}: ${constructPath}`),
    );

export const synthesiseAuditor = (settings: object = {}): Synthesised =>
  synthesise(settings, (app, parsed) => new AuditorStack(app, 'keyaudit', { settings: parsed }));

export const synthesiseAuditedAccount = (settings: object = {}): Synthesised =>
  synthesise(settings, (app, parsed) => new AuditedAccountStack(app, 'keyaudit-audited-account', { settings: parsed }));

/** Settings with an organization: everything that a stack can have. */
export const everything = {
  accounts: {
    organization: {
      include: ['ou-exam-11111111'],
      exclude: ['ou-exam-22222222', '222222222222'],
      callAs: 'DELEGATED_ADMIN',
    },
  },
  organizationId: 'o-exampleorgid',
  externalId: 'keyaudit-example',
  operatorRoleArns: ['arn:aws:iam::111122223333:role/admin'],
  sns: { emails: ['team@example.com'] },
  reservedConcurrency: 1,
};

type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

/** The template with what differs from one build to the next left out. */
export const stable = (template: Template): Json =>
  JSON.parse(JSON.stringify(template.toJSON()).replaceAll(/[0-9a-f]{64}\.zip/g, 'CODE.zip')) as Json;

export type Resource = { Type: string; Properties: Record<string, Json>; DeletionPolicy?: string };

/** Every resource of a type, by its logical id without the CDK's hash. */
export const resources = (template: Template, type: string): Record<string, Resource> =>
  Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, resource]) => [withoutHash(id), resource as Resource]),
  );

export const theOnly = (template: Template, type: string): Resource => {
  const [resource, ...others] = Object.values(resources(template, type));
  if (!resource || others.length > 0) throw new Error(`there is not one ${type}`);
  return resource;
};

/** A property that has to be text. */
export const text = (value: Json | undefined): string => {
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} is no text`);
};

const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/**
 * CloudFormation's functions as text: `<Reports.Arn>/reports/*`. A Ref or an attribute is its resource's logical id without
 * the hash, a pseudo parameter its name.
 */
export const inWords = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Ref') return `<${withoutHash(text(argument))}>`;
  if (Array.isArray(argument)) {
    const [first = '', second = ''] = argument;
    if (name === 'Fn::GetAtt') return `<${withoutHash(text(first))}.${text(second)}>`;
    if (name === 'Fn::Join' && Array.isArray(second))
      return second.map((part) => text(inWords(part))).join(text(first));
    if (name === 'Fn::FindInMap') return `<${argument.map((part) => text(inWords(part))).join(' ')}>`;
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inWords(inner)]));
};

export type Statement = { Effect: string; Action: string[]; Resource: string; Principal?: Json; Condition?: Json };

type PolicyJson = { PolicyName: string; PolicyDocument: { Statement: Json[] } };

/** The inline policies of a role, in words: name → statements. */
export const policiesOf = (role: Resource): Record<string, Statement[]> =>
  Object.fromEntries(
    (role.Properties['Policies'] as unknown as PolicyJson[]).map(({ PolicyName, PolicyDocument }) => [
      PolicyName,
      PolicyDocument.Statement.map(statementInWords),
    ]),
  );

export const statementInWords = (statement: Json): Statement => {
  const words = inWords(statement) as unknown as Omit<Statement, 'Action'> & { Action: string | string[] };
  return { ...words, Action: [words.Action].flat() };
};
