// Bundles the chaos run and starts it: `npm run chaos -- [--option value ...]`.
import { buildOne } from './build.mjs';

await buildOne('test/chaos/index.ts', 'packages/stack/dist/chaos.js');
await import('../dist/chaos.js');
