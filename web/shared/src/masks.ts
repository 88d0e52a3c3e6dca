//! A masked text cut into what is read as it stands and what was hidden.
//!
//! The protocol counts a mask's `start` and `end` in Unicode code points.

import type { Mask } from './protocol.generated.ts';

export type MaskedPart =
  | { kind: 'text'; text: string }
  | {
      kind: 'masked';
      /** The stretch as it is stored: X's, and what the policy left readable. */
      text: string;
      /** Lower case, such as `card`. */
      rule: string;
      /** The digits that the policy left readable at the end, such as `1111`. */
      ends: string | null;
    };

/** The rule of what a person took out by hand, later. */
export const REDACTED = 'redacted';

/** Masks out of order, out of range or over each other are clipped, never an error. */
export function maskedParts(text: string, masks: readonly Mask[]): MaskedPart[] {
  if (masks.length === 0) return text === '' ? [] : [{ kind: 'text', text }];
  const points = Array.from(text);
  const parts: MaskedPart[] = [];
  let done = 0;
  for (const mask of [...masks].sort((a, b) => a.start - b.start)) {
    const start = Math.max(done, mask.start);
    const end = Math.min(points.length, mask.end);
    if (end <= start) continue;
    if (start > done) parts.push({ kind: 'text', text: points.slice(done, start).join('') });
    const hidden = points.slice(start, end).join('');
    parts.push({ kind: 'masked', text: hidden, rule: mask.rule.toLowerCase(), ends: readableEnd(hidden) });
    done = end;
  }
  if (done < points.length) parts.push({ kind: 'text', text: points.slice(done).join('') });
  return parts;
}

function readableEnd(hidden: string): string | null {
  return /[Xx*•][\s.\-/]*(\d{2,4})$/.exec(hidden)?.[1] ?? null;
}

/** The name of a rule in the reader's language; `names.other` for a rule that is new to this client. */
export function maskName(names: MaskNames, rule: string): string {
  return names[rule] ?? names.other;
}

/** One module a language: `words/masks.en.ts`, `words/masks.es.ts`. */
export type MaskNames = Record<string, string> & { other: string };
