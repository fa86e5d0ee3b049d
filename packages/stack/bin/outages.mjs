// Bundles the outage test, which checks that outages trigger alerts, and starts it: `npm run
// outages -- [--option value ...]`.
import { buildOne } from './build.mjs';

await buildOne('test/outages/index.ts', 'packages/stack/dist/outages.js');
await import('../dist/outages.js');
