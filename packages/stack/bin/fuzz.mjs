// Bundles the fuzz test, which sends random input to a system, and starts it: `npm run fuzz --
// [--option value ...]`.
import { buildOne } from './build.mjs';

await buildOne('test/fuzz/index.ts', 'packages/stack/dist/fuzz.js');
await import('../dist/fuzz.js');
