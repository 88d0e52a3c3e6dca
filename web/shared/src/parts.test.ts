import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';

import { linkParts } from './links.ts';
import { maskedParts } from './masks.ts';
import { chooseLanguage } from './messages.ts';
import { clientId } from './random.ts';
import { clockTime, dayName, isSameDay, isSameMinute } from './time.ts';
import { maskNamesEn } from './words/masks.en.ts';
import { maskNamesEs } from './words/masks.es.ts';

test('masks count code points, not UTF-16 units', () => {
  expect(maskedParts('😀 card XXXX XXXX XXXX 1111 ok', [{ start: 7, end: 26, rule: 'CARD' }])).toEqual([
    { kind: 'text', text: '😀 card ' },
    { kind: 'masked', text: 'XXXX XXXX XXXX 1111', rule: 'card', ends: '1111' },
    { kind: 'text', text: ' ok' },
  ]);
});

test('masks over each other, out of order and past the end are clipped', () => {
  const parts = maskedParts('XXX and XXXXX', [
    { start: 8, end: 99, rule: 'phone' },
    { start: 0, end: 3, rule: 'name' },
    { start: 1, end: 3, rule: 'name' },
  ]);
  expect(parts.map((part) => part.text)).toEqual(['XXX', ' and ', 'XXXXX']);
  expect(parts[2]).toMatchObject({ rule: 'phone', ends: null });
});

test('a value that was hidden wholly has no readable end', () => {
  expect(maskedParts('XXX-XX-XXXX', [{ start: 0, end: 11, rule: 'ssn' }])[0]).toMatchObject({ ends: null });
});

test('both languages name the same rules', () => {
  expect(Object.keys(maskNamesEs).sort()).toEqual(Object.keys(maskNamesEn).sort());
});

test('a link ends before the full stop of its sentence', () => {
  expect(linkParts('See https://clinic.example/hours (or https://a.example/b_(c)).')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'link', text: 'https://clinic.example/hours', href: 'https://clinic.example/hours', where: null },
    { kind: 'text', text: ' (or ' },
    { kind: 'link', text: 'https://a.example/b_(c)', href: 'https://a.example/b_(c)', where: null },
    { kind: 'text', text: ').' },
  ]);
});

test('schemes that run code stay text', () => {
  const text = 'javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd <b>bold</b>';
  expect(linkParts(text)).toEqual([{ kind: 'text', text }]);
});

test.each([
  ['https://bank.example@evil.example/x', 'evil.example'],
  ['https://bank.example:443@evil.example/', 'evil.example'],
  ['https://аpple.example/', 'xn--pple-43d.example'],
  ['https://HOST.example/a', null],
  ['https://host.example', null],
])('%s says where it really goes', (text, where) => {
  expect(linkParts(text)[0]).toMatchObject({ kind: 'link', where });
});

test('a telephone number is a link when it says that it is one', () => {
  expect(linkParts('tel:+15550100')).toEqual([{ kind: 'link', text: 'tel:+15550100', href: 'tel:+15550100', where: null }]);
});

test('the first wanted language that is offered is chosen', () => {
  expect(chooseLanguage(['en', 'es'], ['fr-FR', 'es-MX', 'en'])).toBe('es');
  expect(chooseLanguage(['es'], ['en-US'])).toBe('es');
  expect(chooseLanguage([], [])).toBe('en');
});

test('client ids are fresh, long and of the allowed letters', () => {
  const ids = new Set(Array.from({ length: 100 }, clientId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{36}$/);
});

const noon = Date.UTC(2026, 2, 4, 12, 0);
afterEach(() => vi.unstubAllEnvs());

test('days are named as people say them', () => {
  vi.stubEnv('TZ', 'UTC');
  expect(dayName(noon, noon + 3_600_000, 'en')).toBe('today');
  expect(dayName(noon, noon + 13 * 3_600_000, 'es')).toBe('ayer');
  expect(dayName(noon, noon + 5 * 86_400_000, 'en')).toBe('Wednesday, March 4');
});

test('the day is the reader’s day, not the server’s', () => {
  vi.stubEnv('TZ', 'America/Chicago');
  const justAfterMidnightUtc = Date.UTC(2026, 2, 4, 0, 30);
  expect(dayName(justAfterMidnightUtc, justAfterMidnightUtc - 3_600_000, 'en')).toBe('today');
  expect(isSameDay(justAfterMidnightUtc, noon)).toBe(false);
});

test('clocks', () => {
  vi.stubEnv('TZ', 'UTC');
  expect(clockTime(noon + 300_000, 'en')).toMatch(/^12:05\sPM$/);
  expect([isSameMinute(noon, noon + 59_999), isSameMinute(noon, noon + 60_000)]).toEqual([true, false]);
});

test('every rule of the engine has a name in both languages', () => {
  const file = new URL('../../../docs/masking/patterns.json', import.meta.url);
  const { rules } = JSON.parse(readFileSync(file, 'utf8')) as { rules: { rule: string }[] };
  expect(rules.map(({ rule }) => rule).filter((rule) => !(rule in maskNamesEn) || !(rule in maskNamesEs))).toEqual([]);
});
