import { expect, test } from 'vitest';

import { contrast, readableAccent } from './accent.ts';

const rgb = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

test.each(['#ffff00', '#ffffff', '#000000', '#2e6b4a', '#ff0000', '#808080', '#0b6766'])('%s becomes readable in both themes', (hex) => {
  const accent = readableAccent(hex);
  if (accent === null) throw new Error('it is a colour');
  for (const other of ['#ffffff', '#ebeff4']) expect(contrast(rgb(accent.light), rgb(other))).toBeGreaterThanOrEqual(4.5);
  for (const other of ['#202933', '#07191a']) expect(contrast(rgb(accent.dark), rgb(other))).toBeGreaterThanOrEqual(4.5);
});

test('a readable colour stays as the clinic chose it', () => {
  expect(readableAccent('#0b6766')?.light).toBe('#0b6766');
});

test.each(['red', '#fff', '#12345g', 'url(x)', ''])('%s is no colour', (hex) => {
  expect(readableAccent(hex)).toBeNull();
});
