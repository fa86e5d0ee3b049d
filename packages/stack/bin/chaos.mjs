// Bundles the chaos test, which causes faults in a running system, and starts it: `npm run chaos --
// [--option value ...]`.
import { buildOne } from './build.mjs';

await buildOne('test/chaos/index.ts', 'packages/stack/dist/chaos.js');
await import('../dist/chaos.js');
