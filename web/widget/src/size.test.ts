//! What a first conversation loads, as it goes over the wire: the page, its
//! script (the style is in it), one language, and the loader. Needs `npm run build`.
//!
//! Loaded later, and only by a conversation that needs it: `extra` (chips for
//! what was hidden, links, the settings of the menu, warnings) with its words,
//! and `find` (what in a draft looks private).

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUILT = new URL('../../dist/widget/', import.meta.url);
const BEFORE_CLICK_BYTES_MAX = 4_000;
const FIRST_CONVERSATION_BYTES_MAX = 15_000;

const read = (file: string) => readFileSync(new URL(file, BUILT));
const bytesSent = (file: string) => read(`${file}.gz`).length;
const scripts = () => readdirSync(new URL('assets/', BUILT)).filter((name) => name.endsWith('.js'));

test.skipIf(!existsSync(BUILT))('little is loaded before the click', () => {
  expect(bytesSent('loader.js')).toBeLessThanOrEqual(BEFORE_CLICK_BYTES_MAX);
});

test.skipIf(!existsSync(BUILT)).each(['en', 'es'])('a first conversation in %s stays small', (language) => {
  const loaded = scripts().filter((name) => name.startsWith('index-') || name.startsWith(`${language}-`));
  expect(loaded).toHaveLength(2);
  const bytes = ['index.html', 'loader.js', ...loaded.map((name) => `assets/${name}`)].map(bytesSent);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(FIRST_CONVERSATION_BYTES_MAX);
});

test.skipIf(!existsSync(BUILT))('nothing else is loaded without being asked for', () => {
  expect(
    scripts()
      .map((name) => name.replace(/-.*/, ''))
      .sort(),
  ).toEqual(['en', 'es', 'extra', 'extra.en', 'extra.es', 'find', 'index']);
  expect(
    read('index.html')
      .toString()
      .match(/(src|href)="/g),
  ).toHaveLength(1);
  const [index = ''] = scripts().filter((name) => name.startsWith('index-'));
  expect(read(`assets/${index}`).toString()).not.toMatch(/import\s*[{"']|\bfrom\s*"/);
});

test.skipIf(!existsSync(BUILT))('each text file has its gzip twin, and the twin is the same text', () => {
  for (const file of ['index.html', 'loader.js', ...scripts().map((name) => `assets/${name}`)])
    expect(gunzipSync(read(`${file}.gz`)).equals(read(file))).toBe(true);
});
