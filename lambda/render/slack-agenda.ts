import { listsOngoing, type Repeat, type Standing, standingOf } from '../domain/news.ts';
import type { AuditReport, Finding } from '../domain/report.ts';
import { reportedAt } from './summary.ts';

/**
 * One finding of a report: its number there, from 1, whether it is one of those to be done first, of all that can be done, and
 * whether the digest tells it in full or in one line.
 */
export type Entry = { finding: Finding; number: number; isFirst: boolean; inFull: boolean };

export type Agenda = {
  /** What the digest tells, in this order: those to be done first, what else is news, the ongoing ones. */
  entries: Entry[];
  /** How many ongoing findings it does not list today. */
  heldBack: number;
};

/** So many are to be done first. */
const FIRST = 3;
/** The digest has no more than so many in full, and so many in a line. */
const IN_FULL = 10;
const IN_LINES = 20;

/** News in full, ongoing findings in a line where they are repeated now, and nothing of those that can only wait. */
export const agendaOf = (report: AuditReport, repeat: Repeat): Agenda => {
  const now = reportedAt(report);
  const numbered = report.findings.map((finding, position) => {
    const standing: Standing = standingOf(finding, now);
    return { finding, number: position + 1, standing, inFull: standing !== 'ongoing' };
  });
  const repeats = listsOngoing(repeat, now);
  const told = numbered
    .filter(({ standing }) => standing !== 'waiting')
    .map((entry, position) => ({ ...entry, isFirst: position < FIRST }))
    .filter(({ standing }) => standing !== 'ongoing' || repeats);
  const others = told.filter(({ isFirst }) => !isFirst);
  return {
    entries: [
      ...told.filter(({ isFirst }) => isFirst),
      ...others.filter(({ inFull }) => inFull),
      ...others.filter(({ inFull }) => !inFull),
    ],
    heldBack: repeats ? 0 : numbered.filter(({ standing }) => standing === 'ongoing').length,
  };
};

/** As many of the entries as a digest is read for. */
export const readable = (entries: readonly Entry[]): Entry[] => {
  const full = entries.filter(({ inFull }) => inFull).slice(0, IN_FULL);
  const lines = entries.filter(({ inFull }) => !inFull).slice(0, IN_LINES);
  return entries.filter((entry) => full.includes(entry) || lines.includes(entry));
};

/** `14 ongoing ones are listed here on Mondays.` Nothing where they are listed now. */
export const heldBackSentence = ({ heldBack }: Agenda, repeat: Repeat): string => {
  if (heldBack === 0) return '';
  const ongoing = heldBack === 1 ? '1 ongoing one is' : `${heldBack} ongoing ones are`;
  return `${ongoing} ${repeat === 'weekly' ? 'listed here on Mondays' : 'not listed here'}.`;
};
