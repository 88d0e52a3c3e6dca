import { expect, it } from 'vitest';
import { merged } from './merge.ts';

const desk = (name: string, is_open = true) => ({ id: 'desk', name, is_open });
const lab = { id: 'lab', name: 'Lab', is_open: true };

it('keeps both edits where they touch different fields', () => {
  expect(merged({ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 })).toEqual({ value: { a: 2, b: 3 }, clashes: [] });
  expect(merged([desk('Desk')], [desk('Front desk')], [desk('Desk', false)])).toEqual({ value: [desk('Front desk', false)], clashes: [] });
});

it('keeps mine where both changed the same, and says where', () => {
  expect(merged({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ value: { a: 2 }, clashes: ['a'] });
  expect(merged([desk('Desk')], [desk('Mine')], [desk('Theirs')]).clashes).toEqual(['desk · name']);
});

it('keeps the rows that either added, and drops those that either removed', () => {
  expect(merged([desk('Desk')], [desk('Desk'), lab], []).value).toEqual([lab]);
  expect(merged([desk('Desk')], [desk('Desk')], [desk('Desk'), lab]).value).toEqual([desk('Desk'), lab]);
});

it('keeps a row that one removed while the other changed it', () => {
  expect(merged([desk('Desk'), lab], [lab], [desk('Front desk'), lab])).toEqual({ value: [lab, desk('Front desk')], clashes: ['desk'] });
  expect(merged([desk('Desk'), lab], [desk('Front desk'), lab], [lab])).toEqual({ value: [desk('Front desk'), lab], clashes: ['desk'] });
});

it('tells lines of masking by rule, department and writer, not by their place', () => {
  const line = (rule: string, writer: string | null, action: string) => ({ rule, department: null, writer, action });
  const [card, phone] = [line('card', null, 'off'), line('phone', 'agent', 'off')];
  const mine = [line('ssn', null, 'off'), card, phone];
  const theirs = [card, line('phone', 'agent', 'mask')];
  expect(merged([card, phone], mine, theirs)).toEqual({
    value: [line('ssn', null, 'off'), card, line('phone', 'agent', 'mask')],
    clashes: [],
  });
});
