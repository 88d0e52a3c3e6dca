//! What the visitor reads, computed from events and from what is on its way.
//!
//! Pure: events in any batches, each once or more often, give the same thread.

import { isSameDay, isSameMinute } from '@sotto/shared/time.ts';
import type { Body, Event } from '@sotto/shared/protocol.generated.ts';

type Of<Kind extends Body['kind']> = Omit<Event, 'body'> & { body: Extract<Body, { kind: Kind }> };

export type Message = Of<'message'>;
/** One quiet line between messages. */
export type Notice = Of<'accepted' | 'returned' | 'transferred' | 'warned' | 'ended' | 'reopened' | 'rated'>;

const NOTICES = ['accepted', 'returned', 'transferred', 'warned', 'ended', 'reopened', 'rated'];

export interface Thread {
  lines: readonly (Message | Notice)[];
  /** The newest number heard, also of kinds that are not shown. */
  last: number;
}

/** An own message that the server has not yet shown back. */
export interface Pending {
  clientId: string;
  text: string;
  state: 'sending' | 'undelivered' | 'sent' | 'failed';
}

export const EMPTY: Thread = { lines: [], last: 0 };

/** Numbers already heard are skipped, so a resume may overlap. */
export function heard(thread: Thread, events: readonly Event[]): Thread {
  let { lines, last } = thread;
  for (const event of events) {
    if (event.number <= last) continue;
    last = event.number;
    const { body } = event;
    if (body.kind === 'amended') lines = lines.map((line) => amended(line, body));
    else if (body.kind === 'started') lines = [...lines, ...firstQuestion(event, body.answers)];
    else if (isMessage(event) || isNotice(event)) lines = [...lines, event];
  }
  return { lines, last };
}

export function isMessage(event: Event): event is Message {
  return event.body.kind === 'message';
}

function isNotice(event: Event): event is Notice {
  return NOTICES.includes(event.body.kind);
}

/** What was asked in the form stands as the first message, also after a reload. */
function firstQuestion(event: Event, answers: Of<'started'>['body']['answers']): Message[] {
  return answers
    .filter(({ field }) => field === 'question')
    .map(({ text, masks }) => ({
      ...event,
      body: { kind: 'message', from: { kind: 'visitor' }, client_id: '', text, masks, revision: 0, corrected: false },
    }));
}

/** Of the form's answers only the question stands here. */
function amended(line: Message | Notice, { target, field, text, masks, revision, corrected }: Of<'amended'>['body']): Message | Notice {
  if (!isMessage(line) || line.number !== target || (field && field !== 'question') || line.body.revision >= revision) return line;
  return { ...line, body: { ...line.body, text, masks, revision, corrected } };
}

function messagesOf(thread: Thread, from: 'visitor' | 'agent'): Message[] {
  return thread.lines.filter(isMessage).filter(({ body }) => body.from.kind === from);
}

/** Those that the thread does not show yet. */
export function stillPending(thread: Thread, pending: readonly Pending[]): Pending[] {
  const shown = messagesOf(thread, 'visitor').map(({ body }) => body.client_id);
  return pending.filter(({ clientId }) => !shown.includes(clientId));
}

/** Messages of staff after `seen`: what the launcher's badge counts. */
export function unreadAfter(thread: Thread, seen: number): number {
  return messagesOf(thread, 'agent').filter(({ number }) => number > seen).length;
}

const CORRECTION_MS = 60_000;

/** The own message that may still be corrected: the last one, for a minute after it was stored. */
export function correctable(thread: Thread, nowOfServer: number): Message | null {
  const own = messagesOf(thread, 'visitor').at(-1);
  return own?.body.client_id && nowOfServer - own.at < CORRECTION_MS ? own : null;
}

export type Row =
  | { kind: 'day'; at: number }
  | { kind: 'notice'; notice: Notice }
  /** Messages of one sender in one minute. */
  | { kind: 'group'; first: Message; messages: Message[] };

export function rowsOf(thread: Thread): Row[] {
  const rows: Row[] = [];
  let day: number | undefined;
  for (const line of thread.lines) {
    if (day === undefined || !isSameDay(day, line.at)) rows.push({ kind: 'day', at: line.at });
    day = line.at;
    const before = rows.at(-1);
    if (!isMessage(line)) rows.push({ kind: 'notice', notice: line });
    else if (before?.kind === 'group' && isSameSender(before.first, line) && isSameMinute(before.first.at, line.at))
      before.messages.push(line);
    else rows.push({ kind: 'group', first: line, messages: [line] });
  }
  return rows;
}

/** The agent's shown name; a colleague's message begins a group of its own. */
export function senderName({ body: { from } }: Message): string {
  return from.kind === 'agent' ? from.person.name : '';
}

function isSameSender(a: Message, b: Message): boolean {
  return a.body.from.kind === b.body.from.kind && senderName(a) === senderName(b);
}
