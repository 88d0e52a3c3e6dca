import { expect, it } from 'vitest';
import { type Line, exceptionsOf, maskingFaults, wholeOf, withWhole } from './masking.ts';

const line = (rule: string, department: string | null, writer: Line['writer'], action: Line['action'] = 'off'): Line => ({
  rule,
  department,
  writer,
  action,
});
const empty = { lines: [], allowed: [], own: [] };
const own = { name: 'chart', pattern: 'C-\\d{6}', check: null, context: [] };

it('says what a rule does for everyone before its exceptions', () => {
  const lines = [line('phone', null, 'agent'), line('card', 'billing', null)];
  const changed = withWhole(lines, 'phone', 'mask');
  expect(changed.map(({ rule, writer }) => [rule, writer])).toEqual([
    ['phone', null],
    ['phone', 'agent'],
    ['card', null],
  ]);
  expect([wholeOf(changed, 'phone'), wholeOf(changed, 'card')]).toEqual(['mask', null]);
  expect(exceptionsOf(changed, 'phone')).toEqual([1]);
  expect(withWhole(changed, 'phone', null)).toEqual(lines);
});

it('names an exception that a later one covers', () => {
  const lines = [line('phone', 'desk', 'agent'), line('phone', 'desk', null), line('phone', null, 'agent')];
  expect([...maskingFaults({ ...empty, lines })]).toEqual([['lines.0', 'covered']]);
});

it('wants own rules with a name of their own, a pattern that fits, and short words', () => {
  const faults = maskingFaults({
    ...empty,
    own: [
      own,
      own,
      { ...own, name: 'no spaces', pattern: '' },
      { ...own, name: 'long', pattern: 'x'.repeat(513), context: ['é'.repeat(21)] },
    ],
  });
  expect([...faults]).toEqual(
    [
      ['1.name', 'twice'],
      ['2.name', 'own_name'],
      ['2.pattern', 'missing'],
      ['3.pattern', 'pattern_long'],
      ['3.context', 'context'],
    ].map(([path, fault]) => [`own.${path}`, fault]),
  );
});

it('takes at most 500 allowed values of 200 bytes', () => {
  expect([...maskingFaults({ ...empty, allowed: ['x'.repeat(201)] })]).toEqual([['allowed', 'allowed']]);
  expect([...maskingFaults({ ...empty, allowed: ['+1 415 555 0100'] })]).toEqual([]);
});
