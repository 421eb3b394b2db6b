import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aws, CfnStackSet } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isAccountId, type Settings } from '../lambda/settings.ts';
import { AuditedAccountStack, HUB_ACCOUNT_PARAMETER } from './audited-account-stack.ts';

type Organization = Exclude<Settings['accounts'], 'self' | unknown[]>['organization'];

export type AuditRoleStackSetProps = { settings: Settings; organization: Organization };

/** The audit role in every account of the organizational units, those of tomorrow included. */
export const auditRoleStackSet = (
  scope: Construct,
  { settings, organization: { include, exclude, callAs } }: AuditRoleStackSetProps,
): CfnStackSet => {
  const excluded = exclude.filter(isAccountId);
  return new CfnStackSet(scope, 'AuditRoles', {
    stackSetName: 'keyaudit-audited-account',
    description: 'keyaudit: the role that lets the auditor read access keys, in every audited account',
    permissionModel: 'SERVICE_MANAGED',
    callAs,
    capabilities: ['CAPABILITY_NAMED_IAM'],
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    managedExecution: { Active: true },
    // An account that refuses must not keep the role from the others: the digest names it.
    operationPreferences: { failureTolerancePercentage: 100, maxConcurrentPercentage: 100 },
    parameters: [{ parameterKey: HUB_ACCOUNT_PARAMETER, parameterValue: Aws.ACCOUNT_ID }],
    stackInstancesGroup: [
      {
        // IAM is the same in every region: one has to be named.
        regions: [Aws.REGION],
        deploymentTargets: {
          organizationalUnitIds: include,
          ...(excluded.length > 0 && { accountFilterType: 'DIFFERENCE', accounts: excluded }),
        },
      },
    ],
    templateBody: auditedAccountTemplate(scope, settings),
  });
};

/** What `keyaudit-audited-account` of this app is, as JSON. */
const auditedAccountTemplate = (scope: Construct, settings: Settings): string => {
  const outdir = mkdtempSync(join(tmpdir(), 'keyaudit-audited-account-'));
  try {
    const app = new App({
      outdir,
      autoSynth: false,
      analyticsReporting: false,
      context: scope.node.getAllContext(),
      postCliContext: { 'aws:cdk:enable-path-metadata': false },
    });
    const stack = new AuditedAccountStack(app, 'keyaudit-audited-account', { settings });
    return JSON.stringify(app.synth().getStackArtifact(stack.artifactId).template);
  } finally {
    rmSync(outdir, { recursive: true });
  }
};
