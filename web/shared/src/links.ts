//! Links in a plain text, and where each of them goes.
//!
//! Only `http`, `https`, `mailto` and `tel` become links; everything else stays text.
//! Whoever draws one adds `rel={LINK_REL}` and shows `where` if it is not null.

export const LINK_REL = 'noopener noreferrer nofollow';

export type LinkPart =
  | { kind: 'text'; text: string }
  | {
      kind: 'link';
      text: string;
      href: string;
      /**
       * The host that really answers, where the words do not say so plainly
       * (`https://bank.example@evil.example/`, a name in look-alike letters).
       */
      where: string | null;
    };

const CANDIDATE = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`]+/gi;

export function linkParts(text: string): LinkPart[] {
  const parts: LinkPart[] = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const words = withoutTrailingMarks(match[0]);
    const link = linkOf(words);
    if (link === null) continue;
    if (match.index > done) parts.push({ kind: 'text', text: text.slice(done, match.index) });
    parts.push(link);
    done = match.index + words.length;
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) });
  return parts;
}

function linkOf(words: string): LinkPart | null {
  if (!URL.canParse(words)) return null;
  const url = new URL(words);
  if (url.protocol === 'mailto:' || url.protocol === 'tel:') {
    return url.pathname === '' ? null : { kind: 'link', text: words, href: url.href, where: null };
  }
  const plainStart = `${url.protocol}//${url.host}`;
  const next = words.charAt(plainStart.length);
  const isPlain = words.toLowerCase().startsWith(plainStart) && ['', '/', '?', '#'].includes(next);
  return { kind: 'link', text: words, href: url.href, where: isPlain ? null : url.host };
}

/** A full stop or bracket after an address belongs to the sentence, unless its bracket opened inside. */
function withoutTrailingMarks(words: string): string {
  let end = words.length;
  while (end > 0) {
    const last = words.charAt(end - 1);
    const inside = words.slice(0, end);
    const isBalanced = last === ')' && inside.split('(').length >= inside.split(')').length;
    if (isBalanced || !'.,;:!?)]}…'.includes(last)) break;
    end -= 1;
  }
  return words.slice(0, end);
}
