import { expect, it } from 'vitest';
import { format, parse } from './routes.ts';

it('reads back every address that it writes', () => {
  for (const path of [
    '/console/',
    '/console/c/Ab_3-x',
    '/console/history',
    '/console/history/K7QX-4MPD/folder',
    '/console/deliveries',
    '/console/administration',
    '/console/administration/timing',
  ]) {
    expect(format(parse(path))).toBe(path);
  }
});

it('knows no other address', () => {
  for (const path of [
    '/console/c/a/b',
    '/console/administration/nothing',
    '/console/c/..%2f',
    '/console/history/K7QX-4MPD',
    '/console/deliveries/a/b',
    '/other',
  ])
    expect(parse(path)).toEqual({ at: 'nowhere' });
});
