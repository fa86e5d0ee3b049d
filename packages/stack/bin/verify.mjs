#!/usr/bin/env node
// Looks whether a running system kept its promises: `DATABASE_URL=... REDIS_URL=... npm run verify`.
import { buildOne } from './build.mjs';

await buildOne('packages/stack/src/verify/main.ts', 'packages/stack/dist/verify.js');
await import('../dist/verify.js');
