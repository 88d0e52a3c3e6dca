import { defineConfig } from 'vite';

import { gzipBeside } from '../shared/build/gzip.ts';

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
  plugins: [gzipBeside()],
});
