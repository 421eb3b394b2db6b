import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as iam from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';

/** The Lambda changes nothing in IAM: its code has no command at hand that could. */

const READS = /^(Get|List|GenerateCredentialReport|Simulate)/;
const commands = Object.keys(iam).filter((name) => name.endsWith('Command') && name !== '$Command');
const writes = new Set(commands.filter((name) => !READS.test(name)));

/** What code names that changes IAM: a command, however it was imported, or the client that has every call as a method. */
const writesIn = (code: string): string[] => {
  const hasAll = /import[^;]*[{,]\s*IAM\b[^;]*from '@aws-sdk\/client-iam'/.test(code);
  return [...(code.match(/\b\w+Command\b/g) ?? []).filter((name) => writes.has(name)), ...(hasAll ? ['IAM'] : [])];
};

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['lambda', 'lib'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ file: join(folder, name), code: readFileSync(join(root, folder, name), 'utf8') })),
);

describe('the Lambda and its stacks', () => {
  it.each(sources)('change nothing in IAM: $file', ({ code }) => {
    expect(writesIn(code)).toEqual([]);
  });

  it('are looked at where they read IAM', () => {
    const reading = sources.filter(({ code }) => commands.some((name) => code.includes(name)));
    expect(reading.map(({ file }) => file)).toEqual(expect.arrayContaining(['lambda/aws/iam.ts']));
  });
});

describe('what changes IAM', () => {
  it.each([
    ["import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';", ['CreateAccessKeyCommand']],
    ["import {\n  IAMClient,\n  TagUserCommand as Tag,\n} from '@aws-sdk/client-iam';", ['TagUserCommand']],
    ["const { PutUserPolicyCommand } = await import('@aws-sdk/client-iam');", ['PutUserPolicyCommand']],
    ["import * as iam from '@aws-sdk/client-iam';\nnew iam.DetachUserPolicyCommand({});", ['DetachUserPolicyCommand']],
    ["import { IAM } from '@aws-sdk/client-iam';", ['IAM']],
    ["import { IAMClient, ListUsersCommand, paginateListUsers } from '@aws-sdk/client-iam';", []],
  ])('is seen in %j', (code, expected) => {
    expect(writesIn(code)).toEqual(expected);
  });

  it('is every command but those that read', () => {
    expect([...writes]).toEqual(
      expect.arrayContaining(['UpdateAccessKeyCommand', 'UntagUserCommand', 'SendDelegationTokenCommand']),
    );
    expect(commands.filter((name) => !writes.has(name) && !/^(Get|List)/.test(name)).sort()).toEqual([
      'GenerateCredentialReportCommand',
      'SimulateCustomPolicyCommand',
      'SimulatePrincipalPolicyCommand',
    ]);
  });
});
