//! What the visitor reads, computed from events and from what is on its way.
//!
//! Pure: events in any batches, each once or more often, give the same thread.

import { isSameDay, isSameMinute } from '@sotto/shared/time.ts';
import type { Ending, Event, Mask } from '@sotto/shared/protocol.generated.ts';

export interface Message {
  kind: 'message';
  number: number;
  at: number;
  from: 'visitor' | 'agent' | 'automatic';
  /** The agent's shown name. */
  name: string | null;
  clientId: string;
  text: string;
  masks: readonly Mask[];
  revision: number;
  isCorrected: boolean;
}

/** One quiet line between messages. */
export type Notice = { kind: 'notice'; number: number; at: number } & (
  | { what: 'accepted'; name: string }
  | { what: 'returned' | 'reopened' }
  | { what: 'transferred'; name: string | null }
  | { what: 'warned'; closesAt: number }
  | { what: 'ended'; ending: Ending }
  | { what: 'rated'; score: number }
);

export interface Thread {
  lines: readonly (Message | Notice)[];
  /** The newest number heard, also of kinds that are not shown. */
  last: number;
}

/** An own message that the server has not yet shown back. */
export interface Pending {
  clientId: string;
  text: string;
  at: number;
  state: 'sending' | 'undelivered' | 'sent' | 'failed';
}

export const EMPTY: Thread = { lines: [], last: 0 };

/** Numbers already heard are skipped, so a resume may overlap. */
export function heard(thread: Thread, events: readonly Event[]): Thread {
  let { lines, last } = thread;
  for (const event of events) {
    if (event.number <= last) continue;
    last = event.number;
    if (event.body.kind === 'amended') lines = amended(lines, event.body);
    else lines = [...lines, ...linesOf(event)];
  }
  return { lines, last };
}

/** Those that the thread does not show yet. */
export function stillPending(thread: Thread, pending: readonly Pending[]): Pending[] {
  const shown = new Set(thread.lines.map((line) => (line.kind === 'message' && line.from === 'visitor' ? line.clientId : '')));
  return pending.filter((message) => !shown.has(message.clientId));
}

/** Messages of staff after `seen`: what the launcher's badge counts. */
export function unreadAfter(thread: Thread, seen: number): number {
  return thread.lines.filter((line) => line.kind === 'message' && line.from === 'agent' && line.number > seen).length;
}

const CORRECTION_MS = 60_000;

/** The own message that may still be corrected: the last one, for a minute after it was stored. */
export function correctable(thread: Thread, nowOfServer: number): Message | null {
  const own = thread.lines.findLast((line) => line.kind === 'message' && line.from === 'visitor');
  if (own?.kind !== 'message' || own.clientId === '') return null;
  return nowOfServer - own.at < CORRECTION_MS ? own : null;
}

export type Row =
  | { kind: 'day'; at: number }
  | Notice
  /** Messages of one sender in one minute. */
  | { kind: 'group'; from: Message['from']; name: string | null; at: number; messages: Message[] };

export function rowsOf(thread: Thread): Row[] {
  const rows: Row[] = [];
  let day: number | null = null;
  for (const line of thread.lines) {
    if (day === null || !isSameDay(day, line.at)) rows.push({ kind: 'day', at: line.at });
    day = line.at;
    const before = rows.at(-1);
    if (line.kind === 'notice') rows.push(line);
    else if (before?.kind === 'group' && before.from === line.from && before.name === line.name && isSameMinute(before.at, line.at))
      before.messages.push(line);
    else rows.push({ kind: 'group', from: line.from, name: line.name, at: line.at, messages: [line] });
  }
  return rows;
}

function linesOf({ number, at, body }: Event): (Message | Notice)[] {
  const notice = { kind: 'notice', number, at } as const;
  switch (body.kind) {
    case 'started': {
      const question = body.answers.find((answer) => answer.field === 'question');
      if (question === undefined) return [];
      const { text, masks } = question;
      return [{ kind: 'message', number, at, from: 'visitor', name: null, clientId: '', text, masks, revision: 0, isCorrected: false }];
    }
    case 'message': {
      const { text, masks, revision } = body;
      const name = body.from.kind === 'agent' ? body.from.person.name : null;
      const message = { number, at, from: body.from.kind, name, clientId: body.client_id, text, masks, revision };
      return [{ kind: 'message', ...message, isCorrected: body.corrected }];
    }
    case 'accepted':
      return [{ ...notice, what: 'accepted', name: body.agent.name }];
    case 'returned':
    case 'reopened':
      return [{ ...notice, what: body.kind }];
    case 'transferred':
      return [{ ...notice, what: 'transferred', name: body.agent?.name ?? null }];
    case 'warned':
      return [{ ...notice, what: 'warned', closesAt: body.closes_at }];
    case 'ended':
      return [{ ...notice, what: 'ended', ending: body.ending }];
    case 'rated':
      return [{ ...notice, what: 'rated', score: body.score }];
    default:
      return [];
  }
}

type Amended = Extract<Event['body'], { kind: 'amended' }>;

function amended(lines: Thread['lines'], change: Amended): Thread['lines'] {
  return lines.map((line) => {
    if (line.kind !== 'message' || line.number !== change.target || line.revision >= change.revision) return line;
    const { text, masks, revision, corrected } = change;
    return { ...line, text, masks, revision, isCorrected: corrected };
  });
}
