import { defineConfig } from 'vitest/config';

// Stories take turns: each has a server and a browser of its own.
export default defineConfig({
  test: { include: ['src/**/*.story.ts'], testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false },
});
