import { lineTo } from '../line.ts';

type Cut = { action: string; when: 'before' | 'after' };

/**
 * Leads the SDK's ordinary settings through a line to moto that breaks at the call of one action, before moto hears of it or
 * before its answer comes back, while `work` runs.
 */
export const onBrokenLine = async <T>({ action, when }: Cut, work: () => Promise<T>): Promise<T> => {
  const moto = process.env['AWS_ENDPOINT_URL'];
  if (!moto) throw new Error('there is no AWS_ENDPOINT_URL');
  const line = await lineTo(moto, async (asked, forward) => {
    if (asked !== action) return forward();
    if (when === 'after') await forward();
    return 'broken';
  });
  process.env['AWS_ENDPOINT_URL'] = line.url;
  try {
    return await work();
  } finally {
    process.env['AWS_ENDPOINT_URL'] = moto;
    line.close();
  }
};
