import fc from 'fast-check';
import type { AccessKey, IamUser, LastUsed } from '../lambda/domain/model.ts';
import { DAY } from '../lambda/domain/time.ts';
import { ago, iamUser } from './builders.ts';

/** fast-check arbitraries: any key, any user. Ages crowd around the policy's limits. */

/** An instant before NOW: any, or within a millisecond of a limit of the default policy. */
const anyAge = (): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max: 400 * DAY }),
    fc
      .tuple(fc.constantFrom(0, 1, 7, 8, 14, 30, 31, 45, 75, 90), fc.integer({ min: -1, max: 1 }))
      .map(([days, offset]) => Math.max(0, days * DAY + offset)),
  );

/** AWS keeps whole seconds; so does every key here, so that two of them may share one. */
export const anyInstant = (): fc.Arbitrary<Date> =>
  anyAge().map((age) => new Date(Math.floor(ago(age).getTime() / 1000) * 1000));

const serviceName = fc.constantFrom('s3', 'ses', 'sts', undefined);

export const anyLastUsed = (): fc.Arbitrary<LastUsed> =>
  fc.oneof(
    fc.constant<LastUsed>({ state: 'never' }),
    fc.constant<LastUsed>({ state: 'unknown' }),
    fc
      .tuple(anyInstant(), serviceName)
      .map(([date, name]): LastUsed => ({ state: 'used', date, ...(name && { serviceName: name }) })),
  );

const anyKey = (index: number): fc.Arbitrary<AccessKey> =>
  fc.record(
    {
      accessKeyId: fc.oneof({ weight: 9, arbitrary: fc.constant(`AKIAEXAMPLE00000000${index}`) }, fc.constant(null)),
      status: fc.constantFrom('Active', 'Active', 'Inactive', 'Expired'),
      createDate: anyInstant(),
      lastUsed: anyLastUsed(),
      deactivatedAt: anyInstant(),
    },
    { requiredKeys: ['accessKeyId', 'status', 'createDate', 'lastUsed'] },
  );

/** A user with none to three keys; root now and then. */
export const anyUser = (): fc.Arbitrary<IamUser> =>
  fc
    .tuple(
      fc.oneof(
        fc.tuple(),
        fc.tuple(anyKey(1)),
        fc.tuple(anyKey(1), anyKey(2)),
        fc.tuple(anyKey(1), anyKey(2), anyKey(3)),
      ),
      fc.integer({ min: 0, max: 9 }),
      fc.boolean(),
    )
    .map(([accessKeys, dice, production]) =>
      iamUser({
        account: { id: '111122223333', name: 'production', production },
        accessKeys,
        ...(dice === 0 && { userName: '<root_account>', arn: 'arn:aws:iam::111122223333:root' }),
      }),
    );
