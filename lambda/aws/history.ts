import type { History, Objects } from '../ports.ts';

/** What scans remember, in the bucket of reports: an object for each account under `latest/`. */
export const bucketHistory = ({ get, put }: Objects): History => ({
  recall: (accountId, signal) => get(`latest/${accountId}.json`, signal),
  remember: (accountId, memory) => put(`latest/${accountId}.json`, memory),
  setAside: (accountId, scanId, text) => put(`latest/unreadable/${accountId}-${scanId}.json`, text),
});
