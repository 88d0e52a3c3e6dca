import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As built: without the marks that a framework's tools would read.
  oxc: { jsx: { development: false } },
  test: {
    include: ['{shared,widget,console}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'dist/**', 'e2e/**'],
    // Node 20 hides its WebSocket client behind this; newer ones know it by default.
    execArgv: ['--experimental-websocket'],
    testTimeout: 10_000,
  },
});
