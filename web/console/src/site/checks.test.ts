import { expect, it } from 'vitest';
import { idFrom, isOrigin, rowFaults, siteFaults, timingFaults } from './checks.ts';

it('wants names, ids in shape, and each id once', () => {
  const faults = rowFaults(
    [
      { id: 'front', name: 'Front' },
      { id: 'front', name: '' },
      { id: 'No Spaces', name: 'x' },
    ],
    'id',
  );
  expect([...faults]).toEqual([
    ['1.name', 'missing'],
    ['1.id', 'twice'],
    ['2.id', 'id_shape'],
  ]);
});

it('wants silence to end later than it warns', () => {
  expect([...timingFaults({ silence_warn_seconds: 600, silence_close_seconds: 600 })]).toEqual([['silence_close_seconds', 'order']]);
  expect([...timingFaults({ survey_seconds: 0, accept_seconds: 0 })]).toEqual([['accept_seconds', 'whole']]);
});

it('takes origins only: scheme and host, https but on this machine', () => {
  expect(['https://www.clinic.example', 'http://clinic.localhost:8080'].every(isOrigin)).toBe(true);
  expect(['https://clinic.example/', 'http://clinic.example', 'clinic.example', 'javascript:x'].some(isOrigin)).toBe(false);
});

it("names the site's faults by field", () => {
  expect([...siteFaults({ name: ' ', languages: [], accent: 'teal', pages: ['x'] })].map(([field]) => field)).toEqual([
    'name',
    'languages',
    'accent',
    'pages',
  ]);
});

it('proposes an id from a name', () => {
  expect(idFrom('Recepción, 2.º piso')).toBe('recepcion-2-piso');
});
