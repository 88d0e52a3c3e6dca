//! The vectors are the engine's own: `docs/masking/patterns.json`, whose freshness the engine's tests check.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { CHECKS } from './checks.ts';
import { find } from './find.ts';
import { RULES } from './rules.generated.ts';

interface Vectors {
  checks: { check: string; good: string[]; bad: string[] }[];
  texts: { text: string; values: { rule: string; start: number; end: number }[] }[];
}
const file = new URL('../../../../docs/masking/patterns.json', import.meta.url);
const { checks, texts } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const warned = new Set(RULES.map(({ rule }) => rule));

test('each check that a rule needs holds for the good and not for the bad', () => {
  for (const rule of RULES.filter(({ isChecked }) => isChecked)) expect(CHECKS.has(rule.rule), rule.rule).toBe(true);
  const known = checks.filter(({ check }) => CHECKS.has(check));
  expect(known).toHaveLength(CHECKS.size);
  for (const { check, good, bad } of known) {
    expect([check, good.filter((value) => !CHECKS.get(check)?.(value))]).toEqual([check, []]);
    expect([check, bad.filter((value) => CHECKS.get(check)?.(value))]).toEqual([check, []]);
  }
});

test('it warns of nothing that the engine leaves, and calls it by the same name', () => {
  for (const { text, values } of texts)
    for (const { rule, start, end } of find(text)) {
      const place = { start: Array.from(text.slice(0, start)).length, end: Array.from(text.slice(0, end)).length };
      const same = values.some((value) => value.rule === rule && value.start < place.end && place.start < value.end);
      expect(same, `${rule} in: ${text}`).toBe(true);
    }
});

test('what it misses of these rules is known', () => {
  const missed = texts.flatMap(({ text, values }) =>
    values.filter(({ rule }) => warned.has(rule) && !find(text).some((found) => found.rule === rule)).map(({ rule }) => `${rule}: ${text}`),
  );
  expect(missed).toEqual([
    'cvv: card 378282246310005 exp 04/29 1234',
    'ssn: ssn 123456789',
    'phone: +44 20 7946 0018 is my mobile',
    'phone: reach me on 07700 900123 after six',
    'email: jo dot smith at example dot com',
    'card: four one one one one one one one one one one one one one one one',
  ]);
});

test('it says where a value stands, as a text field counts', () => {
  const text = '🙂 mi teléfono es 415-555-0132.';
  expect(find(text).map(({ rule, start, end }) => [rule, text.slice(start, end)])).toEqual([['phone', '415-555-0132']]);
});

test('it follows the department: off warns of nothing, and only what is masked will be hidden', () => {
  const text = 'card 4111 1111 1111 1111, call 415-555-0132';
  const told = (does: Record<string, string>) => find(text, (rule) => does[rule]).map(({ rule, isHidden }) => [rule, isHidden]);
  expect(told({})).toEqual([
    ['card', true],
    ['phone', false],
  ]);
  expect(told({ card: 'warn_before_sending', phone: 'mask' })).toEqual([
    ['card', false],
    ['phone', true],
  ]);
  expect(told({ card: 'off' })).toEqual([['phone', false]]);
});

test('a draft of many kilobytes is looked at in a moment', () => {
  const [started, draft] = [performance.now(), `${'a'.repeat(16_000)}@`];
  find(draft);
  expect(performance.now() - started).toBeLessThan(500);
});
