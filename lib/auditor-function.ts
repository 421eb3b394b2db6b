import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE, type Settings } from '../lambda/settings.ts';
import { SERVICE_NAME } from './metrics.ts';

export type AuditorFunctionProps = {
  settings: Settings;
  /** With every permission it needs: nothing is added here. */
  role: IRole;
  logGroup: ILogGroup;
  /** Where the event of a failed asynchronous invocation goes. */
  failures: IQueue;
  /** Names and addresses only: settings travel with the code. */
  environment: Readonly<Record<string, string>>;
  /** MiB. @default 1024 */
  memorySize?: number;
};

const root = fileURLToPath(new URL('..', import.meta.url));

/** The auditor: one ES module with the SDK in it, and its settings beside it. */
export const auditorFunction = (
  scope: Construct,
  { settings, role, logGroup, failures, environment, memorySize = 1024 }: AuditorFunctionProps,
): NodejsFunction => {
  const directory = mkdtempSync(join(tmpdir(), 'keyaudit-settings-'));
  try {
    const settingsFile = join(directory, 'settings.json');
    writeFileSync(settingsFile, JSON.stringify(settings));
    return new NodejsFunction(scope, 'Auditor', {
      description: 'keyaudit: finds old, unused and lingering IAM access keys, and tells the team what to do next',
      entry: join(root, 'lambda', 'index.ts'),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize,
      timeout: Duration.minutes(15),
      // A grant to this function changes nothing: what it may do is in its role, and only there.
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // A repeated run tells only those whom the one before did not: see lambda/turns.ts.
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(failures),
      ...(settings.reservedConcurrency && { reservedConcurrentExecutions: settings.reservedConcurrency }),
      environment: {
        ...environment,
        POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      },
      awsSdkConnectionReuse: false,
      bundling: {
        bundleAwsSDK: true,
        minify: true,
        format: OutputFormat.ESM,
        mainFields: ['module', 'main'],
        // Without it, CommonJS modules in the bundle fail: "Dynamic require of node:os is not supported".
        banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_input, output) => [`cp "${settingsFile}" "${join(output, 'settings.json')}"`],
        },
      },
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
};
