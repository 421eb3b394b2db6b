import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  everything,
  policiesOf,
  type Resource,
  resources,
  type Statement,
  type Synthesised,
  stable,
  statementInWords,
  synthesiseAuditedAccount,
} from './templates.ts';

let full: Synthesised;
beforeAll(() => {
  full = synthesiseAuditedAccount(everything);
});

const roleOf = ({ template }: Synthesised): Resource => resources(template, 'AWS::IAM::Role')['AuditRole']!;
const trustOf = (synthesised: Synthesised): Statement[] =>
  (roleOf(synthesised).Properties['AssumeRolePolicyDocument'] as { Statement: never[] }).Statement.map(
    statementInWords,
  );

const HUB_ROLE = 'arn:<AWS::Partition>:iam::<HubAccountId>:role/keyaudit-hub';

describe('the stack of an audited account', () => {
  it('is what it was', () => {
    expect(stable(full.template)).toMatchSnapshot();
  });

  it('is one role, and needs no bootstrapped account: its parameter is the hub’s account', () => {
    const { Resources, Parameters, Rules } = full.template.toJSON();
    expect(Object.values(Resources)).toHaveLength(1);
    expect(Object.keys(Parameters)).toEqual(['HubAccountId']);
    expect(Rules).toBeUndefined();
  });

  it('has nothing that AwsSolutions says and nobody acknowledged', () => {
    expect(full.complaints).toEqual([]);
  });
});

describe('the audit role', () => {
  it('has the name of the settings', () => {
    expect(roleOf(full).Properties['RoleName']).toBe('keyaudit');
    expect(roleOf(synthesiseAuditedAccount({ auditRoleName: 'access-keys' })).Properties['RoleName']).toBe(
      'access-keys',
    );
  });

  it('reads, by exact names, and no secret, parameter, function or key', () => {
    const actions = Object.values(policiesOf(roleOf(full)))
      .flat()
      .flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      expect(action).toMatch(/^[a-z0-9-]+:(Get|List|Lookup|Generate|Describe)[A-Za-z]+$/);
      expect(action).not.toMatch(
        /^(secretsmanager:GetSecretValue|ssm:GetParameter.*|lambda:ListFunctions|kms:Decrypt)$/,
      );
    }
    expect(roleOf(full).Properties['ManagedPolicyArns']).toBeUndefined();
  });
});

describe('the trust', () => {
  it('is in the hub’s account, and there in the hub’s role alone', () => {
    expect(trustOf(synthesiseAuditedAccount())).toEqual([
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Principal: { AWS: 'arn:<AWS::Partition>:iam::<HubAccountId>:root' },
        Condition: { ArnEquals: { 'aws:PrincipalArn': [HUB_ROLE] } },
      },
    ]);
  });

  it('is in the operators’ roles too, and asks for the organization and the external id, where they are set', () => {
    expect(trustOf(full).map(({ Condition }) => Condition)).toEqual([
      {
        ArnEquals: { 'aws:PrincipalArn': [HUB_ROLE, 'arn:aws:iam::111122223333:role/admin'] },
        StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid', 'sts:ExternalId': 'keyaudit-example' },
      },
    ]);
  });

  it('is in the role that the hub of the same settings runs as', () => {
    const [{ Condition } = {}] = trustOf(synthesiseAuditedAccount({ auditRoleName: 'access-keys' }));
    expect(JSON.stringify(Condition)).toContain(':role/access-keys-hub"');
  });
});
