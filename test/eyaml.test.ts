import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RepositorySearch } from '../lambda/ports.ts';
import { searchRepositories } from '../lambda/repositories/search.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { temporaryTree, writeTo } from './temporary-tree.ts';

/**
 * The real hiera-eyaml (Debian's package) with keys of its own, over hieradata as GOV.UK keeps it: two namespaces, three
 * environments, what all share, and a variant for apps.
 */
const isInstalled = spawnSync('eyaml', ['version']).status === 0;
const suite = isInstalled ? describe : describe.skip;

/** AWS's documented example: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SHARED_KEY = 'AKIASHARED000EXAMPLE';
const HASH_KEY = 'AKIAHASH00000EXAMPLE';
const OTHER_PAIR_KEY = 'AKIAOTHERPAIREXAMPLE';
const ABSENT_KEY = 'AKIAABSENT000EXAMPLE';
/** In clear, these would make something else of the file that they are in. */
const BREAKS_YAML = `{{"!&: *\n- ${SECRET}\n---\n"%{hiera('x`;
const PROFILE = `[default]\naws_access_key_id = ${SECOND_KEY}\naws_secret_access_key = ${SECRET}\n`;

/** Encrypts for the key pair of the folder: `string` on one line, `block` over several. */
const encrypt = (folder: string, value: string): { string: string; block: string } => {
  const said = execFileSync('eyaml', ['encrypt', '--stdin', '-o', 'examples'], {
    cwd: folder,
    input: value,
    stdio: 'pipe',
  });
  const [, string, block] = /^string: (.+)\n+OR\n+block: (>\n[\s\S]+)$/.exec(said.toString()) ?? [];
  if (!string || !block) throw new Error('eyaml printed something else');
  return { string, block: block.trimEnd().replaceAll(/\n\s*/g, '\n      ') };
};

const plant = (): string => {
  const tree = temporaryTree({ 'other-pair/readme': '', 'README.md': 'Credentials of every environment.\n' });
  const other = join(tree, 'other-pair');
  for (const folder of [tree, other]) execFileSync('eyaml', ['createkeys'], { cwd: folder, stdio: 'pipe' });
  const [id, secret, shared, hash, breaks, profile] = [
    FIRST_KEY,
    SECRET,
    SHARED_KEY,
    HASH_KEY,
    BREAKS_YAML,
    PROFILE,
  ].map((value) => encrypt(tree, value));
  const unreadable = encrypt(other, OTHER_PAIR_KEY);
  const files = {
    'puppet/hieradata/common.yaml': `---
govuk::apps::frontend::aws_access_key_id: "%{hiera('govuk::apps::support::aws_access_key_id')}"
`,
    'puppet/hieradata/production_credentials.yaml': `---
breaks::yaml: ${breaks?.string}
govuk::apps::support::aws_access_key_id: ${id?.string}
govuk::apps::support::aws_secret_access_key: ${secret?.string}
govuk::apps::support_api::aws_access_key_id: ${id?.string}
backup::env:
  AWS_KEY: ${hash?.string}
  list:
    - ${hash?.block}
`,
    'puppet/hieradata/staging_credentials.yaml': `---
logs::key: &logs "${shared?.string}"
logs::also: *logs
`,
    'puppet/hieradata/integration_credentials.yaml': `---
govuk::apps::support::aws_access_key_id: ${SECOND_KEY}
logs::key: ${shared?.block}
`,
    'puppet_aws/hieradata/apps/production_credentials.yaml': `---
profile: ${profile?.string}
`,
    'puppet_aws/hieradata/staging_credentials.yaml': `---
unreadable::key: ${unreadable.string}
unreadable::other: ${encrypt(other, SECRET).string}
clear::key: ${FIRST_KEY}
`,
  };
  for (const [file, content] of Object.entries(files)) writeTo(join(tree, file), content);
  return tree;
};

