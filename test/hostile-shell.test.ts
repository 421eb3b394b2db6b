import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planCommand } from '../bin/commands/plan.ts';
import { keyaudit } from '../bin/own-command.ts';
import { commandsFor } from '../lambda/domain/commands.ts';
import { shellQuoted } from '../lambda/domain/shell.ts';
import { checkCommand } from '../lambda/repositories/eyaml.ts';
import { accessKey, FIRST_KEY, hoursAgo, iamUser, NOW, used } from './builders.ts';
import { carriedName } from './hostile.ts';
import { aliveInCommands, callsOf, optionsOf } from './inert/shell.ts';
import { aliveInLine } from './inert/text.ts';
import { person } from './rotating.ts';
import { temporaryTree } from './temporary-tree.ts';

const runs = { numRuns: 15 };
const manyOf = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 20 });
const name = carriedName(300);

describe('a word', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['', "''"],
    ["it's $HOME", `'it'\\''s $HOME'`],
    // To zsh, that is the path of `ls`.
    ['=ls', "'=ls'"],
    ['a\u001B[2J', "$'a\\033\\1332J'"],
    ['two  spaces', "$'two\\040\\040spaces'"],
    ['\u202Eé', "$'\\342\\200\\256é'"],
  ])('%j is %s to a shell', (word, quoted) => {
    expect(shellQuoted(word)).toBe(quoted);
  });
});

describe('commands to copy', () => {
  it('call the AWS CLI about the user, key and region that they name, and nothing else, whatever these are called', () => {
    fc.assert(
      fc.property(manyOf(fc.record({ userName: name, region: name })), (users) => {
        const all = users.map(({ userName, region }) => {
          const key = accessKey({ lastUsed: used(hoursAgo(1), { region }) });
          return Object.values(commandsFor(iamUser({ userName, accessKeys: [key] }), key) ?? {});
        });
        expect(aliveInCommands(all.flat())).toEqual([]);
        const told = callsOf(all.flat()).map((calls) => calls.map(optionsOf));
        expect(told).toEqual(users.flatMap(expectedOf));
      }),
      runs,
    );
  });

  const signedIn = [{ '--query': 'Account', '--output': 'text' }, { '-x': '111122223333' }];
  const id = { '--access-key-id': FIRST_KEY };
  const attributes = { '--lookup-attributes': `AttributeKey=AccessKeyId,AttributeValue=${FIRST_KEY}` };
  const expectedOf = ({ userName, region }: { userName: string; region: string }): object[][] => {
    const user = { '--user-name': userName };
    return [
      [id],
      [...signedIn, { ...attributes, '--region': region }, { ...attributes, '--region': 'us-east-1' }],
      [...signedIn, { ...user, ...id, '--status': 'Inactive' }],
      [...signedIn, { ...user, ...id, '--status': 'Active' }],
      [...signedIn, { ...user, ...id }],
      [...signedIn, user],
    ];
  };
});

describe('a command of our own', () => {
  /** What `plan` makes of its words. */
  const planned = (words: readonly string[]): { wanted: string; config: string | undefined } => {
    let seen = { wanted: '', config: undefined as string | undefined };
    planCommand({ clock: () => NOW, terminal: person().terminal })
      .exitOverride()
      .action((wanted: string, options: { config?: string }) => {
        seen = { wanted, config: options.config };
      })
      .parse(words, { from: 'user' });
    return seen;
  };

  it('is about the very user and file that it names, whatever these are called', () => {
    fc.assert(
      fc.property(manyOf(fc.record({ wanted: name, config: name.filter((file) => !file.startsWith('-')) })), (all) => {
        const commands = all.map(({ wanted, config }) => keyaudit('plan', wanted, '--config', config));
        expect(commands.flatMap(aliveInLine)).toEqual([]);
        const calls = callsOf(commands);
        const words = calls.map(([call = []]) => {
          expect(call.slice(0, 6)).toEqual(['npm', 'run', '-s', 'keyaudit', '--', 'plan']);
          return call.slice(6);
        });
        expect(words.map(planned)).toEqual(all);
      }),
      runs,
    );
  });

  it('to look at encrypted values reads the very file, whatever it and its folder are called', () => {
    const fileName = carriedName(60).map((text) => `a${text.replaceAll('/', '.')}`.slice(0, 40).toWellFormed());
    fc.assert(
      fc.property(fc.uniqueArray(fileName, { minLength: 1, maxLength: 10 }), (names) => {
        const tree = temporaryTree();
        const commands = names.map((folder) => {
          mkdirSync(join(tree, `-${folder}`));
          writeFileSync(join(tree, `-${folder}`, folder), folder);
          return checkCommand(['eyaml', '--key', folder], `-${folder}`, folder).replace(/ > \/dev\/null\)$/, ')');
        });
        expect(commands.flatMap(aliveInLine)).toEqual([]);
        expect(callsOf(commands, tree)).toEqual(names.map((each) => [['eyaml', '--key', each, each]]));
      }),
      runs,
    );
  });
});
