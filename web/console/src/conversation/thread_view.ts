/**
 * What a thread looks like: days, groups of one sender within one minute, notes
 * and quiet lines. Pure.
 */
import { REDACTED } from '../../../shared/src/masks.ts';
import type { Answer, Event, Person, Problem, Sender } from '../protocol.ts';
import { type Thread, type Words, wordsNow } from './thread.ts';

export type MessageState = 'sending' | 'failed' | 'sent' | 'seen';

export interface Bubble extends Words {
  readonly key: string;
  readonly number: number | null;
  /** Of a form's answers, the one that it shows. */
  readonly field: string | null;
  readonly at: number;
  readonly corrected: boolean;
  readonly amended: boolean;
  readonly redacted: boolean;
  /** Only for the own messages. */
  readonly state: MessageState | null;
  readonly problem: Problem | null;
  readonly clientId: string;
}

/** What one sender said within a minute. */
export interface Group {
  readonly kind: 'group';
  readonly key: string;
  readonly from: Sender;
  readonly isOwn: boolean;
  readonly at: number;
  readonly bubbles: readonly Bubble[];
}

export type Item =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | Group
  | {
      readonly kind: 'note';
      readonly key: string;
      readonly by: Person;
      readonly isOwn: boolean;
      readonly at: number;
      readonly bubble: Bubble;
    }
  | { readonly kind: 'line'; readonly key: string; readonly event: Event };

const GROUP_MILLISECONDS = 60_000;

/** `dayOf` names a moment's day in the reader's time zone, so that tests need not move it. */
export function items(thread: Thread, me: Person, dayOf: (at: number) => string): Item[] {
  const made: Item[] = [];
  let day = '';
  const onDay = (at: number) => {
    const named = dayOf(at);
    if (named !== day) made.push({ kind: 'day', key: `day ${named}`, at });
    day = named;
  };
  for (const event of [...thread.events.values()].sort((a, b) => a.number - b.number)) {
    onDay(event.at);
    pushEvent(made, thread, event, me);
  }
  for (const one of thread.outgoing) {
    onDay(one.at);
    const bubble: Bubble = {
      key: one.clientId,
      number: null,
      field: null,
      at: one.at,
      text: one.text,
      masks: [],
      corrected: false,
      amended: false,
      redacted: false,
      state: one.problem === null ? 'sending' : 'failed',
      problem: one.problem,
      clientId: one.clientId,
    };
    if (one.kind === 'note') made.push({ kind: 'note', key: one.clientId, by: me, isOwn: true, at: one.at, bubble });
    else pushBubble(made, { kind: 'agent', person: me }, true, bubble);
  }
  return made;
}

function pushEvent(made: Item[], thread: Thread, event: Event, me: Person): void {
  const { body } = event;
  const now = wordsNow(thread, event);
  if (now === null || (body.kind !== 'message' && body.kind !== 'note')) {
    made.push({ kind: 'line', key: `event ${event.number}`, event });
    if (body.kind === 'started') pushFirstQuestion(made, thread, event);
    return;
  }
  const isOwn = body.kind === 'note' ? body.by.id === me.id : body.from.kind === 'agent' && body.from.person.id === me.id;
  const state = body.kind === 'message' && isOwn ? (event.number <= thread.visitorSeen ? 'seen' : 'sent') : null;
  const bubble: Bubble = {
    // The client id keeps the element of a pending message when its event comes, so nothing flickers.
    key: body.client_id,
    number: event.number,
    field: null,
    at: event.at,
    ...now,
    redacted: isRedacted(now),
    state,
    problem: null,
    clientId: body.client_id,
  };
  if (body.kind === 'note') made.push({ kind: 'note', key: bubble.key, by: body.by, isOwn, at: event.at, bubble });
  else pushBubble(made, body.from, isOwn, bubble);
}

/** What the visitor asked in the form is the first thing that they said. */
function pushFirstQuestion(made: Item[], thread: Thread, event: Event): void {
  const field = 'question';
  const now = wordsNow(thread, event, field);
  if (now === null) return;
  const bubble: Bubble = {
    key: `question ${event.number}`,
    number: event.number,
    field,
    at: event.at,
    ...now,
    redacted: isRedacted(now),
    state: null,
    problem: null,
    clientId: '',
  };
  pushBubble(made, { kind: 'visitor' }, false, bubble);
}

function isRedacted({ masks }: Words): boolean {
  return masks.some(({ rule }) => rule === REDACTED);
}

function pushBubble(made: Item[], from: Sender, isOwn: boolean, bubble: Bubble): void {
  const before = made[made.length - 1];
  if (before?.kind === 'group' && isSame(before.from, from) && bubble.at - before.at < GROUP_MILLISECONDS) {
    made[made.length - 1] = { ...before, bubbles: [...before.bubbles, bubble] };
  } else {
    made.push({ kind: 'group', key: `group ${bubble.key}`, from, isOwn, at: bubble.at, bubbles: [bubble] });
  }
}

function isSame(a: Sender, b: Sender): boolean {
  return a.kind === b.kind && (a.kind !== 'agent' || b.kind !== 'agent' || a.person.id === b.person.id);
}

/** The newest own message: only there the state stands written out. */
export function newestOwn(made: readonly Item[]): string | null {
  for (let at = made.length - 1; at >= 0; at -= 1) {
    const item = made[at];
    if (item?.kind === 'group' && item.isOwn) return item.bubbles[item.bubbles.length - 1]?.key ?? null;
  }
  return null;
}

/** The answers of the pre-chat form as they read now, and the number that holds them. */
export function answersOf(thread: Thread): readonly (Answer & { readonly number: number })[] {
  for (const event of thread.events.values()) {
    if (event.body.kind !== 'started') continue;
    return event.body.answers.map((answer) => {
      const { text, masks } = wordsNow(thread, event, answer.field) ?? answer;
      return { number: event.number, field: answer.field, text, masks: [...masks] };
    });
  }
  return [];
}

export function startedAt(thread: Thread): number | null {
  for (const event of thread.events.values()) if (event.body.kind === 'started') return event.at;
  return null;
}

/** When silence closes it, if the last thing that happened was the warning. */
export function closesAt(thread: Thread): number | null {
  let newest: Event | null = null;
  for (const event of thread.events.values()) {
    const tells = event.body.kind !== 'note' && event.body.kind !== 'rated';
    if (tells && (newest === null || event.number > newest.number)) newest = event;
  }
  return newest?.body.kind === 'warned' ? newest.body.closes_at : null;
}
