// Bundles the benchmarks and the processes that they start, and runs one benchmark: `npm run bench
// -- [benchmark] [--option value ...]`.
import { buildOne } from './build.mjs';

await Promise.all([
  buildOne('test/bench/index.ts', 'packages/stack/dist/bench.js'),
  buildOne('test/bench/load/main.ts', 'packages/stack/dist/bench-load.js'),
  buildOne('test/bench/socketio/server.ts', 'packages/stack/dist/bench-socketio.js'),
]);
await import('../dist/bench.js');
