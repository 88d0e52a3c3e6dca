// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest';
import { selectedIn } from './selection.ts';

/** `🙂 pay `, a chip for eight hidden code points, ` to 🙂 Ana`; then another message. */
beforeEach(() => {
  const box = document.createElement('div');
  const message = (number: number, ...children: HTMLElement[]) => {
    const element = document.createElement('p');
    element.dataset['number'] = String(number);
    element.append(...children);
    return element;
  };
  const piece = (text: string, start: number, end?: number) => {
    const element = document.createElement('span');
    element.append(document.createTextNode(text));
    element.dataset['start'] = String(start);
    if (end !== undefined) element.dataset['end'] = String(end);
    return element;
  };
  box.append(message(4, piece('🙂 pay ', 0), piece('card number, hidden', 6, 14), piece(' to 🙂 Ana', 14)), message(5, piece('Thanks', 0)));
  document.body.replaceChildren(box);
});

function select(from: [number, number], to: [number, number]) {
  const texts = [...document.querySelectorAll('span')].map((span) => span.firstChild as Text);
  const range = document.createRange();
  range.setStart(texts[from[0]] as Text, from[1]);
  range.setEnd(texts[to[0]] as Text, to[1]);
  return selectedIn(document.body, range);
}

it('counts from the start of the message, over a smile', () => {
  expect(select([0, 3], [0, 6])).toEqual({ number: 4, field: null, start: 2, end: 5 });
  expect(select([2, 7], [2, 10])).toEqual({ number: 4, field: null, start: 20, end: 23 });
});

it('takes a hidden value whole, whatever words stand for it', () => {
  expect(select([0, 3], [1, 4])).toEqual({ number: 4, field: null, start: 2, end: 14 });
  expect(select([1, 5], [2, 3])).toEqual({ number: 4, field: null, start: 6, end: 17 });
});

it('leaves out what a selection only touches', () => {
  expect(select([1, 'card number, hidden'.length], [2, 3])).toEqual({ number: 4, field: null, start: 14, end: 17 });
});

it('means nothing across two messages, or without a selection', () => {
  expect(select([2, 1], [3, 3])).toBeNull();
  expect(select([0, 1], [0, 1])).toBeNull();
});
