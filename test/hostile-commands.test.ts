import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { locateFormats } from '../bin/locate/formats.ts';
import { reactivate } from '../bin/rotation/reactivate.ts';
import type { SearchRepositories } from '../lambda/ports.ts';
import { searchRepositories } from '../lambda/repositories/search.ts';
import { askingWhose, locating, operatorWith, planning, signal } from './asking.ts';
import { NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { anyText, carriedName, carriedText } from './hostile.ts';
import { asWorld, type HostileUser, type HostileWorld, hostileWorld, scans } from './hostile-world.ts';
import { aliveInCsv } from './inert/csv.ts';
import { aliveInCommands, callsOf } from './inert/shell.ts';
import { aliveInMessage } from './inert/slack.ts';
import { aliveInLine, aliveInText, linesOfOthers } from './inert/text.ts';
import { person, runsOf, stoppedClock, workspace } from './rotating.ts';
import { temporaryTree } from './temporary-tree.ts';

jest.setTimeout(60_000);

const settings = { accounts: { organization: {} } };
const CONFIG = ['--config', "it's a\tconfig .json"];

/** Asks about the first user of such a world, and its first key. */
const asking = async (
  hostile: HostileWorld,
  ask: (user: HostileUser, accessKeyId: string) => Promise<void>,
): Promise<void> => {
  const aws = await embeddedAws({ world: asWorld(hostile) });
  for (const fault of hostile.faults) aws.faults.add(fault);
  const user = hostile.users[0][0]!;
  await ask(user, user.keys?.[0]?.accessKeyId ?? '');
  await aws.close();
};

const alive = (...texts: string[]): string[] => texts.flatMap((text) => [...aliveInText(text), ...linesOfOthers(text)]);

/** The commands of ours that a text ends its lines with. */
const ownCommandsIn = (text: string): string[] =>
  [...text.matchAll(/: (npm run -s keyaudit -- .*)$/gm)].map(([, command = '']) => command);

/** What a command of ours says is one word of it, or is not said at all. */
const wordsOf = (command: string): readonly string[] => callsOf([command])[0]?.[0]?.slice(5) ?? [];

describe('of a user in whose account everything has a hostile name', () => {
  it('plan and whose tell people nothing that comes alive, and give commands that say its name as one word', async () => {
    await fc.assert(
      fc.asyncProperty(hostileWorld, (hostile) =>
        asking(hostile, async ({ userName }, accessKeyId) => {
          const options = { settings, configWords: CONFIG };
          const people = await planning(userName, options);
          const known = await askingWhose(accessKeyId, options);
          expect(alive(people.stdout, people.stderr, known.stdout, known.stderr)).toEqual([]);
          for (const [name, ...words] of ownCommandsIn(known.stdout).map(wordsOf)) {
            expect(words).toEqual(expect.arrayContaining([name === 'whose' ? accessKeyId : userName, ...CONFIG]));
          }
          if (people.error !== undefined) return;
          const told = JSON.parse((await planning(userName, { ...options, format: 'json' })).stdout);
          const { commands, keyaudit } = told.nextStep as { commands: string[]; keyaudit: string[] };
          expect(told.userName).toBe(userName);
          expect(aliveInCommands(commands)).toEqual([]);
          expect(keyaudit.flatMap(aliveInLine)).toEqual([]);
          expect(people.stdout.split('\n')).toEqual(
            expect.arrayContaining([...commands, ...keyaudit].map((command) => `  ${command}`)),
          );
          for (const command of keyaudit) {
            const [name, ...words] = wordsOf(command);
            expect(words).toEqual(expect.arrayContaining([name === 'locate' ? accessKeyId : userName, ...CONFIG]));
          }
        }),
      ),
      scans(15),
    );
  });

  it('rotate and reactivate show nothing that comes alive before they would act', async () => {
    await fc.assert(
      fc.asyncProperty(hostileWorld, (hostile) =>
        asking(hostile, async ({ userName }, accessKeyId) => {
          const rotation = await runsOf(stoppedClock(), { settings })({ userName, dryRun: true });
          const somebody = person();
          const operator = await operatorWith(settings);
          const world = { operator, terminal: somebody.terminal, clock: () => NOW };
          await reactivate({ accessKeyId, userName, dryRun: true, assumeYes: false }, world).catch(() => {});
          for (const { stdout, stderr } of [rotation, somebody]) {
            expect(alive(...stdout, ...stderr)).toEqual([]);
          }
          for (const command of [...rotation.stdout, ...rotation.stderr].flatMap(ownCommandsIn)) {
            expect(wordsOf(command)).toEqual(
              expect.arrayContaining([command.includes('-- locate') ? accessKeyId : userName]),
            );
          }
        }),
      ),
      scans(20),
    );
  });

  it('rotate tells on-call and the team of what it does, in messages in which nothing comes alive', async () => {
    const { context, messages } = await workspace();
    const team = { ...settings, productionAccounts: [HUB_ACCOUNT_ID], slack: { onCall: 'S0ONCALL1' } };
    await fc.assert(
      fc.asyncProperty(hostileWorld, reason, (hostile, force) =>
        asking(hostile, async ({ userName }) => {
          const run = runsOf(stoppedClock(), { settings: team, slack: context });
          const { stdout, stderr } = await run({ userName, force, assumeYes: true });
          expect(alive(...stdout, ...stderr)).toEqual([]);
        }),
      ),
      scans(20),
    );
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.flatMap((message) => aliveInMessage(message, { mentions: ['S0ONCALL1'] }))).toEqual([]);
  });

  it('locate tells nothing that comes alive in any format, whatever files, Hiera keys and events are called', async () => {
    await fc.assert(
      fc.asyncProperty(hostileWorld, fc.array(place, { minLength: 1, maxLength: 4 }), (hostile, places) =>
        asking(hostile, async ({ userName }, accessKeyId) => {
          const search = repositoryOf(places, accessKeyId);
          const remembering = await locating(accessKeyId, { settings, remember: 'support by hand', assumeYes: true });
          expect(alive(remembering.stderr)).toEqual([]);
          const told = new Map<string, string>();
          for (const format of locateFormats) {
            const { stdout, stderr } = await locating(userName, { settings, format, searchRepositories: search });
            told.set(format, stdout);
            expect(alive(stderr)).toEqual([]);
          }
          const of = (format: string): string => told.get(format) ?? '';
          if (of('json') === '') return;
          const { keys, notAsked, failures } = JSON.parse(of('json'));
          const rows = keys.reduce(
            (sum: number, { locations }: { locations: unknown[] }) => sum + Math.max(1, locations.length),
            notAsked.length + failures.length,
          );
          expect(keys.every((key: { userName: string }) => key.userName === userName)).toBe(true);
          expect(alive(of('table'), of('text'))).toEqual([]);
          expect(aliveInCsv(of('csv'), rows)).toEqual([]);
          expect(aliveInMessage(JSON.parse(of('slack')))).toEqual([]);
        }),
      ),
      scans(12),
    );
  });
});

