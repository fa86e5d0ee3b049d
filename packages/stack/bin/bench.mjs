// Bundles the benchmarks with the processes of theirs, and runs one: `npm run bench -- [benchmark] [--option value ...]`.
import { buildOne } from './build.mjs';

await Promise.all([
  buildOne('test/bench/index.ts', 'test/bench/dist/index.js'),
  buildOne('test/bench/load/main.ts', 'test/bench/dist/load.js'),
  buildOne('test/bench/socketio/server.ts', 'test/bench/dist/socketio.js'),
]);
await import('../../../test/bench/dist/index.js');
