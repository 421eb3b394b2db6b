import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SECOND_KEY } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { fakeWorld, HUB_CREDENTIALS } from './fake-aws/index.ts';
import { type Ended, runKeyaudit } from './keyaudit-process.ts';

/** The commands that only ask, as processes: what has nothing to do with time. */

const folder = mkdtempSync(join(tmpdir(), 'keyaudit-asking-'));
const hieradata = join(folder, 'puppet', 'hieradata');
mkdirSync(hieradata, { recursive: true });
writeFileSync(
  join(hieradata, 'production_credentials.yaml'),
  `govuk::apps::support::aws_access_key_id: ${SECOND_KEY}\n`,
);

const keyaudit = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  runKeyaudit(args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      INIT_CWD: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  });

const FOUND = `${SECOND_KEY}
  Seen in 1 place.
  Repositories
    production
      govuk::apps::support::aws_access_key_id  puppet/hieradata/production_credentials.yaml:1

Not asked: Key description, CloudTrail, Lambda environments: there are no AWS credentials.
Not asked: Third parties: the settings name no thirdPartyServices.
`;

describe('locate', () => {
  it.each<[string, Record<string, string>]>([
    ['without credentials', { AWS_REGION: 'eu-west-1' }],
    ['without credentials and region', {}],
  ])('searches repositories %s', async (_what, env) => {
    expect(await keyaudit(['locate', SECOND_KEY, '--repo', 'puppet'], env)).toEqual({
      code: 0,
      stdout: FOUND,
      stderr: '',
    });
  });

  it('searches repositories with credentials that have expired, and is incomplete', async () => {
    const aws = await embeddedAws({ world: fakeWorld() });
    aws.faults.add({ operation: 'sts:GetCallerIdentity', kind: 'expired-token' });
    const { code, stdout, stderr } = await keyaudit(['locate', SECOND_KEY, '--repo', 'puppet'], aws.env);
    expect(stdout).toContain('Seen in 1 place, but not everything could be looked into.');
    expect(stderr).toMatch(
      /^keyaudit: Not read: AWS: AWS does not accept these credentials: sign in again \(ExpiredToken/,
    );
    expect(code).toBe(2);
  });

  it('searches repositories with credentials and no region, and is incomplete', async () => {
    const credentials = {
      AWS_ACCESS_KEY_ID: HUB_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: HUB_CREDENTIALS.secretAccessKey,
    };
    const { code, stderr } = await keyaudit(['locate', SECOND_KEY, '--repo', 'puppet'], credentials);
    expect(stderr).toMatch(/^keyaudit: Not read: AWS: There is no AWS region: set AWS_REGION/);
    expect(stderr).not.toContain(HUB_CREDENTIALS.secretAccessKey);
    expect(code).toBe(2);
  });

  it('names a folder that is not there', async () => {
    const { code, stderr } = await keyaudit(['locate', SECOND_KEY, '--repo', 'puppet', 'no-such-folder']);
    expect(stderr).toMatch(/^keyaudit: Not searched for uses: no-such-folder: /);
    expect(code).toBe(2);
  });
});

describe('a mistake', () => {
  it.each<[string, string[], RegExp]>([
    ['neither credentials nor --repo', ['locate', SECOND_KEY], /sign in \(aws sso login\).*--repo DIR/],
    ['whose without credentials', ['whose', SECOND_KEY], /There are no AWS credentials: sign in \(aws sso login\)/],
    ['plan without a user', ['plan'], /missing required argument 'user\|key-id'/],
    ['a mistyped flag', ['locate', SECOND_KEY, '--repos', 'puppet'], /unknown option '--repos'\n?.*--repo/],
    [
      'a format that the command does not have',
      ['whose', SECOND_KEY, '--format', 'csv'],
      /Allowed choices are text, json/,
    ],
    ['--output without a name', ['locate', SECOND_KEY, '--repo', 'puppet', '--output', ''], /needs the name of a file/],
    [
      'a description that IAM does not take',
      ['locate', SECOND_KEY, '--remember', 'a, b'],
      /For example: --remember "a and b"/,
    ],
  ])('%s is told in a sentence, with exit code 2 and no stack trace', async (_what, args, message) => {
    const { code, stdout, stderr } = await keyaudit(args, { AWS_REGION: 'eu-west-1' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^keyaudit: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('help', () => {
  it.each(['locate', 'whose', 'plan', 'rotate', 'reactivate'])(
    'of %s gives exit codes and examples',
    async (command) => {
      const { code, stdout } = await keyaudit([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Exit codes:\n {2}0 {2}/);
      expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}npm run -s keyaudit -- ${command} `));
    },
  );
});