suite(`hieradata encrypted with the real eyaml${isInstalled ? '' : ' (skipped: hiera-eyaml is not installed)'}`, () => {
  let tree: string;
  let found: RepositorySearch;
  beforeAll(async () => {
    tree = plant();
    found = await searchRepositories({ directories: [tree], eyamlCommand: ['eyaml', 'decrypt', '--stdin'] })();
  }, 60_000);

  const usesOf = (accessKeyId: string): string[] =>
    found.uses
      .filter((use) => use.accessKeyId === accessKeyId)
      .map(({ place: { namespace, environment, line, hieraKey }, encrypted, via }) =>
        [namespace, environment, line, hieraKey, encrypted && 'encrypted', via && `via ${via}`]
          .filter(Boolean)
          .join(' '),
      );

  it('shows one key under two names, and by interpolation', () => {
    expect(usesOf(FIRST_KEY)).toEqual([
      'puppet common 2 govuk::apps::frontend::aws_access_key_id via govuk::apps::support::aws_access_key_id',
      'puppet production 3 govuk::apps::support::aws_access_key_id encrypted',
      'puppet production 5 govuk::apps::support_api::aws_access_key_id encrypted',
      'puppet_aws staging 4 clear::key',
    ]);
  });

  it('shows one key in several environments, folded and by an anchor', () => {
    expect(usesOf(SHARED_KEY)).toEqual([
      'puppet integration 4 logs::key encrypted',
      'puppet staging 2 logs::key encrypted',
      'puppet staging 3 logs::also via logs::key',
    ]);
  });

  it('shows keys within hashes, lists and whole files', () => {
    expect(usesOf(HASH_KEY)).toEqual([
      'puppet production 7 backup::env.AWS_KEY encrypted',
      'puppet production 10 backup::env.list.0 encrypted',
    ]);
    expect(usesOf(SECOND_KEY)).toEqual([
      'puppet common 2 govuk::apps::frontend::aws_access_key_id via govuk::apps::support::aws_access_key_id',
      'puppet integration 2 govuk::apps::support::aws_access_key_id',
      'puppet_aws apps production 2 profile encrypted',
    ]);
  });

  it('shows no use of a key that is absent, or that another key pair keeps, and names the file of that', () => {
    expect([...usesOf(ABSENT_KEY), ...usesOf(OTHER_PAIR_KEY)]).toEqual([]);
    const file = 'puppet_aws/hieradata/staging_credentials.yaml';
    expect(found.failures).toEqual([
      {
        scope: 'locator',
        id: `${tree}/${file}`,
        reason: expect.stringMatching(
          /^not decrypted: (it was encrypted for another key|no value .*); to see more: \(cd .* && eyaml decrypt --stdin < .* > \/dev\/null\)$/,
        ),
      },
    ]);
  });

  it('reads every file', () => {
    // Two pairs of keys, what says so, and the hieradata.
    expect(found.files).toBe(4 + 2 + 6);
  });

  it('keeps no secret and no decrypted value', () => {
    const everything = JSON.stringify(found);
    for (const value of [SECRET, ...BREAKS_YAML.split('\n'), ...PROFILE.split('\n'), '[default]', 'ENC[']) {
      if (value.length > 3) expect(everything).not.toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it('says which file lacks its private key', async () => {
    const alone = temporaryTree();
    const [string] = [encrypt(tree, FIRST_KEY).string];
    writeTo(join(alone, 'a.yaml'), `id: ${string}\n`);
    const { failures } = await searchRepositories({
      directories: [alone],
      eyamlCommand: ['eyaml', 'decrypt', '--stdin'],
    })();
    expect(failures).toEqual([
      {
        scope: 'locator',
        id: `${alone}/a.yaml`,
        reason: `not decrypted: the private key file was not found; to see more: (cd ${alone} && eyaml decrypt --stdin < a.yaml > /dev/null)`,
      },
    ]);
  });
});
