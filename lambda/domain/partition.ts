/** What an ARN tells: `arn:partition:service:region:account:resource`. Empty where the ARN is. */
export const parseArn = (arn: string): { partition: string; region: string; accountId: string } => {
  const [, partition = 'aws', , region = '', accountId = ''] = arn.split(':');
  return { partition, region, accountId };
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and the sign-in pages of each partition. */
const consoleHosts: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/** The console page where a user's keys are managed; `undefined` in a partition whose console is not known. */
export const credentialsPage = (user: { arn: string; userName: string }, root: boolean): string | undefined => {
  const host = consoleHosts[parseArn(user.arn).partition];
  if (!host) return undefined;
  return root
    ? `https://${host}/iam/home#/security_credentials`
    : `https://${host}/iam/home#/users/details/${encodeURIComponent(user.userName)}?section=security_credentials`;
};
