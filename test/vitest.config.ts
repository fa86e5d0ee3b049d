import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { sourceAliases as clientAliases } from '../packages/client/bin/entries.mjs';
import { sourceAliases as reactAliases } from '../packages/react/bin/entries.mjs';
import { sourceAliases as serverAliases } from '../packages/server/bin/entries.mjs';
import { sourceAliases as vueAliases } from '../packages/vue/bin/entries.mjs';
import { fastTests } from './fast-tests.ts';
import LongestFirst from './longest-first.ts';

const fast = fastTests();

const socketTests = [
  'test/gateway/{bad-input,external-user,foreign,layim,lifecycle,slow-reader,upgrade}.test.ts',
  'test/gateway/{sockets,transports}/*.test.ts',
];

/** Tests that may keep state in modules. */
const ownProcess = ['test/{balancer,chaos,containers,deploy,kubernetes,outages,prose,stack,upgrade}/**/*.test.ts'];

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
      ...clientAliases,
      ...reactAliases,
      ...serverAliases,
      ...vueAliases,
      '@parley/stack/test': fileURLToPath(new URL('../packages/stack/src/test/index.ts', import.meta.url)),
      '@parley/stack': fileURLToPath(new URL('../packages/stack/src/index.ts', import.meta.url)),
    },
  },
  test: {
    // Test files keep no state in modules, so that a worker runs many files: that saves the start
    // of a process and the import of modules for each.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['{packages,services}/*/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...fast, ...ownProcess],
          globalSetup: ['test/setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'own process', include: ownProcess, globalSetup: ['test/setup.ts'], isolate: true },
      },
      { extends: true, test: { name: 'fast', include: fast } },
      // Runs the socket tests again on the library that `auto` does not choose.
      { extends: true, test: { name: 'node sockets', include: socketTests, env: { SOCKETS: 'node' } } },
    ],
    setupFiles: ['test/worker.ts'],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // Tests often wait for a server or a timer, so there are more workers than cores.
    maxWorkers: Math.ceil(availableParallelism() * 1.5) + 1,
    // Timeouts are longer than an idle machine needs, so that a busy machine does not fail the
    // tests.
    expect: { poll: { timeout: 10_000, interval: 50 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
