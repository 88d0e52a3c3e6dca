/**
 * One conversation's events as they come in, in any order and more than once,
 * and this person's own messages on their way out. Pure; `thread_view.ts`
 * makes of it what the screen shows.
 */
import type { Body, Event, Mask, Problem } from '../protocol.ts';

export interface Words {
  readonly text: string;
  readonly masks: readonly Mask[];
}

/** Written here, not yet acknowledged. It keeps its client id through every resend. */
export interface Outgoing {
  readonly clientId: string;
  readonly kind: 'message' | 'note';
  readonly text: string;
  readonly at: number;
  /** Set once the server refused it; it stays until sent again or thrown away. */
  readonly problem: Problem | null;
}

interface Amendment extends Words {
  readonly revision: number;
  readonly corrected: boolean;
}

export interface Thread {
  readonly events: ReadonlyMap<number, Event>;
  /** By what changed: see `placeName`. */
  readonly amendments: ReadonlyMap<string, Amendment>;
  readonly outgoing: readonly Outgoing[];
  /** The newest number that came, of whatever kind. */
  readonly last: number;
  /** The visitor's screen showed everything up to this. */
  readonly visitorSeen: number;
  readonly visitorTypes: boolean;
}

export const EMPTY: Thread = {
  events: new Map(),
  amendments: new Map(),
  outgoing: [],
  last: 0,
  visitorSeen: 0,
  visitorTypes: false,
};

export function withEvents(thread: Thread, came: readonly Event[]): Thread {
  const events = new Map(thread.events);
  const amendments = new Map(thread.amendments);
  let { last, outgoing, visitorTypes } = thread;
  for (const event of came) {
    last = Math.max(last, event.number);
    const body = event.body;
    if (body.kind === 'amended') {
      const name = placeName(body.target, body.field ?? null);
      const before = amendments.get(name);
      if (before === undefined || before.revision < body.revision) amendments.set(name, body);
    } else {
      events.set(event.number, event);
    }
    if (body.kind === 'message' && body.from.kind === 'visitor') visitorTypes = false;
    const clientId = ownClientId(body);
    if (clientId !== null) outgoing = outgoing.filter((one) => one.clientId !== clientId);
  }
  return { ...thread, events, amendments, outgoing, last, visitorTypes };
}

/** Where words stand: under a number, and of a form under its field too. */
function placeName(number: number, field: string | null): string {
  return field === null ? String(number) : `${number} ${field}`;
}

function ownClientId(body: Body): string | null {
  return body.kind === 'message' || body.kind === 'note' ? body.client_id : null;
}

export function withOutgoing(thread: Thread, one: Outgoing): Thread {
  return { ...thread, outgoing: [...thread.outgoing.filter((other) => other.clientId !== one.clientId), one] };
}

export function withProblem(thread: Thread, clientId: string, problem: Problem): Thread {
  const outgoing = thread.outgoing.map((one) => (one.clientId === clientId ? { ...one, problem } : one));
  return { ...thread, outgoing };
}

export function withoutOutgoing(thread: Thread, clientId: string): Thread {
  return { ...thread, outgoing: thread.outgoing.filter((one) => one.clientId !== clientId) };
}

export function withSeen(thread: Thread, number: number): Thread {
  return number > thread.visitorSeen ? { ...thread, visitorSeen: number } : thread;
}

export function withTyping(thread: Thread, on: boolean): Thread {
  return { ...thread, visitorTypes: on };
}

/** The transcript has left: what was read here is forgotten too, what was written and not sent is kept. */
export function withoutWords(thread: Thread): Thread {
  return { ...EMPTY, outgoing: thread.outgoing, last: thread.last };
}

/** How an event's words read now, or those of one answer of the form, and whether anything changed them since. */
export function wordsNow(
  thread: Thread,
  event: Event,
  field: string | null = null,
): (Words & { corrected: boolean; amended: boolean }) | null {
  const first = wordsAtFirst(event.body, field);
  if (first === null) return null;
  const later = thread.amendments.get(placeName(event.number, field));
  // An event fetched after its amendment already reads as amended and has the same revision.
  const now = later !== undefined && later.revision > first.revision ? later : first;
  return { text: now.text, masks: now.masks, corrected: now.corrected, amended: now.revision > 0 && !now.corrected };
}

function wordsAtFirst(body: Body, field: string | null): Amendment | null {
  if (body.kind === 'message') return body;
  if (body.kind === 'note') return { ...body, revision: 0, corrected: false };
  if (body.kind === 'rated') return body.comment == null ? null : { text: body.comment, masks: body.masks, revision: 0, corrected: false };
  const answer = body.kind === 'started' ? body.answers.find((one) => one.field === field) : undefined;
  return answer === undefined ? null : { ...answer, revision: 0, corrected: false };
}

export const CORRECT_SECONDS = 60;

/** The own message that may still be corrected: the newest of mine, for a minute, with nothing of mine on its way. */
export function correctable(thread: Thread, me: string, now: number): Event | null {
  if (thread.outgoing.some((one) => one.kind === 'message' && one.problem === null)) return null;
  let newest: Event | null = null;
  for (const event of thread.events.values()) {
    const { body } = event;
    const isOwn = body.kind === 'message' && body.from.kind === 'agent' && body.from.person.id === me;
    if (isOwn && (newest === null || event.number > newest.number)) newest = event;
  }
  return newest !== null && secondsToCorrect(newest, now) > 0 ? newest : null;
}

/** The server's clock may be a little ahead of ours: never more than the whole minute. */
export function secondsToCorrect(event: Event, now: number): number {
  return Math.max(0, Math.min(CORRECT_SECONDS, Math.ceil(CORRECT_SECONDS - (now - event.at) / 1000)));
}
