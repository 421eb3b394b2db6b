import { stringify } from 'csv-stringify/sync';
import type { KeyLocation } from '../../lambda/domain/location.ts';
import type { Failure } from '../../lambda/domain/model.ts';
import { manyLines } from '../../lambda/render/safe-text.ts';
import { keyJson, type LocateAnswer, type LocatedKey } from './answer.ts';

type Row = {
  record: 'location' | 'key' | 'not-asked' | 'failure';
  key?: LocatedKey;
  location?: KeyLocation;
  about?: Omit<Failure, 'scope'> & { scope?: Failure['scope'] };
};
type Cell = string | number | null | undefined;

/** Column by column, in order. What fails or was not asked is a row of its own that fills the last three. */
const columns = (now: Date): Record<string, (row: Row) => Cell> => ({
  record: ({ record }) => record,
  access_key_id: ({ key }) => key?.accessKeyId,
  account_id: ({ key }) => key?.account?.id,
  account_name: ({ key }) => key?.account?.name,
  user: ({ key }) => key?.userName,
  key_status: ({ key }) => keyJson(key?.key, now).status,
  created: ({ key }) => keyJson(key?.key, now).createDate,
  age_days: ({ key }) => keyJson(key?.key, now).ageDays,
  last_used: ({ key }) => {
    const { lastUsed } = keyJson(key?.key, now);
    return lastUsed?.date ?? lastUsed?.state;
  },
  source: ({ location }) => location?.source,
  state: ({ location }) => location?.state,
  text: ({ location }) => location?.text,
  usage: ({ location }) => location?.usage,
  repository: ({ location }) => location?.place?.repository,
  file: ({ location }) => location?.place?.file,
  line: ({ location }) => location?.place?.line,
  hiera_key: ({ location }) => location?.place?.hieraKey,
  environment: ({ location }) => location?.place?.environment,
  namespace: ({ location }) => location?.place?.namespace,
  about: ({ about }) => about?.scope,
  about_id: ({ about }) => about?.id,
  reason: ({ about }) => about?.reason,
});

/**
 * A row for each location; a key of which nothing is known has one of its own. A cell that a spreadsheet would take for a
 * formula starts with a quote: https://owasp.org/www-community/attacks/CSV_Injection
 */
export const renderLocatedCsv = (answer: LocateAnswer): string => {
  const cells = columns(answer.locatedAt);
  return stringify(
    rowsOf(answer).map((row) => Object.values(cells).map((cellOf) => cell(cellOf(row)))),
    { header: true, columns: Object.keys(cells), escape_formulas: true },
  );
};

const rowsOf = ({ keys, notAsked, failures }: LocateAnswer): Row[] => [
  ...keys.flatMap((key): Row[] =>
    key.locations.length > 0
      ? key.locations.map((location) => ({ record: 'location', key, location }))
      : [{ record: 'key', key }],
  ),
  ...notAsked.map(({ id, why }): Row => ({ record: 'not-asked', about: { id, reason: why } })),
  ...failures.map((about): Row => ({ record: 'failure', about })),
];

const cell = (value: Cell): string | number => (typeof value === 'string' ? manyLines(value) : (value ?? ''));
