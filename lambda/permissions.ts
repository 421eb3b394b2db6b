/**
 * What the program asks of AWS, by the adapter that asks: file names of `lambda/aws/`, `lambda/notifiers/` and `bin/aws/`,
 * without their ending. The stacks' policies are made of these lists, and test/permissions.test.ts holds them against the code.
 */
type Actions = Readonly<Record<string, readonly string[]>>;

/** Of every audited account, the hub's own included: reading, and nothing else. */
export const auditedAccountActions = {
  cloudtrail: ['cloudtrail:LookupEvents'],
  'credential-report': ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
  iam: ['iam:GetAccessKeyLastUsed', 'iam:GetAccountSummary', 'iam:ListAccessKeys', 'iam:ListUserTags', 'iam:ListUsers'],
} as const satisfies Actions;

/** Of the hub account. `lib/hub-role.ts` binds each to its resource. */
export const hubActions = {
  accounts: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
  credentials: ['sts:AssumeRole'],
  objects: ['s3:GetObject', 's3:PutObject'],
  secret: ['secretsmanager:GetSecretValue'],
  sns: ['sns:Publish'],
} as const satisfies Actions;

/**
 * What a publisher needs of the key of an encrypted topic; SNS makes these calls on its behalf.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export const topicKeyActions = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;

/**
 * What S3 needs before it says that an object is not there, rather than that it is forbidden. No condition on a prefix: a
 * GetObject has none. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const missingObjectActions = ['s3:ListBucket'] as const;

/**
 * What only the command line calls, with the operator's own credentials.
 *
 * A deployment names the organizational units to audit, as its stack set needs them, so the hub never lists the whole
 * organization: only `keyaudit scan` does.
 */
export const commandLineActions = {
  accounts: ['organizations:ListAccounts', 'organizations:ListRoots'],
  'change-keys': ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:TagUser', 'iam:UntagUser', 'iam:UpdateAccessKey'],
  functions: ['lambda:ListFunctions'],
  'key-account': ['sts:GetAccessKeyInfo'],
} as const satisfies Actions;
