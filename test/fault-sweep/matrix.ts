import type { Call, Fault, FaultKind, Faults } from '../fake-aws/index.ts';

/** Which faults meet which calls: made of the calls that a run without faults was seen to make. */

/** All but the address that files are sent to, which answers by HTTP status alone. */
const slackMethod = /^slack:(?!upload)/;

/** The faults of an operation; `once`: the first attempt alone, which every caller should survive. */
const faults: readonly { kind: FaultKind; once?: true; of?: RegExp }[] = [
  { kind: 'throttle', once: true },
  { kind: 'throttle' },
  { kind: 'ratelimited', once: true, of: slackMethod },
  { kind: 'ratelimited', of: slackMethod },
  { kind: 'error500', once: true },
  { kind: 'error500' },
  { kind: 'timeout', once: true },
  { kind: 'timeout' },
  { kind: 'reset', once: true },
  { kind: 'reset' },
  { kind: 'malformed' },
  { kind: 'empty' },
  { kind: 'deny' },
  { kind: 'expired-token' },
  { kind: 'not-found' },
];

export type Position = 'first' | 'middle' | 'last' | 'every';

/** One fault at one place of a run. */
export type Cell = {
  operation: string;
  kind: FaultKind;
  /** A fault of one attempt, which a repetition mends. */
  once: boolean;
  position: Position;
  /** The calls of the run without faults that it meets. */
  calls: readonly Call[];
  /** The place of the first of them among the calls of the operation, from 1. */
  nth: number;
};

export const nameOf = ({ operation, kind, once, position }: Cell): string =>
  `${operation}: ${kind}${once ? ' once' : ''} at ${position === 'every' ? 'every' : `the ${position}`} call`;

/** Every fault at the first, a middle, the last and at every call of the operation, as far as these differ. */
export const cellsOf = (operation: string, run: readonly Call[]): Cell[] => {
  const calls = distinct(run.filter((call) => call.operation === operation));
  return faults
    .filter(({ of = /./ }) => of.test(operation))
    .flatMap(({ kind, once = false }) =>
      positions(calls.length).map(({ position, at }) => ({
        operation,
        kind,
        once,
        position,
        calls: at === undefined ? calls : calls.slice(at, at + 1),
        nth: (at ?? 0) + 1,
      })),
    );
};

const positions = (count: number): { position: Position; at?: number }[] => [
  { position: 'first', at: 0 },
  ...(count > 2 ? [{ position: 'middle' as const, at: Math.floor(count / 2) }] : []),
  ...(count > 1 ? [{ position: 'last' as const, at: count - 1 }, { position: 'every' as const }] : []),
];

/** Gives the services the fault of a cell. Channels are told one message after the other; other calls are known by what they ask. */
export const inject = (cell: Cell, services: { aws: Faults; slack: Faults }): void => {
  const { operation, kind, once, position, calls, nth } = cell;
  if (isTelling(cell)) {
    const service = operation.startsWith('slack:') ? services.slack : services.aws;
    service.add({ operation, kind, nth: !once ? from(nth) : position === 'every' ? from(1, 2) : nth });
    return;
  }
  const fault: Fault = { operation, kind, ...(once && { nth: 1 }) };
  if (position === 'every' && !once) services.aws.add(fault);
  else for (const call of calls) services.aws.add({ ...fault, account: call.account, when: asks(call) });
};

/** What the audit reads: all else is remembered or told. */
export const isOfReading = ({ operation }: Pick<Cell, 'operation'>): boolean =>
  /^(sts|organizations|iam|cloudtrail):/.test(operation);

/** A message has the time in it: no two are the same. */
const isTelling = ({ operation }: Pick<Cell, 'operation'>): boolean => /^(slack|sns):/.test(operation);

/** More calls of one operation than any run makes: all from one on, or every other one, whose repetition is answered. */
const from = (nth: number, step = 1): number[] => Array.from({ length: 1_000 }, (_, index) => nth + index * step);

const asks = ({ params }: Call): ((other: Call['params']) => boolean) => {
  const question = questionOf(params);
  return (other) => questionOf(other) === question;
};

/** A call without the text it stores: that has the time of the run in it. */
const questionOf = ({ Body: _body, ...question }: Call['params']): string => JSON.stringify(question);

/** Repetitions, and polls, ask the same again. */
const distinct = (calls: readonly Call[]): Call[] => [
  ...new Map(
    calls.map((call, position) => [
      isTelling(call) ? String(position) : `${call.account} ${questionOf(call.params)}`,
      call,
    ]),
  ).values(),
];
