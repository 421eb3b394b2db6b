import { existsSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositories } from '../lambda/locators/repositories.ts';
import type { RepositorySearch, RepositoryUse } from '../lambda/ports.ts';
import { type RepositoriesOptions, searchRepositories } from '../lambda/repositories/search.ts';
import { FIRST_KEY, SECOND_KEY } from './builders.ts';
import { clearBlock, decryptingCommand, nodeCommand } from './decrypting-command.ts';
import { temporaryTree } from './temporary-tree.ts';

const search = (
  directories: string | string[],
  overrides: Partial<RepositoriesOptions> = {},
): Promise<RepositorySearch> =>
  searchRepositories({ directories: [directories].flat(), eyamlCommand: decryptingCommand, ...overrides })();

/** `file:line key (encrypted) via …: id` of each use. */
const told = ({ uses }: RepositorySearch): string[] =>
  uses.map(({ accessKeyId, place: { file, line, hieraKey = '-' }, encrypted, via }) =>
    [`${file}:${line}`, hieraKey, encrypted && '(encrypted)', via && `via ${via}`, accessKeyId]
      .filter(Boolean)
      .join(' '),
  );

describe('a search of repositories', () => {
  it('tells every use in order, with its place', async () => {
    const tree = temporaryTree({
      'puppet_aws/hieradata/apps/production_credentials.yaml': `a::id: ${clearBlock(FIRST_KEY)}\nb::id: "%{hiera('a::id')}"\n`,
      'bin/deploy.sh': `# ${SECOND_KEY}\nexport AWS_ACCESS_KEY_ID=${FIRST_KEY} # ${FIRST_KEY}\n`,
      'app.exe': `\0\x01${FIRST_KEY}\0${FIRST_KEY}`,
      'README.md': 'nothing',
    });
    const place = { repository: tree, line: 1 };
    const production = {
      repository: tree,
      file: 'puppet_aws/hieradata/apps/production_credentials.yaml',
      environment: 'production',
      namespace: 'puppet_aws apps',
    };
    expect(await search(tree)).toEqual({
      repositories: [tree],
      files: 4,
      uses: [
        { accessKeyId: FIRST_KEY, place: { ...place, file: 'app.exe', line: null } },
        { accessKeyId: SECOND_KEY, place: { ...place, file: 'bin/deploy.sh', line: 1 } },
        { accessKeyId: FIRST_KEY, place: { ...place, file: 'bin/deploy.sh', line: 2 } },
        { accessKeyId: FIRST_KEY, place: { ...production, line: 1, hieraKey: 'a::id' }, encrypted: true },
        { accessKeyId: FIRST_KEY, place: { ...production, line: 2, hieraKey: 'b::id' }, via: 'a::id' },
      ],
      failures: [],
    });
  });

  it('finds ids in a YAML file beside its values, too, each once', async () => {
    const tree = temporaryTree({
      'hieradata/a.yaml': `# ${FIRST_KEY}\n${SECOND_KEY}: the key of alice\nid: ${FIRST_KEY} # ${FIRST_KEY}\nx: [${FIRST_KEY}, ${FIRST_KEY}]\n`,
    });
    expect(told(await search(tree))).toEqual([
      `hieradata/a.yaml:1 - ${FIRST_KEY}`,
      `hieradata/a.yaml:2 - ${SECOND_KEY}`,
      `hieradata/a.yaml:3 id ${FIRST_KEY}`,
      `hieradata/a.yaml:4 x.0 ${FIRST_KEY}`,
      `hieradata/a.yaml:4 x.1 ${FIRST_KEY}`,
    ]);
  });

  it('follows references across files of one environment, whatever the repository, from encrypted values as well', async () => {
    const tree = temporaryTree({
      'secrets/production_credentials.yaml': `a::id: ${clearBlock(FIRST_KEY)}\n`,
      'secrets/staging_credentials.yaml': `a::id: ${clearBlock(SECOND_KEY)}\n`,
      'puppet/hieradata/common.yaml': 'b::id: "%{lookup(\'a::id\')}"\n',
      'puppet/hieradata/staging.yaml': 'e::id: "%{hiera(\'d::id\')}"\n',
      'puppet_aws/hieradata/common.yaml': 'b::id: "%{lookup(\'a::id\')}"\n',
      'puppet_aws/hieradata/class/staging/app.yaml': `d::id: ${clearBlock("%{hiera('b::id')}")}\n`,
    });
    // The order in which they are named is the order of the answer, and nothing else.
    const found = await search(['puppet', 'secrets', 'puppet_aws'].map((name) => join(tree, name)));
    const repositoryOf = ({ place: { repository } }: RepositoryUse): string => basename(repository);
    expect(told(found).map((line, at) => `${repositoryOf(found.uses[at]!)}: ${line}`)).toEqual([
      `puppet: hieradata/common.yaml:1 b::id via a::id ${SECOND_KEY}`,
      `puppet: hieradata/common.yaml:1 b::id via a::id ${FIRST_KEY}`,
      `puppet: hieradata/staging.yaml:1 e::id via a::id ${SECOND_KEY}`,
      `secrets: production_credentials.yaml:1 a::id (encrypted) ${FIRST_KEY}`,
      `secrets: staging_credentials.yaml:1 a::id (encrypted) ${SECOND_KEY}`,
      `puppet_aws: hieradata/class/staging/app.yaml:1 d::id via a::id ${SECOND_KEY}`,
      `puppet_aws: hieradata/common.yaml:1 b::id via a::id ${SECOND_KEY}`,
      `puppet_aws: hieradata/common.yaml:1 b::id via a::id ${FIRST_KEY}`,
    ]);
  });

  it('reads a file once, however it is reached, and a file that was named alone', async () => {
    const tree = temporaryTree({ 'a/.gitignore': 'skipped', 'a/b/x': FIRST_KEY, 'a/skipped': FIRST_KEY, 'a/c': '' });
    symlinkSync('b', join(tree, 'a/link'));
    const directories = [
      join(tree, 'a'),
      join(tree, 'a/b'),
      join(tree, 'a'),
      join(tree, 'a/link'),
      join(tree, 'a/skipped'),
    ];
    const found = await search(directories);
    expect({ ...found, uses: found.uses.map(({ place }) => [place.repository, place.file]) }).toEqual({
      repositories: [join(tree, 'a'), join(tree, 'a/b'), join(tree, 'a/link'), join(tree, 'a/skipped')],
      files: 4,
      uses: [
        [join(tree, 'a'), 'b/x'],
        [join(tree, 'a'), 'skipped'],
      ],
      failures: [],
    });
  });

  it('reads hieradata in UTF-16', async () => {
    const tree = temporaryTree({
      'a.yaml': Buffer.from(`\uFEFFx: 1\r\na::id: ${clearBlock(FIRST_KEY)}\r\n`, 'utf16le'),
    });
    expect(told(await search(tree))).toEqual([`a.yaml:2 a::id (encrypted) ${FIRST_KEY}`]);
  });
});

