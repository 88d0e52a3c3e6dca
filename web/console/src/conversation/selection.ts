/** What the reader selected with mouse, finger or keys, as a stretch of one message. It reads the page and changes nothing. */
import type { Place } from './pieces.ts';
import { placeIn } from './stretch.ts';

export interface Selected extends Place {
  readonly number: number;
  /** Of a form's answers, the one that was selected. */
  readonly field: string | null;
}

/**
 * `data-number` names a message, with `data-field` an answer; inside it each `data-start` holds a piece of its words as they are written,
 * and one with `data-end` is taken whole, since it shows other words than those that it stands for.
 * Null where more than one message, or nothing of one, is selected.
 */
export function selectedIn(box: Element, range: Range): Selected | null {
  const message = ownerOf(range.startContainer);
  if (range.collapsed || message === null || message !== ownerOf(range.endContainer) || !box.contains(message)) return null;
  const places = [...message.querySelectorAll<HTMLElement>('[data-start]')].flatMap((piece) => placeOf(piece, range) ?? []);
  const [first, last] = [places[0], places[places.length - 1]];
  if (first === undefined || last === undefined) return null;
  const { number, field = null } = message.dataset;
  return { number: Number(number), field, start: first.start, end: last.end };
}

function ownerOf(node: Node): HTMLElement | null {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest<HTMLElement>('[data-number]') ?? null;
}

function placeOf(piece: HTMLElement, range: Range): Place | null {
  if (!range.intersectsNode(piece)) return null;
  const inside = document.createRange();
  inside.selectNodeContents(piece);
  const before = inside.cloneRange();
  if (piece.contains(range.startContainer)) inside.setStart(range.startContainer, range.startOffset);
  if (piece.contains(range.endContainer)) inside.setEnd(range.endContainer, range.endOffset);
  const length = inside.toString().length;
  if (length === 0) return null;
  const start = Number(piece.dataset['start']);
  if (piece.dataset['end'] !== undefined) return { start, end: Number(piece.dataset['end']) };
  before.setEnd(inside.startContainer, inside.startOffset);
  const from = before.toString().length;
  return placeIn(piece.textContent, start, from, from + length);
}
