import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type SearchOptions, searchInfrastructureCode, searchRepositories } from '../lambda/repositories/search.ts';
import { FIRST_KEY } from './builders.ts';
import { clearBlock, decryptingCommand } from './decrypting-command.ts';
import { temporaryTree } from './temporary-tree.ts';

const MEGABYTE = 1024 * 1024;

const search = (directories: string[], overrides: Partial<SearchOptions> = {}) =>
  searchInfrastructureCode({ directories, ...overrides })();

const user = 'resource "aws_iam_user" "alice" {\n  name = "alice"\n}\n';
const key = 'resource "aws_iam_access_key" "alice" {\n  user = aws_iam_user.alice.name\n}\n';
const template = 'Resources:\n  Key:\n    Type: AWS::IAM::AccessKey\n    Properties: {UserName: bob}\n';

describe('a search of infrastructure code', () => {
  it('names the keys that it makes, with users of the same module or template, in order', async () => {
    const tree = temporaryTree({
      'b/iam/user.tf': user,
      'b/iam/key.tf': `\n${key}`,
      'b/other/key.tf': key,
      'b/template.yaml': template,
      'a/iam/key.tf': key,
      'a/stack.template': JSON.stringify({ Resources: { Key: { Type: 'AWS::IAM::AccessKey' } } }),
    });
    const [first, second] = [join(tree, 'b'), join(tree, 'a')];
    const expected = [
      { tool: 'Terraform', userName: 'alice', place: { repository: first, file: 'iam/key.tf', line: 2 } },
      { tool: 'Terraform', userName: null, place: { repository: first, file: 'other/key.tf', line: 1 } },
      { tool: 'CloudFormation', userName: 'bob', place: { repository: first, file: 'template.yaml', line: 2 } },
      // A module of the same path in another repository is another module.
      { tool: 'Terraform', userName: null, place: { repository: second, file: 'iam/key.tf', line: 1 } },
      { tool: 'CloudFormation', userName: null, place: { repository: second, file: 'stack.template', line: 1 } },
    ];
    expect(await search([first, second])).toEqual({ keysInCode: expected, failures: [] });
  });

  it('opens nothing else, and neither decrypts nor reports hieradata', async () => {
    const tree = temporaryTree({
      'hieradata/production.yaml': `a::id: ${clearBlock(FIRST_KEY)}\n- {{ bad\n`,
      'hieradata/huge.yaml': 'x',
      'hieradata/huge.json': 'x',
      'deploy.sh': FIRST_KEY,
      'key.tf': key,
    });
    for (const file of ['huge.yaml', 'huge.json']) truncateSync(join(tree, 'hieradata', file), 33 * MEGABYTE);
    const counts: number[] = [];
    const { keysInCode, failures } = await search([tree], { onProgress: ({ files }) => counts.push(files) });
    expect({ keys: keysInCode.length, failures, opened: counts.at(-1) }).toEqual({ keys: 1, failures: [], opened: 4 });
    // The whole search does report it.
    const whole = await searchRepositories({ directories: [tree], eyamlCommand: decryptingCommand })();
    expect(whole.failures.map(({ id }) => id.slice(tree.length))).toEqual([
      '/hieradata/huge.yaml',
      '/hieradata/production.yaml',
    ]);
  });

  it('takes no file for a template that is larger than one can be', async () => {
    const padded = (size: number): string => template.padEnd(size, '\n');
    const tree = temporaryTree({ 'largest.yaml': padded(MEGABYTE), 'larger.yaml': padded(MEGABYTE + 1) });
    const { keysInCode, failures } = await search([tree]);
    expect({ files: keysInCode.map(({ place }) => place.file), failures }).toEqual({
      files: ['largest.yaml'],
      failures: [],
    });
  });

  it('says what it could not read', async () => {
    const tree = temporaryTree({ 'largest.tf': key, 'larger.tf': key });
    truncateSync(join(tree, 'largest.tf'), MEGABYTE);
    truncateSync(join(tree, 'larger.tf'), MEGABYTE + 1);
    const { keysInCode, failures } = await search([tree, `${tree}/missing`]);
    expect(keysInCode.map(({ place }) => place.file)).toEqual(['largest.tf']);
    expect(failures).toEqual([
      { scope: 'locator', id: `${tree}/larger.tf`, reason: 'it is larger than 1 MB: not read' },
      { scope: 'locator', id: `${tree}/missing`, reason: 'there is no such folder' },
    ]);
  });

  it('ends when it is aborted', async () => {
    const tree = temporaryTree({ 'key.tf': key });
    await expect(search([tree], { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});
