/**
 * The lists: what the server said of each conversation, sorted into Waiting,
 * Mine and Team. Pure; it knows neither page nor socket.
 */
import type { Colleague, Me, Row } from '../protocol.ts';

export type Rows = ReadonlyMap<string, Row>;

export const NO_ROWS: Rows = new Map();

export type ListName = 'waiting' | 'mine' | 'team';

export interface Lists {
  readonly waiting: readonly Row[];
  readonly mine: readonly Row[];
  readonly team: readonly Row[];
}

/**
 * Takes a `rows` frame in. The first one of a connection is everything that
 * there is (`isWhole`), so what vanished while we were away goes too.
 */
export function withRows(rows: Rows, changed: readonly Row[], gone: readonly string[], isWhole: boolean): Rows {
  const next = new Map(isWhole ? [] : rows);
  for (const row of changed) next.set(row.conversation, row);
  for (const id of gone) next.delete(id);
  return next;
}

/** Offered to this person, who has until `offered_until` to accept. */
export function isOfferedTo(row: Row, me: string): boolean {
  return row.state === 'waiting' && row.agent?.id === me && row.offered_until != null;
}

export function isMine(row: Row, me: string): boolean {
  return row.agent?.id === me && row.state !== 'waiting';
}

export function seesTeam(me: Me): boolean {
  return me.role === 'supervisor';
}

/** Offers to me first, then who waits longest; mine by when I took them, so that rows do not jump. */
export function lists(rows: Rows, me: Me): Lists {
  const all = [...rows.values()];
  const waiting = all
    .filter((row) => row.state === 'waiting')
    .sort((a, b) => offerRank(a, me.id) - offerRank(b, me.id) || a.queued_at - b.queued_at || byReference(a, b));
  const mine = all
    .filter((row) => isMine(row, me.id))
    .sort((a, b) => stateRank(a) - stateRank(b) || a.queued_at - b.queued_at || byReference(a, b));
  const team = !seesTeam(me)
    ? []
    : all
        .filter((row) => row.state !== 'waiting' && row.agent?.id !== me.id)
        .sort(
          (a, b) =>
            stateRank(a) - stateRank(b) ||
            (a.agent?.name ?? '').localeCompare(b.agent?.name ?? '') ||
            a.queued_at - b.queued_at ||
            byReference(a, b),
        );
  return { waiting, mine, team };
}

function offerRank(row: Row, me: string): number {
  return isOfferedTo(row, me) ? 0 : 1;
}

const STATE_RANK: Record<Row['state'], number> = { waiting: 0, active: 1, wrap_up: 2, closed: 3, delivered: 4 };

function stateRank(row: Row): number {
  return STATE_RANK[row.state];
}

function byReference(a: Row, b: Row): number {
  return a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0;
}

/** The row that `j` (+1) or `k` (-1) goes to; from nowhere, the first or the last. */
export function neighbour(list: readonly Row[], from: string | null, step: 1 | -1): string | null {
  if (list.length === 0) return null;
  const at = list.findIndex((row) => row.conversation === from);
  const to = at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + step));
  return list[to]?.conversation ?? null;
}

/** Unread messages of mine and offers to me: what the page's title counts. */
export function attention(shown: Lists, me: string): number {
  const unread = shown.mine.reduce((sum, row) => sum + row.unread, 0);
  return unread + shown.waiting.filter((row) => isOfferedTo(row, me)).length;
}

/** Who can take it: available and with room first, then by name; the present agent is left out. */
export function takers(colleagues: readonly Colleague[], not: readonly string[]): Colleague[] {
  return colleagues
    .filter((one) => !not.includes(one.person.id))
    .sort((a, b) => takerRank(a) - takerRank(b) || a.person.name.localeCompare(b.person.name));
}

function takerRank(one: Colleague): number {
  if (one.availability === 'available') return one.active < one.capacity ? 0 : 1;
  return one.availability === 'busy' ? 2 : 3;
}
