import { expect, it } from 'vitest';
import { en } from './en.ts';
import { es } from './es.ts';
import { duration } from './time.ts';

function keys(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`));
}

it('says everything in both languages', () => {
  expect(keys(es).sort()).toEqual(keys(en).sort());
});

it('says a figure of seconds so that it can be judged', () => {
  expect([duration(90, en), duration(86_400, en), duration(0, es)]).toEqual(['1 minute 30 seconds', '1 day', '0 segundos']);
});
