import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The tests cannot be run here: a sentence that says what is missing. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const VENV = fileURLToPath(new URL('../../.venv', import.meta.url));
const VENV_PYTHON = join(VENV, 'bin', 'python');
/** What is installed in the venv: written last, so that half an installation counts as none. */
const INSTALLED = join(VENV, 'installed-requirements.txt');

/** The Python of a venv that has just the pinned requirements. Installs only what changed. Throws `CannotRun`. */
export const pythonWithMoto = (): string => {
  if (isInstalled()) return VENV_PYTHON;
  const python = findPython();
  console.error('test:moto: installing moto into .venv (once; a minute or so)');
  run(python, ['-m', 'venv', '--clear', VENV], 'A Python venv cannot be made in .venv');
  run(
    VENV_PYTHON,
    ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--requirement', REQUIREMENTS],
    'moto cannot be installed: pip needs a package index (PyPI) that it can reach, and Python 3.11 or newer',
  );
  writeFileSync(INSTALLED, readFileSync(REQUIREMENTS));
  return VENV_PYTHON;
};

/** A venv breaks when the Python it was made from goes away, so it is asked too. */
const isInstalled = (): boolean =>
  existsSync(INSTALLED) &&
  readFileSync(INSTALLED).equals(readFileSync(REQUIREMENTS)) &&
  ask(VENV_PYTHON, 'import moto').status === 0;

const findPython = (): string => {
  const python = ['python3', 'python'].find(
    (name) => ask(name, 'import sys; assert sys.version_info >= (3, 11)').status === 0,
  );
  if (!python) throw new CannotRun('There is no Python 3.11 or newer: install python3 and python3-venv.');
  // Debian splits this off: https://packages.debian.org/stable/python3-venv
  if (ask(python, 'import ensurepip, venv').status !== 0) {
    throw new CannotRun(`${python} cannot make a venv: install python3-venv.`);
  }
  return python;
};

const ask = (python: string, statement: string): SpawnSyncReturns<string> =>
  spawnSync(python, ['-c', statement], { encoding: 'utf8' });

const run = (command: string, args: readonly string[], problem: string): void => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new CannotRun(`${problem}.\n${error?.message ?? `${stdout}${stderr}`.trim()}`);
};
