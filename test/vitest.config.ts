import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [
    {
      name: 'lua-as-text',
      transform: (code, id) =>
        id.endsWith('.lua') ? { code: `export default ${JSON.stringify(code)}`, map: null } : null,
    },
  ],
  // Tests of every package may start servers; the packages themselves do not depend on the stack.
  resolve: {
    alias: {
      '@parley/stack/test': fileURLToPath(new URL('../packages/stack/src/test/database.ts', import.meta.url)),
      '@parley/stack': fileURLToPath(new URL('../packages/stack/src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['{packages,services}/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    setupFiles: ['test/worker.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Not what a quiet machine needs: a condition that will hold is worth waiting for on a busy one.
    expect: { poll: { timeout: 10_000, interval: 50 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
