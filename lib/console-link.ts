import { Aws, CfnMapping } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and the sign-in pages of each partition. */
export const consoleHosts: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/** A page of the console of whichever partition and region the stack is deployed to. */
export const consoleLink = (scope: Construct, page: string): string => {
  const mapping = new CfnMapping(scope, 'Console', {
    mapping: Object.fromEntries(Object.entries(consoleHosts).map(([partition, host]) => [partition, { host }])),
  });
  return `https://${Aws.REGION}.${mapping.findInMap(Aws.PARTITION, 'host')}/${page}`;
};
