/** A text cut into what is shown as it is, what is masked, and links. Pure. */
import { linkParts } from '../../../shared/src/links.ts';
import { maskedParts } from '../../../shared/src/masks.ts';
import type { Mask } from '../protocol.ts';

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'masked'; readonly rule: string; readonly ends: string | null }
  /** `where` is the host that really answers, if the words hide it. */
  | { readonly kind: 'link'; readonly text: string; readonly href: string; readonly where: string | null };

export function pieces(text: string, masks: readonly Mask[]): Piece[] {
  return maskedParts(text, masks).flatMap((part): Piece[] =>
    part.kind === 'masked' ? [{ kind: 'masked', rule: part.rule, ends: part.ends }] : linkParts(part.text),
  );
}
