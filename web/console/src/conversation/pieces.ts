/** A text cut into what is shown as it is, what is masked, and links; each with its place in code points. Pure. */
import { linkParts } from '../../../shared/src/links.ts';
import { maskedParts } from '../../../shared/src/masks.ts';
import type { Mask } from '../protocol.ts';

/** Place in the whole text, in Unicode code points; `end` is one past the last. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export type Piece = Place &
  (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'masked'; readonly rule: string; readonly ends: string | null }
    /** `where` is the host that really answers, if the words hide it. */
    | { readonly kind: 'link'; readonly text: string; readonly href: string; readonly where: string | null }
  );

export function pieces(text: string, masks: readonly Mask[]): Piece[] {
  let end = 0;
  const placed = (words: string): Place => {
    const start = end;
    end += pointsIn(words);
    return { start, end };
  };
  return maskedParts(text, masks).flatMap((part): Piece[] =>
    part.kind === 'masked'
      ? [{ kind: 'masked', rule: part.rule, ends: part.ends, ...placed(part.text) }]
      : linkParts(part.text).map((link) => ({ ...link, ...placed(link.text) })),
  );
}

/** The protocol counts code points; JavaScript counts UTF-16 units. */
export function pointsIn(text: string): number {
  return Array.from(text).length;
}
