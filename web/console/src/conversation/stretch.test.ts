import { expect, it } from 'vitest';
import { pieces, pointsIn } from './pieces.ts';
import { placeIn, stretchesOf, trimmed, wordsOf } from './stretch.ts';

const TEXT = '🙂 pay 4XXX1111 to 👩‍👧 Ana, see https://clinic.example/a.';
const MASKS = [{ start: 6, end: 14, rule: 'card' }];
const points = Array.from(TEXT);
const cut = ({ start, end }: { start: number; end: number }) => points.slice(start, end).join('');

it('counts code points, not the units of JavaScript', () => {
  expect([pointsIn('a🙂b'), pointsIn('👩‍👧'), 'a🙂b'.length]).toEqual([3, 3, 4]);
});

it('gives every piece the place of its own words, with no gap', () => {
  const made = pieces(TEXT, MASKS);
  expect(made.map((piece) => (piece.kind === 'masked' ? 'masked' : piece.text === cut(piece)))).toEqual([true, 'masked', true, true, true]);
  expect(made.map(({ start }) => start).slice(1)).toEqual(made.map(({ end }) => end).slice(0, -1));
  expect(made.at(-1)?.end).toBe(points.length);
});

it('offers each word, and a masked value as one', () => {
  const words = wordsOf(TEXT, MASKS);
  expect(words.filter(({ rule }) => rule === null).every((word) => cut(word) === word.text)).toBe(true);
  expect(words.map((word) => word.rule ?? word.text)).toEqual([
    '🙂',
    'pay',
    'card',
    'to',
    '👩‍👧',
    'Ana,',
    'see',
    'https://clinic.example/a',
    '.',
  ]);
});

it('joins chosen neighbours and keeps others apart', () => {
  const words = wordsOf(TEXT, MASKS);
  const chosen = stretchesOf(words, (at) => [1, 2, 4, 5].includes(at));
  expect(chosen.map(cut)).toEqual(['pay 4XXX1111', '👩‍👧 Ana,']);
});

it('turns a selection in units into code points, and half a smile into a whole one', () => {
  const shown = 'a🙂b🙂';
  expect(placeIn(shown, 10, 3, 4)).toEqual({ start: 12, end: 13 });
  expect(placeIn(shown, 10, 2, 5)).toEqual({ start: 11, end: 14 });
  expect(placeIn(shown, 0, 0, shown.length)).toEqual({ start: 0, end: 4 });
});

it('leaves spaces at the ends out, and a selection of spaces alone', () => {
  expect(trimmed('🙂 a b ', { start: 1, end: 6 })).toEqual({ start: 2, end: 5 });
  expect(trimmed('a   b', { start: 1, end: 4 })).toBeNull();
});
