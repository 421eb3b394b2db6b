import { DAY, HOUR } from '../lambda/domain/time.ts';
import { NOW } from './builders.ts';
import { embeddedAws } from './embedded.ts';
import { type Fault, fakeWorld } from './fake-aws/index.ts';

/** An AWS whose clock is another than the machine's, which stands at NOW. All of AWS's data is by its own. */

/** Milliseconds after NOW. */
export const at = (ms: number): Date => new Date(NOW.getTime() + ms);

/** An account of AWS's time: alice's key is in use and that many days old. */
const accountAt = (awsNow: Date, keyDays: number) => {
  const before = (ms: number): Date => new Date(awsNow.getTime() - ms);
  const key = {
    created: before(keyDays * DAY),
    lastUsed: { date: before(HOUR), service: 's3', region: 'eu-west-1' },
  };
  return fakeWorld({
    accounts: [{ users: [{ userName: 'alice', created: before(900 * DAY), keys: [key] }], report: { polls: 0 } }],
  });
};

/** AWS's clock is so many ms ahead of the machine's. */
export const awsAhead = async (ms: number, { keyDays = 10, fault }: { keyDays?: number; fault?: Fault } = {}) => {
  const aws = await embeddedAws({ world: accountAt(at(ms), keyDays), now: () => at(ms) });
  if (fault) aws.faults.add(fault);
  return aws;
};
