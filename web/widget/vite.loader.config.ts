import { defineConfig } from 'vite';

import { gzipBeside } from '../shared/build/gzip.ts';
import { terse } from './build/terse.ts';

// The loader: a single classic script, so that `document.currentScript` names it.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../dist/widget',
    emptyOutDir: false,
    reportCompressedSize: false,
    minify: false,
    lib: { entry: 'src/loader/loader.ts', formats: ['iife'], name: 'sottoLoader', fileName: () => 'loader.js' },
  },
  plugins: [terse(null), gzipBeside()],
});
