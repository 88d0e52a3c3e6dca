import { defineConfig, type Plugin } from 'vite';

import { gzipBeside } from '../shared/build/gzip.ts';

/** Our lazy modules have neither styles nor imports of their own to preload: half a kilobyte for nothing. */
const withoutPreload: Plugin = {
  name: 'sotto-without-preload',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
};

// The frame: one page, its script and style under hashed names, one script a language.
export default defineConfig({
  base: '/widget/',
  build: {
    outDir: '../dist/widget',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  plugins: [withoutPreload, gzipBeside()],
});
