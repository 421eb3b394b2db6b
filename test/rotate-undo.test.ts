import { describe, expect, it } from '@jest/globals';
import { daysAgo, hoursAgo, SECOND_KEY } from './builders.ts';
import { HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { rotationOf, safe, USER } from './rotating.ts';

/** What becomes of a new key whose secret could not be kept. IAM learns of a new key a little later than it gives it out. */

const lastUsed = { date: hoursAgo(2), service: 's3', region: 'eu-west-1' };
const user = { keys: [{ accessKeyId: SECOND_KEY, created: daysAgo(120), lastUsed }] };
const sealed = () => safe({ keep: () => Promise.reject(new Error('the vault is sealed')) }).store;

describe('a new key whose secret could not be kept', () => {
  it('is deleted again, also where IAM does not know it at first', async () => {
    const rotation = await rotationOf({ user });
    rotation.aws.faults.add({ operation: 'iam:DeleteAccessKey', kind: 'not-found', nth: [1, 2] });
    const { code, error } = await rotation.run({ assumeYes: true, store: sealed() });
    expect(code).toBe(2);
    expect(error).toMatch(/^Keeping the secret of (AKIA\w+) failed: the vault is sealed\. \1 is deleted again/);
    expect(rotation.user.keys.map(({ accessKeyId }) => accessKeyId)).toEqual([SECOND_KEY]);
  });

  it.each([
    ['refuses to delete it', 'iam:DeleteAccessKey', 'deny', 'AccessDenied: '],
    ['goes on listing it', 'iam:DeleteAccessKey', 'not-found', 'IAM still lists it'],
  ] as const)('may still exist where IAM %s: that is said, with what to do', async (_what, operation, kind, reason) => {
    const rotation = await rotationOf({ user });
    rotation.aws.faults.add({ operation, kind });
    const { code, error } = await rotation.run({ assumeYes: true, store: sealed() });
    const left = rotation.user.keys[1]!.accessKeyId;
    expect(code).toBe(2);
    expect(error).toContain(
      `Keeping the secret of ${left} failed: the vault is sealed. Deleting ${left} again failed too: ${reason}`,
    );
    expect(error).toContain(
      'THE NEW KEY MAY STILL EXIST (to delete it: aws sts get-caller-identity --query Account --output text | ' +
        `grep -x ${HUB_ACCOUNT_ID} && aws iam delete-access-key --user-name ${USER} --access-key-id ${left})`,
    );
    expect(error).not.toContain('deleted again');
  });
});
