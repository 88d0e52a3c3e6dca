import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,widget,console}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'e2e/**'],
    // Node 20 hides its WebSocket client behind this; newer ones know it by default.
    execArgv: ['--experimental-websocket'],
    testTimeout: 10_000,
  },
});
