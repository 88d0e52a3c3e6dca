/**
 * A transcript as it lies in the clinic's storage (docs/protocol/transcript.md), read as a
 * thread: the parts together, as the conversation stands now. Pure.
 */
import { EMPTY, type Thread, withEvents } from '../conversation/thread.ts';
import type { Body, Event, Mask, Person } from '../protocol.ts';

export interface Said {
  readonly text: string;
  readonly masks: readonly Mask[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** One thing that happened: `kind` says what else it has. */
interface Told {
  readonly number: number;
  readonly at: string;
  readonly kind: string;
  readonly [member: string]: unknown;
}

export interface Part {
  readonly reference: string;
  readonly part: number;
  readonly site: Named;
  readonly department: Named;
  readonly practice: boolean;
  readonly started_at: string;
  readonly ended_at: string;
  readonly disposition: Named | null;
  readonly events: readonly Told[];
}

/** What an addendum brought, named by what it is. */
export type Later =
  | { readonly kind: 'message' | 'note' | 'comment'; readonly key: number; readonly at: number; readonly now: Said }
  | { readonly kind: 'answer'; readonly key: number; readonly field: string; readonly now: Said }
  | { readonly kind: 'event'; readonly key: number; readonly event: Event };

export interface Addendum {
  readonly part: number;
  readonly later: readonly Later[];
}

export const moment = (text: string): number => Date.parse(text);

export function threadOf(parts: readonly Part[]): Thread {
  return withEvents(
    EMPTY,
    parts.flatMap((part) => part.events.flatMap(eventOf)),
  );
}

/** Parts after the first. An amendment of what stands in the same part is in its words already. */
export function addenda(parts: readonly Part[]): Addendum[] {
  const all = new Map(parts.flatMap((part) => part.events.map((told) => [told.number, told] as const)));
  return parts.slice(1).map((part) => ({ part: part.part, later: part.events.flatMap((told) => laterOf(told, all)) }));
}

function laterOf(told: Told, all: ReadonlyMap<number, Told>): Later[] {
  if (told.kind !== 'amended') return eventOf(told).map((event): Later => ({ kind: 'event', key: told.number, event }));
  const now = told['now'] as Said | null;
  const target = all.get(told['target'] as number);
  if (now === null || target === undefined) return [];
  if (target.kind === 'started') return [{ kind: 'answer', key: told.number, field: (told['field'] ?? '') as string, now }];
  const kind = target.kind === 'note' ? 'note' : target.kind === 'rated' ? 'comment' : 'message';
  return [{ kind, key: told.number, at: moment(target.at), now }];
}

/** As the live conversation has it; nothing of a kind that this console does not know. */
function eventOf(told: Told): Event[] {
  const body = bodyOf(told);
  return body === null ? [] : [{ number: told.number, at: moment(told.at), body }];
}

function bodyOf(told: Told): Body | null {
  const client_id = `past-${told.number}`;
  switch (told.kind) {
    case 'message':
    case 'note':
      return { ...told, client_id } as unknown as Body;
    case 'warned':
      return { kind: 'warned', closes_at: moment(told['closes_at'] as string) };
    case 'rated': {
      const comment = told['comment'] as Said | null;
      return { kind: 'rated', score: told['score'] as number, comment: comment?.text ?? null, masks: [...(comment?.masks ?? [])] };
    }
    case 'amended': {
      const now = told['now'] as Said | null;
      return now === null ? null : ({ ...told, text: now.text, masks: now.masks } as unknown as Body);
    }
    case 'started':
    case 'assigned':
    case 'accepted':
    case 'returned':
    case 'transferred':
    case 'ended':
    case 'closed':
    case 'reopened':
      return told as unknown as Body;
    default:
      return null;
  }
}

/** The last who accepted it. */
export function agentOf(parts: readonly Part[]): Person | null {
  const accepted = parts.flatMap((part) => part.events).filter((told) => told.kind === 'accepted');
  return (accepted.at(-1)?.['agent'] as Person | undefined) ?? null;
}
