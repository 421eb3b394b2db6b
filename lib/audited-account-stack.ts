import { AccountPrincipal, type Conditions, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnOutput, CfnParameter, LegacyStackSynthesizer, Stack, type StackProps, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { auditedAccountActions } from '../lambda/permissions.ts';
import { hubRoleName, type Settings } from '../lambda/settings.ts';

/** The template's parameter: the account that the auditor runs in. */
export const HUB_ACCOUNT_PARAMETER = 'HubAccountId';

export type AuditedAccountStackProps = StackProps & {
  settings: Pick<Settings, 'auditRoleName' | 'externalId' | 'organizationId' | 'operatorRoleArns'>;
};

/**
 * The role that an audited account has: it lets the hub read access keys and CloudTrail's event history, and nothing
 * else. Needs no bootstrapped account, so that the same template serves `cdk deploy`, a stack set and the console.
 */
export class AuditedAccountStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: AuditedAccountStackProps) {
    super(scope, id, {
      description: 'keyaudit: lets the auditor read the IAM access keys of this account, and the calls made with them',
      synthesizer: new LegacyStackSynthesizer(),
      ...props,
    });
    const hubAccountId = new CfnParameter(this, HUB_ACCOUNT_PARAMETER, {
      description: 'The account that keyaudit is deployed to (the output HubAccountId of its stack)',
      allowedPattern: '\\d{12}',
      constraintDescription: 'is an account id: 12 digits',
    }).valueAsString;

    const role = new Role(this, 'AuditRole', {
      roleName: settings.auditRoleName,
      description: 'keyaudit: reads IAM access keys, and the calls made with them',
      // The account, not its role: a principal that does not exist yet is refused, and one that is made again is another.
      assumedBy: new AccountPrincipal(hubAccountId).withConditions(this.trust(hubAccountId, settings)),
      inlinePolicies: {
        'read-access-keys': new PolicyDocument({
          statements: [new PolicyStatement({ actions: Object.values(auditedAccountActions).flat(), resources: ['*'] })],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Reading only: the credential report, the account summary, the list of users and the event history have no resource to name, and every user of the account is read.',
    });
    new CfnOutput(this, 'AuditRoleArn', { description: 'What the hub assumes', value: role.roleArn });
  }

  /**
   * `aws:PrincipalArn` is the role's ARN in every session of it:
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
   */
  private trust(
    hubAccountId: string,
    { operatorRoleArns, organizationId, externalId, ...names }: AuditedAccountStackProps['settings'],
  ): Conditions {
    const hubRoleArn = this.formatArn({
      service: 'iam',
      region: '',
      account: hubAccountId,
      resource: 'role',
      resourceName: hubRoleName(names),
    });
    const strings = {
      ...(organizationId && { 'aws:PrincipalOrgID': organizationId }),
      ...(externalId && { 'sts:ExternalId': externalId }),
    };
    return {
      ArnEquals: { 'aws:PrincipalArn': [hubRoleArn, ...operatorRoleArns] },
      ...(Object.keys(strings).length > 0 && { StringEquals: strings }),
    };
  }
}
