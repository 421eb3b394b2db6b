/** What an ARN tells: `arn:partition:service:region:account:resource`. Empty where the ARN is. */
export const parseArn = (arn: string): { partition: string; region: string; accountId: string } => {
  const [, partition = 'aws', , region = '', accountId = ''] = arn.split(':');
  return { partition, region, accountId };
};

/**
 * Where CloudTrail keeps the events of services without regions, like IAM and STS's global endpoint:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
const globalEventsRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-northwest-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** The region whose CloudTrail has the events of global services; `undefined` in a partition where that is not known. */
export const globalEventsRegion = (partition: string): string | undefined => globalEventsRegions[partition];

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const regionPrefixes: readonly (readonly [prefix: string, partition: string])[] = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['eusc-', 'aws-eusc'],
];

/** The partition that a region is in, by the region's name: `aws` where that says nothing else. */
export const partitionOfRegion = (region: string): string =>
  regionPrefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

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
