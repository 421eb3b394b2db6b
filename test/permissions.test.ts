import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  auditedAccountActions,
  commandLineActions,
  hubActions,
  missingObjectActions,
  topicKeyActions,
} from '../lambda/permissions.ts';
import { daysAgo, hoursAgo, NOW } from './builders.ts';
import { fakeSecret, fakeWorld, HUB_ACCOUNT_ID, startFakeAws } from './fake-aws/index.ts';
import { everything, policiesOf, resources, synthesiseAuditedAccount, synthesiseAuditor } from './templates.ts';

/** The adapters' code, the lists of lambda/permissions.ts, the policies of the stacks and the calls of a run agree. */

const adapters = ['lambda/aws', 'lambda/notifiers', 'bin/aws'].flatMap((folder) => {
  const directory = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  return readdirSync(directory)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ name: basename(file, '.ts'), code: readFileSync(join(directory, file), 'utf8') }));
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission is needed. */
const needsNoPermission = ['sts:GetCallerIdentity'];

/** What the SDK's commands and paginators that a file names are called in policies. */
const actionsIn = (code: string): string[] => {
  const imports = [...code.matchAll(/import \{([^}]+)\} from '@aws-sdk\/client-([\w-]+)'/g)];
  const actions = imports.flatMap(([, names = '', client = '']) =>
    [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
      ([, paginated, sent]) => `${client.replaceAll('-', '')}:${paginated ?? sent}`,
    ),
  );
  return [...new Set(actions)].filter((action) => !needsNoPermission.includes(action)).sort();
};

describe('the permission list of every adapter', () => {
  const lists: Record<string, readonly string[]> = { ...auditedAccountActions, ...hubActions };
  const onCommandLine: Record<string, readonly string[]> = commandLineActions;

  it.each(adapters.filter(({ code }) => actionsIn(code).length > 0))(
    '$name names what its code calls',
    ({ name, code }) => {
      expect([...(lists[name] ?? []), ...(onCommandLine[name] ?? [])].sort()).toEqual(actionsIn(code));
    },
  );

  it('is of an adapter that is there', () => {
    const names = adapters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...Object.keys(lists), ...Object.keys(onCommandLine)]));
  });
});

const OTHER = '444455556666';
const UNIT = everything.accounts.organization.include[0]!;
const BUCKET = 'reports-bucket';

/** Ids and addresses, as a deployment would give them to the template's resources. */
const deployed = {
  '<AWS::Partition>': 'aws',
  '<TopicsFindings>': `arn:aws:sns:us-east-1:${HUB_ACCOUNT_ID}:keyaudit`,
  '<SlackToken>': `arn:aws:secretsmanager:us-east-1:${HUB_ACCOUNT_ID}:secret:slack-AbCdEf`,
  '<Reports.Arn>': `arn:aws:s3:::${BUCKET}`,
};

type Allowed = { action: string; resource: string };

const allowedBy = (role: ReturnType<typeof resources>[string]): Allowed[] =>
  Object.values(policiesOf(role))
    .flat()
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) =>
        [Resource].flat().map((named) => ({
          action,
          resource: Object.entries(deployed).reduce((arn, [words, real]) => arn.replace(words, real), named),
        })),
      ),
    );

/** Which caller asked for what. IAM's and Organizations' reads have no resource that policies could name. */
type Asked = { account: string; action: string; resource: string };

const covers = ({ action, resource }: Allowed, asked: Asked): boolean =>
  action === asked.action && new RegExp(`^${resource.replaceAll('*', '.*')}$`).test(asked.resource);

/** A run of the Lambda over the organization: one account with a credential report, one whose report is refused, lingering keys in both. */
const callsOfARun = async (): Promise<Asked[]> => {
  const use = { service: 's3', region: 'eu-west-1' };
  const oldUser = {
    created: daysAgo(900),
    keys: [
      { created: daysAgo(400), lastUsed: { ...use, date: hoursAgo(1) } },
      { created: daysAgo(30), lastUsed: { ...use, date: daysAgo(1) } },
    ],
  };
  const aws = await startFakeAws({
    now: () => NOW,
    world: fakeWorld({
      accounts: [
        { users: [oldUser], report: { polls: 0 } },
        { id: OTHER, users: [oldUser], roles: [role] },
      ],
      organization: {
        units: [{ id: UNIT }],
        members: [
          { id: HUB_ACCOUNT_ID, parentId: UNIT },
          { id: OTHER, parentId: UNIT },
        ],
      },
      topicArns: [deployed['<TopicsFindings>']],
      secrets: [fakeSecret({ name: 'slack', arn: deployed['<SlackToken>'], value: 'random' })],
    }),
  });
  aws.faults.add({ operation: 'iam:GenerateCredentialReport', kind: 'deny', account: OTHER });
  const settingsFile = join(mkdtempSync(join(tmpdir(), 'keyaudit-')), 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(everything));
  Object.assign(process.env, aws.env, {
    REPORT_BUCKET: BUCKET,
    SETTINGS_FILE: settingsFile,
    SNS_TOPIC_ARN: deployed['<TopicsFindings>'],
    SLACK_TOKEN_SECRET_ARN: deployed['<SlackToken>'],
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const { handler } = await import('../lambda/index.ts');
  await handler({}, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 300_000 } as never);
  await aws.close();
  const named = ['RoleArn', 'TopicArn', 'SecretId'];
  return aws.calls.all
    .filter(({ operation }) => !needsNoPermission.includes(operation))
    .map(({ operation: action, account, params }) => {
      if (action.startsWith('s3:')) return { action, account, resource: `arn:aws:s3:::${String(params['Path'])}` };
      const name = named.find((parameter) => parameter in params && !action.startsWith('iam:'));
      return { action, account, resource: name ? String(params[name]) : 'unnamed' };
    });
};
const role = { roleName: 'keyaudit', externalId: everything.externalId };

describe('a run of everything, and the policies of the stacks', () => {
  let asked: Asked[];
  let hub: Allowed[];
  let audited: Allowed[];
  beforeAll(async () => {
    hub = allowedBy(resources(synthesiseAuditor(everything).template, 'AWS::IAM::Role')['HubRole']!);
    audited = allowedBy(resources(synthesiseAuditedAccount(everything).template, 'AWS::IAM::Role')['AuditRole']!);
    asked = await callsOfARun();
  }, 60_000);

  const of = (account: string): Asked[] => asked.filter((call) => call.account === account);

  it('are of the two accounts', () => {
    expect(new Set(asked.map(({ account }) => account))).toEqual(new Set([HUB_ACCOUNT_ID, OTHER]));
  });

  it('agree that every call is allowed', () => {
    expect(of(HUB_ACCOUNT_ID).filter((call) => !hub.some((allowed) => covers(allowed, call)))).toEqual([]);
    expect(of(OTHER).filter((call) => !audited.some((allowed) => covers(allowed, call)))).toEqual([]);
  });

  it('agree that every permission is used, by one of the two that read an account, or by AWS for the program', () => {
    const byAws = [
      ...topicKeyActions,
      ...missingObjectActions,
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:SendMessage',
    ];
    const unused = [...hub, ...audited].filter(
      (allowed) => !byAws.includes(allowed.action) && !asked.some((call) => covers(allowed, call)),
    );
    expect(unused).toEqual([]);
  });
});
