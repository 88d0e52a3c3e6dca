/** Which stretch of a message is meant: by the word, or by what was selected. In Unicode code points. Pure. */
import type { Mask } from '../protocol.ts';
import { type Place, pieces, pointsIn } from './pieces.ts';

/** A word that can be chosen; `rule` where it is already masked as a whole. */
export interface Word extends Place {
  readonly text: string;
  readonly rule: string | null;
}

/** Words and masked values in the order of reading. */
export function wordsOf(text: string, masks: readonly Mask[]): Word[] {
  return pieces(text, masks).flatMap((piece): Word[] => {
    if (piece.kind === 'masked') return [{ start: piece.start, end: piece.end, text: '', rule: piece.rule }];
    return [...piece.text.matchAll(/\S+/gu)].map((found) => {
      const start = piece.start + pointsIn(piece.text.slice(0, found.index));
      return { start, end: start + pointsIn(found[0]), text: found[0], rule: null };
    });
  });
}

/** Chosen words that follow each other become one stretch, with the space between them. */
export function stretchesOf(words: readonly Word[], isChosen: (at: number) => boolean): Place[] {
  const made: Place[] = [];
  words.forEach((word, at) => {
    if (!isChosen(at)) return;
    const last = made[made.length - 1];
    if (last !== undefined && isChosen(at - 1)) made[made.length - 1] = { start: last.start, end: word.end };
    else made.push({ start: word.start, end: word.end });
  });
  return made;
}

/**
 * The place of `from` to `to`, UTF-16 units of `shown`, which begins at the code point `start`.
 * Half of a character means all of it.
 */
export function placeIn(shown: string, start: number, from: number, to: number): Place {
  const isInside = (at: number) => at > 0 && (shown.codePointAt(at - 1) ?? 0) > 0xffff;
  return {
    start: start + pointsIn(shown.slice(0, isInside(from) ? from - 1 : from)),
    end: start + pointsIn(shown.slice(0, isInside(to) ? to + 1 : to)),
  };
}

/** Without spaces at its ends: a double click takes one along. Null if nothing is left. */
export function trimmed(text: string, { start, end }: Place): Place | null {
  const points = Array.from(text);
  const isSpace = (at: number) => (points[at] ?? ' ').trim() === '';
  let [first, last] = [Math.max(0, start), Math.min(points.length, end)];
  while (first < last && isSpace(first)) first += 1;
  while (last > first && isSpace(last - 1)) last -= 1;
  return first < last ? { start: first, end: last } : null;
}