describe('a search that is not complete', () => {
  it('names the files that were not decrypted, how to see why, and still tells the rest', async () => {
    const tree = temporaryTree({
      'puppet/keys/x': '',
      "puppet/hieradata/it's.yaml": `a::id: ${clearBlock(FIRST_KEY)}\nb::id: ${SECOND_KEY}\n`,
      'common.yaml': `a::id: ${clearBlock(FIRST_KEY)}\n`,
      'plain.txt': FIRST_KEY,
    });
    const found = await search(tree, { eyamlCommand: ['no-such-eyaml', '--stdin'] });
    const why = 'not decrypted: the program no-such-eyaml was not found; to see more:';
    expect(found.failures).toEqual([
      {
        scope: 'locator',
        id: `${tree}/common.yaml`,
        reason: `${why} (cd ${tree} && no-such-eyaml --stdin < common.yaml > /dev/null)`,
      },
      {
        scope: 'locator',
        id: `${tree}/puppet/hieradata/it's.yaml`,
        reason: `${why} (cd ${tree}/puppet && no-such-eyaml --stdin < 'hieradata/it'\\''s.yaml' > /dev/null)`,
      },
    ]);
    expect(told(found)).toEqual([`plain.txt:1 - ${FIRST_KEY}`, `puppet/hieradata/it's.yaml:2 b::id ${SECOND_KEY}`]);
  });

  it('runs the command in the folder of the keys, with the environment that it is given', async () => {
    const tree = temporaryTree({
      'a/keys/x': '',
      'a/b/.eyaml/x': '',
      'a/b/c/x.yaml': `id: ${clearBlock('x')}\n`,
      'a/y.yaml': `id: ${clearBlock('x')}\n`,
      'd/z.yaml': `id: ${clearBlock('x')}\n`,
    });
    const tells = nodeCommand(`
      const text = require('fs').readFileSync(0, 'utf8');
      const folder = require('path').relative(process.env.TREE, process.cwd());
      const id = 'AKIA' + (folder.replaceAll('/', '') || 'top').toUpperCase().padEnd(9, '0') + 'EXAMPLE';
      console.log(text.replace(/ENC.*/, id));
    `);
    const found = await search(tree, { eyamlCommand: tells, env: { ...process.env, TREE: tree } });
    expect(told(found)).toEqual([
      'a/b/c/x.yaml:1 id (encrypted) AKIAAB0000000EXAMPLE',
      'a/y.yaml:1 id (encrypted) AKIAA00000000EXAMPLE',
      'd/z.yaml:1 id (encrypted) AKIATOP000000EXAMPLE',
    ]);
  });

  it('says which hieradata was read without Hiera keys, and tells the ids in it', async () => {
    const tree = temporaryTree({
      'hieradata/a.yaml': `a::id: ${clearBlock(FIRST_KEY)}\nb: ${SECOND_KEY}\n- {{ bad\n`,
      'chart/templates/secret.yaml': `{{ if .Values.x }}\nid: ${SECOND_KEY}\n`,
    });
    const found = await search(tree);
    expect(told(found)).toEqual([
      `chart/templates/secret.yaml:2 - ${SECOND_KEY}`,
      `hieradata/a.yaml:1 - (encrypted) ${FIRST_KEY}`,
      `hieradata/a.yaml:2 - ${SECOND_KEY}`,
    ]);
    expect(found.failures).toEqual([
      {
        scope: 'locator',
        id: `${tree}/hieradata/a.yaml`,
        reason: 'it was read without Hiera keys: it is no valid YAML',
      },
    ]);
  });

  it('says which folder is not there, and which file could not be read', async () => {
    const tree = temporaryTree({ 'large.yaml': `id: ${FIRST_KEY}\n` });
    truncateSync(join(tree, 'large.yaml'), 33 * 1024 * 1024);
    const found = await search([`${tree}/missing`, tree, '/proc/self/mem']);
    expect({ files: found.files, uses: told(found), failures: found.failures }).toEqual({
      files: 1,
      uses: [`large.yaml:null - ${FIRST_KEY}`],
      failures: [
        { scope: 'locator', id: '/proc/self/mem', reason: 'could not be read: i/o error (EIO)' },
        {
          scope: 'locator',
          id: `${tree}/large.yaml`,
          reason: 'it is larger than 32 MB: searched for ids in clear only',
        },
        { scope: 'locator', id: `${tree}/missing`, reason: 'there is no such folder' },
      ],
    });
  });

  it('ends at once when it is aborted, and kills the command', async () => {
    const tree = temporaryTree({ 'a.yaml': `id: ${clearBlock(FIRST_KEY)}\n` });
    const aborting = new AbortController();
    const pidFile = join(tree, 'pid');
    const sleeper = nodeCommand(
      `require('fs').writeFileSync(${JSON.stringify(pidFile)}, ''); setInterval(() => {}, 1000)`,
    );
    const watching = setInterval(() => {
      if (existsSync(pidFile)) aborting.abort(new Error('stop'));
    }, 20);
    await expect(search(tree, { eyamlCommand: sleeper, signal: aborting.signal })).rejects.toThrow('stop');
    clearInterval(watching);
    rmSync(pidFile);
    await expect(search(tree, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('lets others have their turn and tells how far it is', async () => {
    const files = Array.from({ length: 3_000 }, (_, at): [string, string] => [`d${at % 50}/f${at}`, 'x']);
    const tree = temporaryTree(Object.fromEntries(files));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const progress: number[] = [];
    await search(tree, { onProgress: ({ files: read }) => progress.push(read) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(progress.at(-1)).toBe(3_000);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });
});

describe('the locator of repositories', () => {
  const found: RepositorySearch = {
    repositories: ['puppet/', '../app'],
    files: 1_200,
    uses: [
      {
        accessKeyId: FIRST_KEY,
        place: { repository: 'puppet/', file: 'a.yaml', line: 2, hieraKey: 'a::id' },
        encrypted: true,
      },
      {
        accessKeyId: FIRST_KEY,
        place: { repository: 'puppet/', file: 'a.yaml', line: 3, hieraKey: 'b::id' },
        via: 'a::id',
      },
      { accessKeyId: FIRST_KEY, place: { repository: '../app', file: 'app.exe', line: null } },
    ],
    failures: [{ scope: 'locator', id: 'puppet/b.yaml', reason: 'not decrypted: …' }],
  };
  const context = { settings: { thirdPartyServices: [] } };

  it('tells each use on one line, and where nothing was seen, how much was searched', async () => {
    const wanted = [{ accessKeyId: FIRST_KEY }, { accessKeyId: SECOND_KEY }];
    const seen = { source: 'repositories', state: 'seen' };
    expect(await repositories.locate(wanted, { ...context, searchRepositories: async () => found })).toEqual({
      locations: new Map([
        [
          FIRST_KEY,
          [
            { ...seen, text: 'puppet/a.yaml:2 a::id (encrypted)', place: { ...found.uses[0]!.place, encrypted: true } },
            { ...seen, text: 'puppet/a.yaml:3 b::id via a::id', place: { ...found.uses[1]!.place, via: 'a::id' } },
            { ...seen, text: '../app/app.exe', place: found.uses[2]?.place },
          ],
        ],
        [
          SECOND_KEY,
          [{ source: 'repositories', state: 'nothing-seen', text: 'not in the 1,200 files of puppet/, ../app' }],
        ],
      ]),
      failures: found.failures,
    });
  });

  it('is not asked without a repository', () => {
    expect(repositories.whyNot(context)).toBe('no --repo was given');
    expect(repositories.whyNot({ ...context, searchRepositories: async () => found })).toBeUndefined();
  });
});
