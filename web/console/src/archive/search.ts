/** What is asked of the catalogue, from what a person typed. Pure. */
import type { FindTranscripts } from '../protocol.ts';

export interface Search {
  reference: string;
  /** Days as a date field gives them, `2026-11-24`, in the reader's time zone. */
  from: string;
  until: string;
  department: string;
  agent: string;
  disposition: string;
}

export const EVERYTHING: Search = { reference: '', from: '', until: '', department: '', agent: '', disposition: '' };

const HOUR_MILLISECONDS = 3_600_000;

/** The catalogue knows hours: one that a day begins or ends in belongs to that day. */
export function asked(search: Search): Partial<FindTranscripts> {
  const found: Partial<FindTranscripts> = {};
  const reference = search.reference.trim().toUpperCase();
  if (reference !== '') found.reference = reference;
  if (search.from !== '') found.from = Math.floor(midnight(search.from, 0) / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  if (search.until !== '') found.before = Math.ceil(midnight(search.until, 1) / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  for (const name of ['department', 'agent', 'disposition'] as const) if (search[name] !== '') found[name] = search[name];
  return found;
}

function midnight(day: string, daysOn: number): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysOn).getTime();
}

export function isBackwards({ from, until }: Search): boolean {
  return from !== '' && until !== '' && until < from;
}

export function isEverything(search: Search): boolean {
  return Object.values(search).every((text: string) => text.trim() === '');
}
