/** A sample under settings that are not saved yet: what they would hide, or what the server does not take of them. */
import { send } from '../live/api.ts';
import type { Mask, Problem, TriedMasking, TryMasking } from '../protocol.ts';
import type { Masking, OwnRule, Writer } from './masking.ts';

export interface Question {
  readonly sample: string;
  readonly department: string;
  readonly writer: Writer;
  readonly archive: boolean;
}

const OWN_FIELDS = ['name', 'pattern', 'check', 'context'];

export class Trial {
  text = $state('');
  masks = $state.raw<readonly Mask[]>([]);
  /** Null while the server takes the settings. */
  problem = $state.raw<Problem | null>(null);
  /** Which own rule it does not take, and for which of its fields. */
  refused = $state.raw<{ readonly at: number; readonly field: string } | null>(null);
  #newest = 0;

  async ask(question: Question, value: Masking): Promise<void> {
    this.#newest += 1;
    const asked = this.#newest;
    const reply = await tried(question, value);
    const refused = reply.ok ? null : await blamed(value.own, reply.problem);
    // A slow answer must not cover a newer one.
    if (asked !== this.#newest) return;
    this.problem = reply.ok ? null : reply.problem;
    this.refused = refused;
    if (reply.ok) [this.text, this.masks] = [reply.body.text, reply.body.masks];
  }
}

function tried(question: Question, value: Masking) {
  const body: TryMasking = { ...question, value: value as unknown as Record<string, never> };
  return send<TriedMasking>('POST', '/api/masking/try', body);
}

/** The refusal names a field, not a row: each rule is asked about alone. */
async function blamed(own: readonly OwnRule[], { field }: Problem): Promise<{ at: number; field: string } | null> {
  const name = field?.split('.').at(-1);
  if (name === undefined || !OWN_FIELDS.includes(name)) return null;
  const nothing: Question = { sample: '', department: '', writer: 'visitor', archive: false };
  for (const [at, rule] of own.entries()) {
    const reply = await tried(nothing, { lines: [], allowed: [], own: [rule] });
    if (!reply.ok && reply.problem.field != null) return { at, field: name };
  }
  return null;
}
