import { ListAccessKeysCommand, ListUserTagsCommand } from '@aws-sdk/client-iam';
import type { AccessKey, Tags } from '../../lambda/domain/model.ts';
import { NOW } from '../builders.ts';
import { runsOf, stoppedClock, USER } from '../rotating.ts';
import { backDateKey, HUB, iamOf, seedUser } from './moto.ts';

/** One user on moto, whose keys are rotated. */

export const later = (ms: number): Date => new Date(NOW.getTime() + ms);

type Seed = Omit<Parameters<typeof runsOf>[1], 'slack'> & { tags?: Tags };
type SeedKey = Partial<Omit<AccessKey, 'accessKeyId'>>;

/** Runs of `keyaudit rotate` for a user with these keys, at a clock of the test's own. */
export const rotation = async ({ tags = {}, ...world }: Seed, ...accessKeys: SeedKey[]) => {
  const ids = await seedUser(HUB, { userName: USER, accessKeys, tags });
  const iam = await iamOf(HUB);
  const time = stoppedClock();
  const listed = async () => (await iam.send(new ListAccessKeysCommand({ UserName: USER }))).AccessKeyMetadata ?? [];
  return {
    ...time,
    iam,
    ids,
    run: runsOf(time, world),
    /** `id status` of each key. */
    keys: async () => (await listed()).map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`),
    tags: async () =>
      Object.fromEntries(
        ((await iam.send(new ListUserTagsCommand({ UserName: USER }))).Tags ?? []).map(({ Key, Value }) => [
          Key,
          Value,
        ]),
      ),
    /** What moto writes with the real clock, as of the test's. */
    change: (accessKeyId: string, change: Partial<AccessKey>) => backDateKey(HUB, USER, accessKeyId, change),
  };
};
