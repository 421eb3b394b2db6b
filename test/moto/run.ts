import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CannotRun, pythonWithMoto } from './venv.ts';

/**
 * `npm run test:moto`: moto on free loopback ports, the suites of this folder against it, and jest's exit code.
 * Where Python or moto cannot be had, it says so and exits with 2. Arguments are jest's.
 */

type Addresses = { aws: string; backDating: string };

/** AWS's documented example: https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html */
const credentials = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** Nothing of the caller's own AWS set-up gets in: not a profile, a session or another endpoint. */
const environment = ({ aws, backDating }: Addresses): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
  ...credentials,
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: aws,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  MOTO_BACK_DATING_URL: backDating,
});

const startMoto = async (python: string, signal: AbortSignal): Promise<Addresses> => {
  const server = spawn(python, [fileURLToPath(new URL('server.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    signal,
  });
  const [line] = await Promise.race([
    once(createInterface(server.stdout), 'line'),
    exitCode(server).then((code) => {
      throw new CannotRun(`moto ended with ${code} before it was ready.`);
    }),
  ]);
  return JSON.parse(line) as Addresses;
};

const runJest = (addresses: Addresses, signal: AbortSignal): Promise<number> => {
  const jest = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));
  const config = fileURLToPath(new URL('jest.config.js', import.meta.url));
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return exitCode(
    spawn(process.execPath, [...flags, jest, '--config', config, ...process.argv.slice(2)], {
      env: environment(addresses),
      stdio: 'inherit',
      signal,
    }),
  );
};

/** 1 for what a signal ended. */
const exitCode = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => (error.name === 'AbortError' ? resolve(1) : reject(error)));
    child.once('exit', (code) => resolve(code ?? 1));
  });

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
try {
  const moto = await startMoto(pythonWithMoto(), stop.signal);
  process.exitCode = await runJest(moto, stop.signal);
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  console.error(`test:moto: ${error.message}`);
  process.exitCode = 2;
} finally {
  stop.abort();
}