/** The caller's own; Slack cuts what is longer than 4,000 characters in two. */
const reason = carriedText(200);

/** A file of Hiera's data, or another one. */
const fileName = carriedName(40).map((text) => text.replaceAll('/', '.'));
const place = fc.record({ folder: fileName, file: fileName, hieraKey: anyText, isEncrypted: fc.boolean() });

/** Searched for real; what is encrypted cannot be decrypted, and the failure says how to see why. */
const repositoryOf = (
  places: readonly { folder: string; file: string; hieraKey: string; isEncrypted: boolean }[],
  accessKeyId: string,
): SearchRepositories => {
  const tree = temporaryTree();
  for (const { folder, file, hieraKey, isEncrypted } of places) {
    const inTree = join(tree, 'hieradata', `x${folder}`);
    mkdirSync(inTree, { recursive: true });
    const value = isEncrypted ? 'ENC[PKCS7,MIIB]' : accessKeyId;
    writeFileSync(join(inTree, `production_${file}.yaml`), JSON.stringify({ [hieraKey]: value, other: accessKeyId }));
    writeFileSync(join(inTree, `x${file}`), `${hieraKey}\n${accessKeyId}\n`);
  }
  return searchRepositories({ directories: [tree], eyamlCommand: ['false'], signal });
};
