/**
 * One management event of CloudTrail, as far as anybody here asks.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export type TrailEvent = {
  /** `ListBuckets`. */
  name: string;
  /** `s3.amazonaws.com`. */
  source: string;
  at: Date;
  region: string;
  /** An IP address, or the AWS service that made the call. */
  sourceIpAddress?: string;
  userAgent?: string;
  /** `AccessDenied` and the like, where the call failed: it was made all the same. */
  errorCode?: string;
  /** The access key that an IAM call made or changed, and the status it set. */
  subject?: { accessKeyId: string; status?: string };
};

/** What was last done to the status of each key, by its id, and when. Calls that failed changed nothing. */
export const statusChangesIn = (events: readonly TrailEvent[]): Map<string, StatusChange> => {
  const latest = new Map<string, StatusChange>();
  for (const { name, at, errorCode, subject } of events) {
    if (name !== 'UpdateAccessKey' || errorCode !== undefined || subject?.status === undefined) continue;
    const { accessKeyId, status } = subject;
    const known = latest.get(accessKeyId);
    // Of two calls in one second, CloudTrail gives the later one first.
    if (!known || at > known.at) latest.set(accessKeyId, { at, status });
  }
  return latest;
};

export type StatusChange = { at: Date; status: string };

/** Who made each key, by its id: the program and address of the CreateAccessKey call. Calls that failed made none. */
export const creatorsIn = (events: readonly TrailEvent[]): Map<string, { userAgent?: string; source?: string }> =>
  new Map(
    events
      .filter(({ name, errorCode }) => name === 'CreateAccessKey' && errorCode === undefined)
      .flatMap(({ subject, userAgent, sourceIpAddress }) =>
        subject
          ? [
              [
                subject.accessKeyId,
                {
                  ...(userAgent !== undefined && { userAgent }),
                  ...(sourceIpAddress !== undefined && { source: sourceIpAddress }),
                },
              ],
            ]
          : [],
      ),
  );

/**
 * The infrastructure code that made a call, by what CloudTrail knows of the caller. Pulumi comes first: its AWS provider
 * is made of Terraform's and may say so too. OpenTofu counts as Terraform.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * https://github.com/hashicorp/aws-sdk-go-base (`APN/1.0 HashiCorp/1.0 Terraform/1.9.5 …`)
 * https://github.com/pulumi/pulumi-aws-native (`APN/1.0 Pulumi/1.0 …`)
 */
export const infrastructureCodeOf = (
  userAgent: string | undefined,
  sourceIpAddress: string | undefined,
): 'Terraform' | 'CloudFormation' | 'Pulumi' | undefined => {
  const caller = `${userAgent ?? ''} ${sourceIpAddress ?? ''}`;
  if (/\bPulumi/i.test(caller)) return 'Pulumi';
  if (/\b(Terraform|OpenTofu)\b/i.test(caller)) return 'Terraform';
  return /\bcloudformation\.amazonaws\.com\b/.test(caller) ? 'CloudFormation' : undefined;
};

/** The same call by the same caller, however often it was made. */
export type TrailUse = Pick<
  TrailEvent,
  'name' | 'source' | 'region' | 'sourceIpAddress' | 'userAgent' | 'errorCode'
> & {
  count: number;
  last: Date;
};

/** Calls that differ in their time only, taken together. The most recent first. */
export const usesIn = (events: readonly TrailEvent[]): TrailUse[] => {
  const uses = new Map<string, TrailUse>();
  for (const { at, subject: _, ...call } of events) {
    const { name, source, region, sourceIpAddress, userAgent, errorCode } = call;
    const key = JSON.stringify([name, source, region, sourceIpAddress, userAgent, errorCode]);
    const known = uses.get(key) ?? { ...call, count: 0, last: at };
    uses.set(key, { ...known, count: known.count + 1, last: at > known.last ? at : known.last });
  }
  return [...uses.values()].sort((a, b) => b.last.getTime() - a.last.getTime());
};
