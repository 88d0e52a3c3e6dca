//! What a first conversation loads, as it goes over the wire: the page, its
//! script and style, one language, and the loader. Needs `npm run build`.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUILT = new URL('../../dist/widget/', import.meta.url);
const LOADER_BYTES_MAX = 2_500;
const FIRST_CONVERSATION_BYTES_MAX = 23_000;

const gzipBytes = (file: string) => gzipSync(readFileSync(new URL(file, BUILT)), { level: 9 }).length;

test.skipIf(!existsSync(BUILT))('the loader stays small before the click', () => {
  expect(gzipBytes('loader.js')).toBeLessThanOrEqual(LOADER_BYTES_MAX);
});

test.skipIf(!existsSync(BUILT)).each(['en', 'es'])('a first conversation in %s stays small', (language) => {
  const assets = readdirSync(new URL('assets/', BUILT)).filter((name) => /\.(js|css)$/.test(name));
  const loaded = assets.filter((name) => name.startsWith('index-') || name.startsWith(`${language}-`));
  expect(loaded).toHaveLength(3);
  const bytes = ['index.html', 'loader.js', ...loaded.map((name) => `assets/${name}`)].map(gzipBytes);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(FIRST_CONVERSATION_BYTES_MAX);
});

test.skipIf(!existsSync(BUILT))('each text file has its gzip twin, and the twin is the same text', () => {
  const page = readFileSync(new URL('index.html', BUILT));
  expect(readFileSync(new URL('index.html.gz', BUILT))).toEqual(gzipSync(page, { level: 9 }));
});
