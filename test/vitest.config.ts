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

/** Test files that can keep state in modules, because each one runs in a process of its own. */
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
  // Lets the tests of every package import the stack to start servers, although the packages do not
  // depend on it.
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
    // Runs many test files in one worker, because starting a process and importing modules for each
    // file would be slow. Therefore test files must not keep state in modules.
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
      // Runs the socket tests a second time, with the socket library that `auto` does not choose.
      { extends: true, test: { name: 'node sockets', include: socketTests, env: { SOCKETS: 'node' } } },
    ],
    setupFiles: ['test/worker.ts'],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // Runs more workers than cores, because tests often wait for a server or a timer.
    maxWorkers: Math.ceil(availableParallelism() * 1.5) + 1,
    // Timeouts are longer than an idle machine needs, so that tests do not fail on a busy machine.
    expect: { poll: { timeout: 10_000, interval: 50 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
