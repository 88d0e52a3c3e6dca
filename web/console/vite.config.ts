import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { gzipBeside } from '../shared/build/gzip.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [svelte(), gzipBeside()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // Inlined assets would need data: in more of the policy than images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
