import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** More than a year: this year's report beside last year's. */
const KEPT = Duration.days(400);
/** How long what was overwritten, deleted or outlived can be had back. */
const RECOVERABLE = Duration.days(30);

/** Reports (`reports/`), what the next scan is to know (`latest/`), and what runs note down (`runs/`). It stays when the stack goes. */
export const reportsBucket = (scope: Construct): Bucket => {
  const bucket = new Bucket(scope, 'Reports', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    versioned: true,
    lifecycleRules: [
      {
        expiration: KEPT,
        noncurrentVersionExpiration: RECOVERABLE,
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
      { prefix: 'runs/', expiration: RECOVERABLE },
      { expiredObjectDeleteMarker: true },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'One writer, few readers, and no secrets in a report: a second bucket of access logs would need the same care. Accounts that must log reads do so by CloudTrail data events.',
  });
  return bucket;
};
