import { expect, it } from 'vitest';
import { EVERYTHING, asked, isBackwards, isEverything } from './search.ts';

const HOUR = 3_600_000;

it('asks for nothing that was not typed, and for a reference as it is printed', () => {
  expect(asked(EVERYTHING)).toEqual({});
  expect(asked({ ...EVERYTHING, reference: ' k7qx-4mpd ', agent: 'ana' })).toEqual({ reference: 'K7QX-4MPD', agent: 'ana' });
});

it('asks for the whole of both days, in hours', () => {
  const { from = 0, before = 0 } = asked({ ...EVERYTHING, from: '2026-11-24', until: '2026-11-24' });
  expect([(from ?? 0) % HOUR, (before ?? 0) % HOUR]).toEqual([0, 0]);
  expect(new Date(2026, 10, 24).getTime() - (from ?? 0)).toBeLessThan(HOUR);
  expect((before ?? 0) - new Date(2026, 10, 25).getTime()).toBeLessThan(HOUR);
  expect((before ?? 0) - (from ?? 0)).toBeGreaterThanOrEqual(24 * HOUR);
});

it('knows days in the wrong order, and a search for everything', () => {
  expect(isBackwards({ ...EVERYTHING, from: '2026-11-24', until: '2026-11-23' })).toBe(true);
  expect(isBackwards({ ...EVERYTHING, from: '2026-11-24', until: '' })).toBe(false);
  expect([isEverything(EVERYTHING), isEverything({ ...EVERYTHING, agent: 'ana' })]).toEqual([true, false]);
});
