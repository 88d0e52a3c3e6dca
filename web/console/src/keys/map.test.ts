import { expect, it } from 'vitest';
import { type Press, actionOf, matches } from './map.ts';

const press = (key: string, more: Partial<Press> = {}) =>
  actionOf({ key, ctrl: false, meta: false, alt: false, isTyping: false, isOnControl: false, isCovered: false, ...more });

it('gives each letter its deed', () => {
  expect(['j', 'k', 'a', 'r', 'n', 't', 'e', '?', 'Enter'].map((key) => press(key))).toEqual([
    'next',
    'previous',
    'accept',
    'reply',
    'note',
    'transfer',
    'close',
    'help',
    'open',
  ]);
});

it('leaves typing alone, but for Ctrl+K and Escape', () => {
  expect(press('a', { isTyping: true })).toBeNull();
  expect(press('k', { isTyping: true, ctrl: true })).toBe('everything');
  expect(press('Escape', { isTyping: true })).toBe('back');
});

it("leaves the browser's own keys and open dialogs alone", () => {
  expect(press('t', { ctrl: true })).toBeNull();
  expect(press('j', { isCovered: true })).toBeNull();
  expect(press('Enter', { isOnControl: true })).toBeNull();
  expect(press('/')).toBeNull();
});

it('finds names without their accents and in any order of words', () => {
  expect(matches('José Fernández', 'fernandez jose')).toBe(true);
  expect(matches('José', 'maria')).toBe(false);
});
