/** A text cut into what is shown as it is, what is masked, and links. Pure. */
import type { Mask } from "../protocol.ts";

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "masked"; readonly rule: string; readonly ends: string | null }
  | { readonly kind: "link"; readonly text: string; readonly href: string; readonly host: string };

/** Mask offsets count Unicode code points, as the server does; a string's own index does not. */
export function pieces(text: string, masks: readonly Mask[]): Piece[] {
  const points = [...text];
  const made: Piece[] = [];
  let at = 0;
  for (const mask of [...masks].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, mask.start);
    const end = Math.min(points.length, mask.end);
    if (end <= start) continue;
    pushText(made, points.slice(at, start).join(""));
    made.push({ kind: "masked", rule: mask.rule, ends: visibleEnd(points.slice(start, end).join("")) });
    at = end;
  }
  pushText(made, points.slice(at).join(""));
  return made;
}

/** What the policy left readable at the end, such as the last four of a card. */
function visibleEnd(masked: string): string | null {
  return /\d{2,}$/.exec(masked)?.[0] ?? null;
}

const LINK = /https?:\/\/[^\s<>"']+/g;

function pushText(made: Piece[], text: string): void {
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    const shown = found[0].replace(/[.,;:!?)\]]+$/, "");
    const url = URL.canParse(shown) ? new URL(shown) : null;
    if (url === null || url.username !== "") continue;
    if (found.index > at) made.push({ kind: "text", text: text.slice(at, found.index) });
    made.push({ kind: "link", text: shown, href: url.href, host: url.host });
    at = found.index + shown.length;
  }
  if (at < text.length) made.push({ kind: "text", text: text.slice(at) });
}
