import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

import { gzipBeside } from '../shared/build/gzip.ts';
import { leanStyle } from './build/lean_style.ts';
import { terse } from './build/terse.ts';

/** Our lazy modules have neither styles nor imports of their own to preload: half a kilobyte for nothing. */
const withoutPreload: Plugin = {
  name: 'sotto-without-preload',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
};

/** The page without its line breaks. */
const smallPage: Plugin = {
  name: 'sotto-small-page',
  transformIndexHtml: { order: 'post', handler: (html) => html.replace(/\s*\n\s*/g, '').replaceAll(' />', '>') },
};

/** What travels, what is kept from one version to the next, and what is looked up by a name from the server. */
const KEPT = [
  '../shared/src/protocol.generated.ts',
  '../shared/src/messages.ts',
  '../shared/src/words/masks.en.ts',
  'src/bridge.ts',
  'src/pass.ts',
  'src/frame/dom.ts',
];

const STYLE = ['../shared/src/tokens.css', 'src/frame/style.css', 'src/frame/screens.css'];
const here = (file: string) => new URL(file, import.meta.url);

// The frame: one page, its script (the style is in it) under a hashed name, one script a language.
export default defineConfig({
  base: '/widget/',
  build: {
    outDir: '../dist/widget',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    minify: false,
    cssMinify: true,
  },
  plugins: [
    withoutPreload,
    smallPage,
    leanStyle({ style: STYLE.map(here), extra: [here('src/frame/extra.css')] }),
    terse(KEPT.map((file) => fileURLToPath(here(file)))),
    gzipBeside(),
  ],
});
